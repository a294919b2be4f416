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
const ANY_CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f\u009b]/
/* eslint-enable no-control-regex */

/** A bare carriage return starts the line again: progress bars show their last state. */
function lastState(line: string): string {
  if (!line.includes('\r')) return line
  const whole = line.replace(/\r+$/, '')
  return whole.slice(whole.lastIndexOf('\r') + 1)
}

/** Splits one line at its colours, which begin and go on with `pen`. */
export function ansiParts(raw: string, pen: Pen): AnsiPart[] {
  const line = lastState(raw)
  const parts: AnsiPart[] = []
  let from = 0
  const add = (piece: string) => {
    const text = piece.replace(CONTROL, '')
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

/** The line without colours; the same text when there are none. */
export function plainText(line: string): string {
  if (!ANY_CONTROL.test(line)) return line
  return ansiParts(line, newPen())
    .map((part) => part.text)
    .join('')
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

export type MarkedPart = AnsiPart & { match?: boolean }

/** What finds a text whatever its case; null for no text. */
export function needleOf(text: string): RegExp | null {
  return text === '' ? null : new RegExp(text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gi')
}

/** Cuts the parts at every place the needle is found, so that the matches can be marked. */
export function markMatches(
  parts: readonly AnsiPart[],
  needle: RegExp | null,
): readonly MarkedPart[] {
  if (needle === null) return parts
  const plain = parts.map((part) => part.text).join('')
  const spans = [...plain.matchAll(needle)].map(
    (match) => [match.index, match.index + match[0].length] as const,
  )
  if (spans.length === 0) return parts
  const cut: MarkedPart[] = []
  let offset = 0
  for (const part of parts) {
    const end = offset + part.text.length
    let at = offset
    for (const [from, to] of spans) {
      if (to <= at || from >= end) continue
      if (from > at) cut.push({ ...part, text: plain.slice(at, from) })
      cut.push({ ...part, text: plain.slice(Math.max(from, at), Math.min(to, end)), match: true })
      at = Math.min(to, end)
    }
    if (at < end) cut.push({ ...part, text: plain.slice(at, end) })
    offset = end
  }
  return cut
}
