import type { LiveActivity, LiveChatSession, LiveToolEntry } from '@/api/types'

/** As many calls as an agent itself keeps. */
export const MOST_CALLS = 500

/** How far an agent's start-up is, in the agent's words. */
export interface Startup {
  workspace: string
  workspace_error: string | null
  setup: string
}

/** What one agent does, tool by tool, as this page knows it. Never changed in place. */
export interface AgentActivity {
  /** Of the server to the agent: `connecting` shows what is from before, or nothing. */
  readonly connection: 'up' | 'connecting' | 'off'
  readonly status: LiveActivity['status']
  readonly activeTool: LiveActivity['active_tool']
  /** Newest first. */
  readonly calls: readonly LiveToolEntry[]
  /** How many calls the agent keeps: the older ones can be asked for. */
  readonly kept: number
  readonly counts: Readonly<Record<string, number>>
  readonly totals: LiveActivity['totals']
  readonly session: LiveChatSession | null
  readonly startup: Startup | null
}

/** Snapshot of `agent:{n}:activity`: the answer of the REST call, its newest calls only, and the session. */
export type ActivitySnapshot = Partial<LiveActivity> & {
  connection?: AgentActivity['connection']
  timeline_total?: number
  session?: Partial<LiveChatSession> | null
  startup?: Startup | null
}

/** `agent_activity_update`: changed fields, and the calls that began or ended. */
export type ActivityUpdate = Partial<Omit<LiveActivity, 'timeline'>> & {
  connection?: AgentActivity['connection']
  upsert?: LiveToolEntry[]
  cleared?: boolean
}

const NO_TOTALS: LiveActivity['totals'] = { calls: 0, duration_ms: 0, started_at: null }

export const IDLE: AgentActivity = {
  connection: 'up',
  status: 'idle',
  activeTool: null,
  calls: [],
  kept: 0,
  counts: {},
  totals: NO_TOTALS,
  session: null,
  startup: null,
}

/** Ids of calls are unique within their run only. */
export function callKey(call: LiveToolEntry): string {
  return `${call.execution_id ?? ''}/${call.id}`
}

/** A whole new state. Older calls that were asked for stay as long as the new ones go on where they end. */
export function takeSnapshot(before: AgentActivity, data: ActivitySnapshot): AgentActivity {
  const newest = data.timeline ?? []
  const kept = Math.max(data.timeline_total ?? newest.length, newest.length)
  return {
    ...before,
    connection: data.connection ?? 'up',
    status: data.status ?? 'idle',
    activeTool: data.active_tool ?? null,
    counts: data.tool_counts ?? {},
    totals: data.totals ?? NO_TOTALS,
    kept,
    calls: withOlder(newest, before.calls).slice(0, Math.max(kept, newest.length)),
    session: data.session ? mergeSession(before.session, data.session) : before.session,
    startup: data.startup === undefined ? before.startup : data.startup,
  }
}

function withOlder(
  newest: readonly LiveToolEntry[],
  held: readonly LiveToolEntry[],
): readonly LiveToolEntry[] {
  const last = newest[newest.length - 1]
  if (last === undefined) return []
  const at = held.findIndex((call) => callKey(call) === callKey(last))
  return at < 0 ? newest : [...newest, ...held.slice(at + 1)]
}

export function takeUpdate(before: AgentActivity, data: ActivityUpdate): AgentActivity {
  const { connection, session, startup } = before
  const start = data.cleared === true ? { ...IDLE, connection, session, startup } : before
  const calls = upsert(start.calls, data.upsert ?? [])
  const added = calls.length - start.calls.length
  return {
    ...start,
    connection: data.connection ?? start.connection,
    status: data.status ?? start.status,
    activeTool: data.active_tool === undefined ? start.activeTool : data.active_tool,
    counts: data.tool_counts ?? start.counts,
    totals: data.totals ?? start.totals,
    calls: calls.slice(0, MOST_CALLS),
    kept: Math.min(MOST_CALLS, start.kept + added),
  }
}

/** Known calls are replaced where they stand; new ones go to the front, in the order in which they began. */
function upsert(
  calls: readonly LiveToolEntry[],
  changed: readonly LiveToolEntry[],
): readonly LiveToolEntry[] {
  if (changed.length === 0) return calls
  const fresh = new Map(changed.map((call) => [callKey(call), call]))
  const next = calls.map((call) => {
    const key = callKey(call)
    const now = fresh.get(key)
    if (now === undefined) return call
    fresh.delete(key)
    return { ...call, ...now }
  })
  const added = [...fresh.values()].sort((a, b) => b.started_at.localeCompare(a.started_at))
  return [...added, ...next]
}

export function takeSession(before: AgentActivity, data: Partial<LiveChatSession>): AgentActivity {
  return { ...before, session: mergeSession(before.session, data) }
}

const NO_SESSION: LiveChatSession = {
  session_started: false,
  message_count: 0,
  total_cost_usd: 0,
  context_tokens: 0,
  context_window: 0,
  context_percent: 0,
  model: null,
}

function mergeSession(
  before: LiveChatSession | null,
  data: Partial<LiveChatSession>,
): LiveChatSession {
  return { ...(before ?? NO_SESSION), ...data }
}

/** The agent does not run any more: what was under way has ended with it. */
export function ended(before: AgentActivity): AgentActivity {
  return {
    ...before,
    connection: 'off',
    startup: null,
    status: 'idle',
    activeTool: null,
    calls: before.calls.map((call) =>
      call.status === 'running' ? { ...call, status: 'completed', success: false } : call,
    ),
  }
}

/** The most used tools with how often they were called, in an order that stays while the counts move. */
export function toolsOf(
  activity: AgentActivity,
  most: number,
): readonly (readonly [string, number])[] {
  return Object.entries(activity.counts)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
    .slice(0, most)
    .sort((a, b) => a[0].localeCompare(b[0]))
}
