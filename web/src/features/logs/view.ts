import { firstWhere, type LogBook } from './book'
import type { LogLevel, LogRow, LogStream } from './line'

/** The least level that is shown: `all`, or from there upwards. */
export type LevelChoice = 'all' | 'info' | 'warn' | 'error'
export type StreamChoice = 'both' | LogStream

const SHOWN: Record<LevelChoice, ReadonlySet<LogLevel>> = {
  all: new Set(['error', 'warn', 'info', 'debug', 'none']),
  info: new Set(['error', 'warn', 'info', 'none']),
  warn: new Set(['error', 'warn']),
  error: new Set(['error']),
}

/** Rows looked through at a time: a long search goes on in the next frame. */
export const SEARCH_STEP = 8000

/**
 * What of a log is shown and where the searched text is. Follows the book: rows that are added are looked at once, the rest
 * only when the question changes.
 */
export class LogView {
  /** The rows that pass. The book's own list while everything does. */
  shown: readonly LogRow[]
  /** Ids of the shown rows that have the text, oldest first. */
  matches: number[] = []

  #level: LevelChoice = 'all'
  #stream: StreamChoice = 'both'
  #needle: RegExp | null = null
  #onlyMatches = false
  #epoch = -1
  #seen = 0
  /** Rows before this id have still to be searched. */
  #unsearched = 0

  constructor(private readonly book: LogBook) {
    this.shown = book.rows
  }

  get searching(): boolean {
    return this.book.indexOf(this.#unsearched) > 0
  }

  choose(level: LevelChoice, stream: StreamChoice): void {
    this.#level = level
    this.#stream = stream
    this.#rebuild()
  }

  /** Begins a search; `searchOn` goes on with it. */
  find(needle: RegExp | null, onlyMatches: boolean): void {
    this.#needle = needle
    this.#onlyMatches = onlyMatches && needle !== null
    this.#rebuild()
  }

  /** Takes in what has changed in the book. */
  sync(): void {
    if (this.#epoch !== this.book.epoch) {
      this.#rebuild()
      return
    }
    const { rows } = this.book
    const first = rows[0]?.id ?? Infinity
    const gone = firstWhere(this.matches, (id) => id >= first)
    if (gone > 0) this.matches.splice(0, gone)
    if (this.#filtered) {
      const shown = this.shown as LogRow[]
      const past = firstWhere(shown, (row) => row.id >= first)
      if (past > 0) shown.splice(0, past)
    }
    const from = this.book.indexOf(this.#seen)
    for (let at = from; at < rows.length; at += 1) this.#take(rows[at] as LogRow)
    this.#seen = (rows[rows.length - 1]?.id ?? this.#seen - 1) + 1
  }

  /** Searches some more rows, newest first; whether there are more. */
  searchOn(step = SEARCH_STEP): boolean {
    const to = this.book.indexOf(this.#unsearched)
    if (to === 0) return false
    const from = Math.max(0, to - step)
    this.#unsearched = this.book.rows[from]?.id ?? 0
    const found: number[] = []
    const shown: LogRow[] = []
    for (let at = from; at < to; at += 1) {
      const row = this.book.rows[at] as LogRow
      if (!this.#passes(row)) continue
      const matches = this.#has(row)
      if (matches) found.push(row.id)
      if (matches || !this.#onlyMatches) shown.push(row)
    }
    this.matches = found.concat(this.matches)
    if (this.#onlyMatches) this.shown = shown.concat(this.shown)
    return from > 0
  }

  get #filtered(): boolean {
    return this.shown !== this.book.rows
  }

  #rebuild(): void {
    const { rows } = this.book
    this.#epoch = this.book.epoch
    this.#seen = (rows[rows.length - 1]?.id ?? this.#seen - 1) + 1
    this.matches = []
    const everything = this.#level === 'all' && this.#stream === 'both'
    if (this.#onlyMatches) this.shown = []
    else this.shown = everything ? rows : rows.filter((row) => this.#passes(row))
    this.#unsearched = this.#needle === null ? 0 : this.#seen
    this.searchOn()
  }

  #take(row: LogRow): void {
    if (!this.#passes(row)) return
    const matches = this.#needle !== null && this.#has(row)
    if (matches) this.matches.push(row.id)
    if (this.#filtered && (matches || !this.#onlyMatches)) (this.shown as LogRow[]).push(row)
  }

  #passes(row: LogRow): boolean {
    if (row.kind !== 'line') return true
    return (
      SHOWN[this.#level].has(row.level) && (this.#stream === 'both' || row.stream === this.#stream)
    )
  }

  #has(row: LogRow): boolean {
    if (this.#needle === null || row.kind !== 'line') return false
    this.#needle.lastIndex = 0
    return this.#needle.test(row.plain)
  }
}

/** The row to jump to for a moment: the first one that is not older. The last one when all are older; -1 without times. */
export function indexAt(rows: readonly LogRow[], at: number): number {
  let found = -1
  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const time = rows[index]?.at ?? null
    if (time === null) continue
    if (time < at) return found === -1 ? index : found
    found = index
  }
  return found
}

/** Rows as text for the clipboard and for files. */
export function textOf(rows: readonly LogRow[], withTimes: boolean): string {
  const lines: string[] = []
  for (const row of rows) {
    if (row.kind !== 'line') continue
    const time = withTimes && row.at !== null ? `${new Date(row.at / 1000).toISOString()} ` : ''
    lines.push(time + row.plain)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}
