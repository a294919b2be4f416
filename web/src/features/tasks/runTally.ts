import type { RunRow } from '@/api/runTypes'

/** How many runs, how they went, and what they cost. */
export interface Tally {
  count: number
  done: number
  failed: number
  cost: number
}

/** What of each run is counted already: its state, by its id. */
export type Counted = ReadonlyMap<string, string>

export const NOTHING: Tally = { count: 0, done: 0, failed: 0, cost: 0 }

export const countedIn = (rows: readonly RunRow[]): Counted =>
  new Map(rows.map((row) => [row.id, row.status]))

/**
 * Adds to a sum what has begun and ended since: the rows that are not counted, or were counted while they ran. So the figures
 * of a day or a week follow each run without being asked for again.
 */
export function addNew(sum: Tally, counted: Counted, rows: readonly RunRow[]): Tally {
  const next = { ...sum }
  for (const row of rows) {
    const before = counted.get(row.id)
    if (before === row.status) continue
    if (before === undefined) next.count += 1
    if (row.status === 'success') next.done += 1
    else if (row.status === 'failed') next.failed += 1
    next.cost += row.cost ?? 0
  }
  return next
}
