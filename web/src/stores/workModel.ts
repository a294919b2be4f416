import type { Activity } from '@/api/types'
import { parseUtc } from '@/format/time'

/** A run that goes on, as far as its activity tells. */
export interface OpenRun {
  id: string
  kind: 'chat' | 'task' | 'schedule'
  /** Epoch milliseconds. */
  since: number
  /** The beginning of what it was asked. */
  note: string
  run: string | null
}

/** More than anybody has at once; the rest is counted elsewhere. */
const MOST = 20

const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

function kindOf(one: Activity): OpenRun['kind'] | null {
  if (one.activity_type === 'schedule_start') return 'schedule'
  if (one.activity_type !== 'chat_start') return null
  return one.details.parallel_mode === true ? 'task' : 'chat'
}

export function openRunOf(one: Activity): OpenRun | null {
  const kind = kindOf(one)
  const since = parseUtc(one.started_at)
  if (kind === null || since === null || one.activity_state !== 'started') return null
  return {
    id: one.id,
    kind,
    since,
    note: asText(one.details.schedule_name) || asText(one.details.message_preview),
    run: one.related_execution_id ?? (asText(one.details.execution_id) || null),
  }
}

/** What one activity changes. The same list comes back when it changes nothing. */
export function withRun(before: readonly OpenRun[], one: Activity): readonly OpenRun[] {
  const open = openRunOf(one)
  const known = before.some((run) => run.id === one.id)
  if (open === null) return known ? before.filter((run) => run.id !== one.id) : before
  if (known) return before
  return [...before, open].sort((a, b) => a.since - b.since).slice(-MOST)
}

/** Runs that go on, by agent, longest first. */
export function openRuns(all: readonly Activity[]): ReadonlyMap<string, readonly OpenRun[]> {
  const open = new Map<string, readonly OpenRun[]>()
  for (const one of all) {
    const list = withRun(open.get(one.agent_name) ?? [], one)
    if (list.length > 0) open.set(one.agent_name, list)
  }
  return open
}
