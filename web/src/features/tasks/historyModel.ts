import type { RunRow } from '@/api/types'
import { parseUtc } from '@/format/time'

export interface HistoryFilter {
  status: (typeof STATUSES)[number]
  trigger: string
  words: string
  /** When it began: empty for any time, one of `WHENS`, or a day as date fields have it. */
  when: string
}

export const STATUSES = ['all', 'success', 'failed', 'running'] as const
export const WHENS = ['today', '7d', '30d'] as const
const DAY_MS = 86_400_000

/** A moment's day, as date fields have it. */
export function dayOf(at: number): string {
  const date = new Date(at)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** From when to when, in epoch milliseconds; days are those of this browser. null is no bound. */
export function spanOf(when: string, now = Date.now()): { from: number | null; to: number | null } {
  if (when === 'today') return { from: new Date(now).setHours(0, 0, 0, 0), to: null }
  if (when === '7d') return { from: now - 7 * DAY_MS, to: null }
  if (when === '30d') return { from: now - 30 * DAY_MS, to: null }
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(when) ?? []
  if (day === undefined) return { from: null, to: null }
  const start = (plus: number) =>
    new Date(Number(year), Number(month) - 1, Number(day) + plus).getTime()
  return { from: start(0), to: start(1) - 1 }
}

export const NO_FILTER: HistoryFilter = {
  status: 'all',
  trigger: '',
  words: '',
  when: '',
}

export function isFiltered(filter: HistoryFilter): boolean {
  const { status, trigger, words, when } = filter
  return status !== 'all' || trigger !== '' || words.trim() !== '' || when !== ''
}

function fits(row: RunRow, filter: HistoryFilter): boolean {
  const { from, to } = spanOf(filter.when)
  const at = parseUtc(row.started_at) ?? 0
  return (
    (filter.status === 'all' || row.status === filter.status) &&
    (filter.trigger === '' || row.triggered_by === filter.trigger) &&
    (from === null || at >= from) &&
    (to === null || at <= to)
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
