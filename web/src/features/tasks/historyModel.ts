import type { RunRow } from '@/api/types'

export interface HistoryFilter {
  status: 'all' | 'success' | 'failed' | 'running'
  trigger: string
  words: string
}

export const NO_FILTER: HistoryFilter = { status: 'all', trigger: '', words: '' }

export function isFiltered(filter: HistoryFilter): boolean {
  return filter.status !== 'all' || filter.trigger !== '' || filter.words.trim() !== ''
}

function fits(row: RunRow, filter: HistoryFilter): boolean {
  return (
    (filter.status === 'all' || row.status === filter.status) &&
    (filter.trigger === '' || row.triggered_by === filter.trigger)
  )
}

function hasWords(row: RunRow, words: string): boolean {
  const wanted = words.trim().toLowerCase()
  const all = `${row.message}\n${row.response_preview ?? row.response ?? ''}\n${row.error ?? ''}`
  return wanted === '' || all.toLowerCase().includes(wanted)
}

/**
 * The runs to show: what was found on the server, each as it is now, and what has come since. The server looks through
 * whole texts, this page only through what it has of new runs.
 */
export function merged(
  found: readonly RunRow[],
  live: readonly RunRow[],
  filter: HistoryFilter,
): readonly RunRow[] {
  const now = new Map(live.map((row) => [row.id, row]))
  const known = found.map((row) => ({ ...row, ...now.get(row.id) }))
  const ids = new Set(found.map((row) => row.id))
  const oldest = found[found.length - 1]?.started_at ?? ''
  const fresh = live.filter(
    (row) => !ids.has(row.id) && row.started_at >= oldest && hasWords(row, filter.words),
  )
  return [...fresh, ...known]
    .filter((row) => fits(row, filter))
    .sort((a, b) => b.started_at.localeCompare(a.started_at))
}
