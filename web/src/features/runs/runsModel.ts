import type { RunRow, QueuedExecution, QueueStatus } from '@/api/types'

/** Waiting entries that an agent's queue takes. */
export const QUEUE_ROOM = 3
/** As many rows as stay in the page while nobody asks for older ones. */
export const NEWEST_ROWS = 50

export interface RunningRow {
  /** The record; null for a turn that leaves none. */
  execution_id: string | null
  agent_execution_id: string
  message_preview: string
  started_at: string
  triggered_by: string
  chat?: boolean
}

/** The queue and the runs of one agent, as this page knows them. Never changed in place. */
export interface AgentRuns {
  readonly current: QueuedExecution | null
  /** Oldest first. */
  readonly waiting: readonly QueuedExecution[]
  readonly queueLength: number
  readonly running: readonly RunningRow[]
  /** Newest first. */
  readonly rows: readonly RunRow[]
}

export const NO_RUNS: AgentRuns = {
  current: null,
  waiting: [],
  queueLength: 0,
  running: [],
  rows: [],
}

/** Snapshot of `agent:{n}:executions`. */
export interface RunsSnapshot {
  queue?: Partial<QueueStatus>
  running?: RunningRow[]
  executions?: RunRow[]
}

export type QueueUpdate = Partial<QueueStatus> & { running?: RunningRow[] }

export function takeQueue(before: AgentRuns, data: QueueUpdate): AgentRuns {
  const current = data.current_execution === undefined ? before.current : data.current_execution
  const length = data.queue_length ?? data.queued_executions?.length ?? before.queueLength
  const waiting = data.queued_executions ?? before.waiting.slice(-length || before.waiting.length)
  return {
    ...before,
    current,
    queueLength: length,
    waiting: length === 0 ? [] : waiting,
    running: data.running ?? before.running,
  }
}

export function takeSnapshot(before: AgentRuns, data: RunsSnapshot): AgentRuns {
  const next = takeQueue(before, {
    current_execution: null,
    queued_executions: [],
    ...data.queue,
    running: data.running ?? [],
  })
  return { ...next, rows: withOlder(data.executions ?? [], before.rows) }
}

/** Newer rows replace those that are known; older ones that were asked for stay. */
function withOlder(newest: readonly RunRow[], held: readonly RunRow[]): readonly RunRow[] {
  const last = newest[newest.length - 1]
  if (last === undefined) return []
  const at = held.findIndex((one) => one.id === last.id)
  return at < 0 ? newest : [...newest, ...held.slice(at + 1)]
}

/** A run that began or ended: replaced where it stands, or put to the front. */
export function takeRow(before: AgentRuns, row: RunRow): AgentRuns {
  const at = before.rows.findIndex((one) => one.id === row.id)
  const running =
    row.status === 'running'
      ? before.running
      : before.running.filter((one) => one.execution_id !== row.id)
  if (at < 0) return { ...before, running, rows: insert(before.rows, row) }
  const rows = [...before.rows]
  const old = rows[at]
  rows[at] = { ...old, ...row }
  return { ...before, running, rows }
}

function insert(rows: readonly RunRow[], row: RunRow): readonly RunRow[] {
  const at = rows.findIndex((one) => one.started_at <= row.started_at)
  return at < 0 ? [...rows, row] : [...rows.slice(0, at), row, ...rows.slice(at)]
}

export function addOlder(before: AgentRuns, older: readonly RunRow[]): AgentRuns {
  const known = new Set(before.rows.map((one) => one.id))
  return { ...before, rows: [...before.rows, ...older.filter((one) => !known.has(one.id))] }
}

/** Whether a queue entry is of this person, who wrote it with own hands. */
export function isOwn(entry: QueuedExecution, person: { username: string; email: string | null }) {
  const who = entry.source_user_email
  return (
    entry.source === 'user' && who !== null && (who === person.email || who === person.username)
  )
}
