import type { LogRow } from './line'

export const LINE = 18
export const MARKER = 28
/** Of JetBrains Mono at 12 px, in which the lines stand. */
const CHARACTER = 7.2
/** Left and right of a line; the time in front of it. */
const EDGES = 48
const CLOCK = 98

/** How many characters stand in one line of a list that is `width` pixels wide. */
export function roomFor(width: number, times: boolean): number {
  return Math.max(10, Math.floor((width - EDGES - (times ? CLOCK : 0)) / CHARACTER))
}

/**
 * How high a row will about be, before it has been drawn. `room` as of roomFor(); infinite when lines are not wrapped, and
 * then it is exact. Asked for every row of a long list: it must stay quick.
 */
export function rowHeight(row: LogRow | undefined, room: number): number {
  if (row === undefined) return LINE
  if (row.kind !== 'line') return MARKER
  const { length } = row.plain
  return length <= room ? LINE : LINE * Math.ceil(length / room)
}

/** Whether a wrapped row is surely one line high: short, and of letters that are one cell wide. */
export function fitsOneLine(row: LogRow, room: number): boolean {
  if (row.kind !== 'line') return true
  return row.cut === 0 && row.plain.length <= room && /^[ -~]*$/.test(row.plain)
}
