import { ansiParts, newPen, type AnsiPart } from './ansi'
import { parseUtc } from '@/format/time'
import type { LogLevel } from './line'

const LEVELS: Record<string, { level: LogLevel; style: string }> = {
  trace: { level: 'debug', style: 'ansi-grey' },
  debug: { level: 'debug', style: 'ansi-blue' },
  info: { level: 'info', style: 'ansi-green' },
  notice: { level: 'info', style: 'ansi-green' },
  warn: { level: 'warn', style: 'ansi-yellow' },
  warning: { level: 'warn', style: 'ansi-yellow' },
  error: { level: 'error', style: 'ansi-red ansi-bold' },
  critical: { level: 'error', style: 'ansi-red ansi-bold' },
  fatal: { level: 'error', style: 'ansi-red ansi-bold' },
}

export interface StructuredLine {
  parts: readonly AnsiPart[]
  plain: string
  level: LogLevel
  /** The line's own time, microseconds since the epoch. */
  at: number | null
}

/** A line that is a JSON object with a message reads as level and message; other fields follow as they are. */
export function structuredLine(line: string): StructuredLine | null {
  if (!line.startsWith('{') || !line.endsWith('}')) return null
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(line) as Record<string, unknown>
  } catch {
    return null
  }
  const { ts, time, timestamp, level, severity, msg, message, room, ...rest } = fields
  const words = msg ?? message
  if (typeof words !== 'string') return null
  const parts: AnsiPart[] = []
  const name = level ?? severity
  const known = typeof name === 'string' ? LEVELS[name.toLowerCase()] : undefined
  if (typeof name === 'string') {
    parts.push({ text: `${name.toUpperCase().padEnd(5)} `, style: known?.style ?? '' })
  }
  if (typeof room === 'string') parts.push({ text: `${room}: `, style: 'ansi-grey' })
  parts.push(...ansiParts(words, newPen()))
  if (Object.keys(rest).length > 0) {
    parts.push({ text: ` ${JSON.stringify(rest)}`, style: 'ansi-grey' })
  }
  const when = ts ?? time ?? timestamp
  const at = typeof when === 'string' ? parseUtc(when) : null
  return {
    parts,
    plain: parts.map((part) => part.text).join(''),
    level: known?.level ?? 'none',
    at: at === null ? null : at * 1000,
  }
}
