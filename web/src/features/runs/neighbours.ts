import type { RunRow } from '@/api/types'

/** The runs beside one, in the order of lists. null: there is none; undefined: not known yet. */
export interface Neighbours {
  newer: string | null | undefined
  older: string | null | undefined
}

export type Direction = keyof Neighbours

/** What a run's record says of the runs beside it, when it was read. */
export type Told = Pick<RunRow, 'newer_id' | 'older_id'>

/**
 * The newest runs are told live, so what they say comes first: the record was read before the run that began just now.
 * `whole`: the list goes back to the agent's first run.
 */
export function neighboursOf(
  rows: readonly Pick<RunRow, 'id'>[] | null,
  whole: boolean,
  id: string,
  told: Told | null,
): Neighbours {
  const at = rows?.findIndex((one) => one.id === id) ?? -1
  if (rows === null || at < 0) return { newer: told?.newer_id, older: told?.older_id }
  return {
    newer: at === 0 ? null : rows[at - 1]?.id,
    older: rows[at + 1]?.id ?? (whole ? null : told?.older_id),
  }
}
