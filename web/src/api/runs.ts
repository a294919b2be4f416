import { call } from './http'
import { agentPath } from './paths'
import type {
  Activity,
  AgentContext,
  Budget,
  BudgetState,
  RunRow,
  Execution,
  ExecutionLog,
  QueueStatus,
  RunsHalt,
  RunsStopped,
  StartedRun,
  TaskFigures,
  TaskRequest,
  TerminationResult,
} from './types'

/** A task; what is left out is as the server has it. */
export type NewTask = Pick<TaskRequest, 'message'> & Partial<TaskRequest>

export interface RunFilter {
  limit: number
  before?: string | undefined
  status?: string | undefined
  triggeredBy?: string | undefined
  words?: string | undefined
  /** When they began, epoch milliseconds. */
  from?: number | null
  to?: number | null
}

const runPath = (name: string, id: string, rest = '') =>
  agentPath(name, `/executions/${encodeURIComponent(id)}${rest}`)

const isoOf = (at: number | null | undefined) =>
  typeof at === 'number' ? new Date(at).toISOString() : undefined

function query(fields: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(fields).filter(
    (one): one is [string, string] => one[1] !== undefined && one[1] !== '',
  )
  return new URLSearchParams(given).toString()
}

/** Runs of agents: their queue, their records, what they cost, and stopping them. */
export const runCalls = {
  /** Starts a task and comes back at once. The same key never starts a second one. */
  async task(name: string, request: NewTask, key: string): Promise<StartedRun> {
    const headers = { Prefer: 'respond-async', 'Idempotency-Key': key }
    return (await call<StartedRun>('POST', agentPath(name, '/task'), { json: request, headers }))
      .data
  },
  async queue(name: string, signal?: AbortSignal): Promise<QueueStatus> {
    return (await call<QueueStatus>('GET', agentPath(name, '/queue'), { signal })).data
  },
  async clearQueue(name: string): Promise<number> {
    const path = agentPath(name, '/queue/clear')
    return (await call<{ cleared_count: number }>('POST', path)).data.cleared_count
  },
  async releaseQueue(name: string): Promise<boolean> {
    const path = agentPath(name, '/queue/release')
    return (await call<{ was_running: boolean }>('POST', path)).data.was_running
  },
  async executions(name: string, filter: RunFilter, signal?: AbortSignal): Promise<RunRow[]> {
    const asked = query({
      limit: String(filter.limit),
      before: filter.before,
      filter_status: filter.status,
      filter_triggered_by: filter.triggeredBy,
      q: filter.words,
      filter_from: isoOf(filter.from),
      filter_to: isoOf(filter.to),
    })
    return (await call<RunRow[]>('GET', agentPath(name, `/executions?${asked}`), { signal })).data
  },
  async execution(name: string, id: string, signal?: AbortSignal): Promise<Execution> {
    return (await call<Execution>('GET', runPath(name, id), { signal })).data
  },
  async executionLog(name: string, id: string, signal?: AbortSignal): Promise<ExecutionLog> {
    return (await call<ExecutionLog>('GET', runPath(name, id, '/log'), { signal })).data
  },
  async terminate(name: string, id: string): Promise<TerminationResult> {
    return (await call<TerminationResult>('POST', runPath(name, id, '/terminate'))).data
  },

  async budget(name: string, signal?: AbortSignal): Promise<BudgetState> {
    return (await call<BudgetState>('GET', agentPath(name, '/budget'), { signal })).data
  },
  async setBudget(name: string, budget: Budget): Promise<void> {
    await call('PUT', agentPath(name, '/budget'), { json: budget })
  },
  async fleetBudget(signal?: AbortSignal): Promise<BudgetState> {
    return (await call<BudgetState>('GET', '/api/ops/budget', { signal })).data
  },
  async setFleetBudget(budget: Budget): Promise<void> {
    await call('PUT', '/api/ops/budget', { json: budget })
  },
  async runsHalt(signal?: AbortSignal): Promise<RunsHalt> {
    return (await call<RunsHalt>('GET', '/api/ops/runs', { signal })).data
  },
  async stopRuns(reason: string): Promise<RunsStopped> {
    const json = reason === '' ? {} : { reason }
    return (await call<RunsStopped>('POST', '/api/ops/runs/stop', { json })).data
  },
  async resumeRuns(): Promise<RunsHalt> {
    return (await call<RunsHalt>('POST', '/api/ops/runs/resume')).data
  },

  async contextStats(signal?: AbortSignal): Promise<AgentContext[]> {
    const path = '/api/agents/context-stats'
    return (await call<{ agents: AgentContext[] }>('GET', path, { signal })).data.agents
  },
  /** Of the last so many hours. */
  async executionStats(signal?: AbortSignal, hours = 24): Promise<TaskFigures[]> {
    const path = `/api/agents/execution-stats${hours === 24 ? '' : `?hours=${hours}`}`
    return (await call<{ agents: TaskFigures[] }>('GET', path, { signal })).data.agents
  },
  /** Newest first. */
  async activities(
    name: string,
    filter: { type?: string; state?: string; before?: string; limit: number },
    signal?: AbortSignal,
  ): Promise<Activity[]> {
    const asked = query({
      limit: String(filter.limit),
      activity_type: filter.type,
      activity_state: filter.state,
      before: filter.before,
    })
    const path = agentPath(name, `/activities?${asked}`)
    return (await call<{ activities: Activity[] }>('GET', path, { signal })).data.activities
  },
}
