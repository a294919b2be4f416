import { markerRow, microseconds, rowOf, sizeOf, type LogRow, type WireLine } from './line'

/** `idle`: nothing has been heard yet. The others are the server's words. */
export type LogState = 'idle' | 'connecting' | 'following' | 'ended' | 'interrupted'

/** Snapshot and events of `agent:{n}:logs`. */
export interface LogData {
  follow: string
  first: number
  dropped: number
  lines: WireLine[]
  state: LogState
  reset?: boolean
}

/** What all rows may take of the browser's memory, about; then the oldest are let go. */
export const MAX_BYTES = 40 * 1024 * 1024

/**
 * The lines of one agent that this tab holds. Every way in (snapshots, events, the fall-back) ends in the same rows, without
 * losing or repeating a line that has a number or a time. Without Vue: `version` says when to look again.
 */
export class LogBook {
  readonly rows: LogRow[] = []
  state: LogState = 'idle'
  /** Counts every change. */
  version = 0
  /** Counts changes other than rows added behind and let go in front. */
  epoch = 0
  bytes = 0
  /** Lines that were let go for the bound of memory. */
  letGo = 0

  #follow: string | null = null
  #next = 0
  #ids = 0
  /** Where rows begin that came by the fall-back and have no numbers; they come again with numbers. */
  #polledFrom: number | null = null

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** A whole state, or the first one. */
  snapshot(data: LogData): void {
    this.#dropPolled()
    if (data.follow === this.#follow) this.#goOn(data)
    else this.#begin(data)
    this.#settle(data.state)
  }

  append(data: LogData): void {
    this.snapshot(data)
  }

  /** The last lines as the REST answer has them: a text without times and numbers. */
  polled(text: string): void {
    const lines = text.split('\n')
    if (lines[lines.length - 1] === '') lines.pop()
    const known = this.#knownOf(lines)
    this.#polledFrom ??= this.rows.length
    if (known === 0 && this.rows.length > 0 && lines.length > 0) this.#add(this.#marker('gap'))
    for (const line of lines.slice(known)) this.#line({ ts: null, stream: 'stdout', text: line })
    this.#settle(this.state === 'idle' ? 'following' : this.state)
  }

  clear(): void {
    this.#removeAll()
    this.#follow = null
    this.state = 'idle'
    this.version += 1
  }

  /** The index of the row with this id, or of the first one after it. */
  indexOf(id: number): number {
    return firstWhere(this.rows, (row) => row.id >= id)
  }

  // ---------------------------------------------------------------- ways in

  #goOn(data: LogData): void {
    const skipped = data.first - this.#next
    if (skipped > 0) this.#add(this.#marker('skipped', skipped))
    const known = Math.max(0, -skipped)
    for (let at = known; at < data.lines.length; at += 1) this.#line(data.lines[at])
    this.#next = Math.max(this.#next, data.first + data.lines.length)
  }

  /** Numbers begin anew: what was there before the first new line stays, unless it is another container's. */
  #begin(data: LogData): void {
    const before = this.#follow
    this.#follow = data.follow
    this.#next = data.first + data.lines.length
    if (data.reset === true && before !== null) {
      this.#removeAll()
      this.#add(this.#marker('replaced'))
    } else if (this.rows.length > 0 && data.lines.length > 0) {
      const overlaps = this.#removeFrom(microseconds(data.lines[0]?.ts ?? null))
      if (!overlaps) this.#add(this.#marker('gap'))
    }
    for (const line of data.lines) this.#line(line)
  }

  /** Takes away the rows from this moment on; whether there were any. */
  #removeFrom(at: number | null): boolean {
    if (at === null) {
      this.#removeAll()
      return true
    }
    let keep = this.rows.length
    while (keep > 0 && (this.rows[keep - 1]?.at ?? at) >= at) keep -= 1
    return this.#cutBack(keep)
  }

  #dropPolled(): void {
    if (this.#polledFrom === null) return
    this.#cutBack(this.#polledFrom)
    this.#polledFrom = null
  }

  /** How many of these lines are known: they end with, or hold, the last ones that are here. */
  #knownOf(lines: readonly string[]): number {
    const held = this.rows.filter((row) => row.kind === 'line').slice(-PROOF)
    if (held.length === 0) return 0
    for (let known = lines.length; known > 0; known -= 1) {
      const depth = Math.min(known, held.length)
      let same = 0
      while (same < depth && isLine(held[held.length - 1 - same], lines[known - 1 - same]))
        same += 1
      if (same === depth) return known
    }
    return 0
  }

  // ---------------------------------------------------------------- rows

  #marker(kind: 'skipped' | 'gap' | 'replaced', count = 0): LogRow {
    return markerRow(this.#ids, kind, count)
  }

  #line(wire: WireLine | undefined): void {
    if (wire !== undefined) this.#add(rowOf(this.#ids, wire, this.rows[this.rows.length - 1]))
  }

  #add(row: LogRow): void {
    this.#ids += 1
    this.bytes += sizeOf(row)
    this.rows.push(row)
  }

  #cutBack(keep: number): boolean {
    if (keep >= this.rows.length) return false
    for (const row of this.rows.splice(keep)) this.bytes -= sizeOf(row)
    this.epoch += 1
    return true
  }

  #removeAll(): void {
    this.rows.length = 0
    this.bytes = 0
    this.letGo = 0
    this.#polledFrom = null
    this.epoch += 1
  }

  #settle(state: LogState): void {
    this.state = state
    this.#letGoOldest()
    this.version += 1
  }

  /** A twentieth more than needed, so that not every event moves everything. */
  #letGoOldest(): void {
    if (this.bytes <= this.maxBytes) return
    let gone = 0
    while (gone < this.rows.length - 1 && this.bytes > this.maxBytes * 0.95) {
      const row = this.rows[gone]
      if (row === undefined) break
      this.bytes -= sizeOf(row)
      this.letGo += row.kind === 'line' ? 1 : row.count
      gone += 1
    }
    this.rows.splice(0, gone)
    if (this.#polledFrom !== null) this.#polledFrom = Math.max(0, this.#polledFrom - gone)
  }
}

/** So many lines in a row are taken as proof that two logs are the same there. */
const PROOF = 20

function isLine(row: LogRow | undefined, text: string | undefined): boolean {
  return (
    row !== undefined &&
    text !== undefined &&
    (row.text === text || row.text === text.replace(/\r$/, ''))
  )
}

/** The first index at which the condition holds; it holds from there on. */
export function firstWhere<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(list[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}
