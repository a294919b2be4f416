/** Colours of terminal output as parts of a line. Everything else terminals can do is taken out. */
export interface AnsiPart {
  text: string
  /** Class names for colour and weight, empty for plain text. */
  style: string
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const

interface Pen {
  colour: string
  bold: boolean
  dim: boolean
}

// CSI, OSC (ended by BEL or ST), and two-character escapes.
/* eslint-disable no-control-regex -- control characters are what this is about */
const ESCAPE =
  /\u001b\[([0-9;:?]*)[ -/]*([@-~])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_=><]/g
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f\u009b]/g
/* eslint-enable no-control-regex */

/** Splits one line; colours run on to the next line only through `pen`, which the caller keeps. */
export function ansiParts(line: string, pen: Pen): AnsiPart[] {
  const parts: AnsiPart[] = []
  let from = 0
  const add = (raw: string) => {
    const text = raw.replace(CONTROL, '')
    if (text !== '') parts.push({ text, style: styleOf(pen) })
  }
  for (const match of line.matchAll(ESCAPE)) {
    add(line.slice(from, match.index))
    from = match.index + match[0].length
    if (match[2] === 'm') applyCodes(pen, match[1] ?? '')
  }
  add(line.slice(from))
  return parts
}

export function newPen(): Pen {
  return { colour: '', bold: false, dim: false }
}

function applyCodes(pen: Pen, codes: string): void {
  const list = codes === '' ? [0] : codes.split(/[;:]/).map(Number)
  for (let at = 0; at < list.length; at += 1) {
    const code = list[at] ?? 0
    if (code === 0) Object.assign(pen, newPen())
    else if (code === 1) pen.bold = true
    else if (code === 2) pen.dim = true
    else if (code === 22) pen.bold = pen.dim = false
    else if (code === 39) pen.colour = ''
    else if (code >= 30 && code <= 37) pen.colour = COLOURS[code - 30] ?? ''
    else if (code >= 90 && code <= 97)
      pen.colour = code === 90 ? 'grey' : (COLOURS[code - 90] ?? '')
    else if (code === 38 || code === 48) {
      // Colours by number: the sixteen basic ones are ours, finer ones stay plain.
      const basic = list[at + 1] === 5 ? (list[at + 2] ?? -1) : -1
      if (code === 38)
        pen.colour =
          basic === 8 ? 'grey' : basic >= 0 && basic < 16 ? (COLOURS[basic % 8] ?? '') : ''
      at += list[at + 1] === 2 ? 4 : 2
    }
  }
}

function styleOf(pen: Pen): string {
  return [
    pen.colour === '' ? '' : `ansi-${pen.colour}`,
    pen.bold ? 'ansi-bold' : '',
    pen.dim ? 'ansi-dim' : '',
  ]
    .filter(Boolean)
    .join(' ')
}

export interface LogLine {
  parts: readonly AnsiPart[]
  /** The line without colours, for search and copies. */
  plain: string
}

export function parseLog(text: string): LogLine[] {
  const pen = newPen()
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return lines.map((line) => {
    const structured = structuredLine(line)
    if (structured !== null) return structured
    // A bare carriage return starts the line again: progress bars show their last state.
    const parts = ansiParts(line.slice(line.lastIndexOf('\r') + 1), pen)
    return { parts, plain: parts.map((part) => part.text).join('') }
  })
}

const LEVEL_STYLES: Record<string, string> = {
  debug: 'ansi-blue',
  trace: 'ansi-grey',
  info: 'ansi-green',
  warn: 'ansi-yellow',
  warning: 'ansi-yellow',
  error: 'ansi-red ansi-bold',
  critical: 'ansi-red ansi-bold',
  fatal: 'ansi-red ansi-bold',
}

/** A line that is a JSON object with a message reads as time, level, and message; other fields follow as they are. */
export function structuredLine(line: string): LogLine | null {
  if (!line.startsWith('{') || !line.endsWith('}')) return null
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(line) as Record<string, unknown>
  } catch {
    return null
  }
  const { ts, time, level, msg, message, room, ...rest } = fields
  const words = msg ?? message
  if (typeof words !== 'string') return null
  const clock = /T(\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)/.exec(String(ts ?? time ?? ''))?.[1]
  const parts: AnsiPart[] = []
  if (clock !== undefined) parts.push({ text: `${clock} `, style: 'ansi-grey' })
  if (typeof level === 'string') {
    const style = LEVEL_STYLES[level.toLowerCase()] ?? ''
    parts.push({ text: `${level.toUpperCase().padEnd(5)} `, style })
  }
  if (typeof room === 'string') parts.push({ text: `${room}: `, style: 'ansi-grey' })
  parts.push(...ansiParts(words, newPen()))
  if (Object.keys(rest).length > 0) {
    parts.push({ text: ` ${JSON.stringify(rest)}`, style: 'ansi-grey' })
  }
  return { parts, plain: parts.map((part) => part.text).join('') }
}

/** Cuts the parts at every place the needle is found, so that the matches can be marked. */
export function markMatches(
  line: LogLine,
  needle: string,
): readonly (AnsiPart & { match?: boolean })[] {
  if (needle === '') return line.parts
  const spans = findAll(line.plain.toLowerCase(), needle.toLowerCase())
  if (spans.length === 0) return line.parts
  const cut: (AnsiPart & { match?: boolean })[] = []
  let offset = 0
  for (const part of line.parts) {
    const end = offset + part.text.length
    let at = offset
    for (const [from, to] of spans) {
      if (to <= at || from >= end) continue
      if (from > at) cut.push({ ...part, text: line.plain.slice(at, from) })
      cut.push({
        ...part,
        text: line.plain.slice(Math.max(from, at), Math.min(to, end)),
        match: true,
      })
      at = Math.min(to, end)
    }
    if (at < end) cut.push({ ...part, text: line.plain.slice(at, end) })
    offset = end
  }
  return cut
}

function findAll(haystack: string, needle: string): [number, number][] {
  const spans: [number, number][] = []
  for (
    let at = haystack.indexOf(needle);
    at >= 0;
    at = haystack.indexOf(needle, at + needle.length)
  ) {
    spans.push([at, at + needle.length])
  }
  return spans
}
