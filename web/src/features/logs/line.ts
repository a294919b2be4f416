import { ansiParts, newPen, plainText, type AnsiPart } from './ansi'
import { maskSecrets } from '@/lib/masking'
import { structuredLine } from './structured'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'none'
export type LogStream = 'stdout' | 'stderr'

/** A line as the server tells it. */
export interface WireLine {
  ts: string | null
  stream: LogStream
  text: string
  cut?: number
}

/** One row of the log. Never changed once it is there. */
export interface LogRow {
  /** Grows from row to row, with gaps; the same row keeps it. */
  readonly id: number
  /** `skipped`: so many lines were left out here. `gap`: some may be missing. `replaced`: another container begins. */
  readonly kind: 'line' | 'skipped' | 'gap' | 'replaced'
  /** The engine's time, microseconds since the epoch. */
  readonly at: number | null
  readonly stream: LogStream
  /** As it was written, secrets masked. */
  readonly text: string
  /** As it is shown, without colours: for search and copies. */
  readonly plain: string
  readonly level: LogLevel
  /** Bytes left out at its end. */
  readonly cut: number
  /** Of a `skipped` row: lines. */
  readonly count: number
}

const HEAD = 160
const UPPER =
  /\b(?:(FATAL|CRITICAL|CRIT|PANIC|EMERG|ERROR|ERR|SEVERE|Traceback \(most)|(WARN|WARNING)|(INFO|NOTICE)|(DEBUG|DBG|TRACE|VERBOSE))\b/
const WORDY =
  /(?:\blevel["']?\s*[=:]\s*["']?|^[^a-z]*[[(<]?)(?:(fatal|critical|panic|error|err)|(warn|warning)|(info|notice)|(debug|trace|verbose))\b[\])>"':,\s]/i
const ORDER = ['error', 'warn', 'info', 'debug'] as const

/** The level that a line claims in its beginning. */
export function levelIn(plain: string): LogLevel {
  const head = plain.length > HEAD ? plain.slice(0, HEAD) : plain
  const found = UPPER.exec(head) ?? WORDY.exec(head)
  if (found === null) return 'none'
  return ORDER[found.slice(1).findIndex((one) => one !== undefined)] ?? 'none'
}

/** What follows an error and is indented belongs to it: stack traces. */
function levelOf(plain: string, before: LogRow | undefined): LogLevel {
  const own = levelIn(plain)
  if (own !== 'none' || before?.kind !== 'line') return own
  const goesOn = /^(?:\s+\S|Caused by:)/.test(plain)
  return goesOn && (before.level === 'error' || before.level === 'warn') ? before.level : 'none'
}

/** UTC with up to nine digits of fraction, as microseconds. Exact: below 2^53 until the year 2255. */
export function microseconds(ts: string | null): number | null {
  if (ts === null) return null
  const dot = ts.indexOf('.')
  const seconds = Date.parse(dot < 0 ? ts : `${ts.slice(0, dot)}Z`)
  if (Number.isNaN(seconds)) return null
  const digits = dot < 0 ? '' : (/^\d+/.exec(ts.slice(dot + 1, dot + 7))?.[0] ?? '')
  return seconds * 1000 + Number(digits.padEnd(6, '0'))
}

export function rowOf(id: number, wire: WireLine, before: LogRow | undefined): LogRow {
  const text = maskSecrets(wire.text)
  const structured = structuredLine(text)
  const plain = structured?.plain ?? plainText(text)
  return {
    id,
    kind: 'line',
    at: microseconds(wire.ts) ?? structured?.at ?? null,
    stream: wire.stream === 'stderr' ? 'stderr' : 'stdout',
    text,
    plain,
    level: structured === null ? levelOf(plain, before) : structured.level,
    cut: wire.cut ?? 0,
    count: 0,
  }
}

export function markerRow(id: number, kind: Exclude<LogRow['kind'], 'line'>, count = 0): LogRow {
  return { id, kind, at: null, stream: 'stdout', text: '', plain: '', level: 'none', cut: 0, count }
}

/** What the row takes of memory, about: browsers keep plain text at one byte per character. */
export function sizeOf(row: LogRow): number {
  return 160 + row.text.length + (row.plain === row.text ? 0 : row.plain.length)
}

/** The row as coloured parts. Only rows that are seen are taken apart. */
export function partsOf(row: LogRow): readonly AnsiPart[] {
  return structuredLine(row.text)?.parts ?? ansiParts(row.text, newPen())
}
