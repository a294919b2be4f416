import type { AgentAttention } from '@/api/fleet'
import type {
  AgentContext,
  AgentListItem,
  AgentStats,
  BudgetNews,
  RunsHalt,
  TaskFigures,
} from '@/api/types'

/** What a subscription may ask for: `interval` in seconds, `history` in points, `tail` in lines. */
export type TopicOptions = Readonly<Record<string, number>>

/** Frames of the live socket, as far as the UI reads them. Unknown frames and fields are ignored. */
export type ClientFrame =
  | { type: 'auth'; token: string }
  | {
      type: 'subscribe'
      topics: string[]
      since?: Record<string, number>
      options?: Record<string, TopicOptions>
    }
  | { type: 'unsubscribe'; topics: string[] }
  | { type: 'options'; topic: string; options: TopicOptions }
  | { type: 'visibility'; hidden: boolean }
  | { type: 'ping'; id: number }

export interface EventFrame {
  event: string
  topic: string
  seq: number
  /** UTC with Z. */
  ts?: string
  data: Record<string, unknown>
}

export interface LiveEngine {
  state: 'ok' | 'unreachable'
  since?: string | null
}

/** A list item as the topic `agents` carries it. */
export type LiveAgent = AgentListItem

export interface FleetSnapshot {
  agents: LiveAgent[]
  engine?: LiveEngine
  /** Whether all runs are stopped. */
  runs?: RunsHalt
  /** Budgets that are used up. */
  budgets?: BudgetNews[]
}

export type HistoryPoint = readonly [epochMs: number, cpuPercent: number, memoryPercent: number]

export type StatsSnapshot = Partial<AgentStats> & {
  name: string
  history?: HistoryPoint[]
}

/** One row of `agents:stats`. Rows are whole; those of a snapshot may bring the last minutes along. */
export type StatsRow = Partial<AgentStats> & { name: string; history?: HistoryPoint[] }

/** Snapshot and events of `agents:stats`; events name in `gone` what no longer runs or is no longer to be seen. */
export interface FleetStats {
  agents: StatsRow[]
  gone?: string[]
  /** In snapshots: how full the contexts are, and how the runs of a day went. */
  context?: AgentContext[]
  executions?: TaskFigures[]
  /** Who needs a person. */
  attention?: AgentAttention[]
  /** What goes on just now. */
  turns?: TurnRow[]
}

/** A running turn, as a row of `agents:stats`. */
export interface TurnRow {
  name: string
  execution_id: string | null
  started_at: string
  now: 'model' | 'tool' | 'start'
  now_since: string
  tool: { name: string; input_summary: string } | null
}

/** One long action of this person, as `operation_update` and the snapshot of `user` tell it. */
export interface Operation {
  operation_id: string
  kind: string
  agent_name: string | null
  step: string
  /** Null when the share is not known. */
  percent: number | null
  state: 'running' | 'done' | 'failed'
  detail: string | null
}

export interface UserSnapshot {
  username: string
  role: string
  email: string | null
  expires_at: string | null
  operations?: Operation[]
}

/** The machine that the server runs on. What it does not tell is null, never 0. */
export interface HostFigures {
  cpu: { percent: number | null; count: number | null }
  memory: { percent: number | null; used_gb: number | null; total_gb: number | null }
  disk: { percent: number | null; used_gb: number | null; total_gb: number | null }
}

export type HostPoint = readonly [
  epochMs: number,
  cpuPercent: number | null,
  memoryPercent: number | null,
  diskPercent: number | null,
]

/** What of an agent's configuration changed, as `agent_config_changed` names it. */
export type ConfigArea =
  | 'sharing'
  | 'permissions'
  | 'credentials'
  | 'folders'
  | 'public_links'
  | 'resources'
  | 'capabilities'
  | 'api_key'
  | 'budget'

export const AGENTS_TOPIC = 'agents'
export const AGENTS_STATS_TOPIC = 'agents:stats'
export const USER_TOPIC = 'user'
export const HOST_TOPIC = 'host'
export const ACTIVITIES_TOPIC = 'activities'

export function agentTopic(name: string): string {
  return `agent:${name}`
}

export function statsTopic(name: string): string {
  return `agent:${name}:stats`
}

/** What holds an agent up. */
export function pressureTopic(name: string): string {
  return `agent:${name}:pressure`
}

export function logsTopic(name: string): string {
  return `agent:${name}:logs`
}

export function activityTopic(name: string): string {
  return `agent:${name}:activity`
}

export function filesTopic(name: string): string {
  return `agent:${name}:files`
}

/** The queue and the runs of one agent. */
export function executionsTopic(name: string): string {
  return `agent:${name}:executions`
}

/** One run, with its transcript. */
export function executionTopic(name: string, id: string): string {
  return `execution:${name}:${id}`
}

/** The state of an agent's work tree and its remote. */
export function gitTopic(name: string): string {
  return `agent:${name}:git`
}

export function dashboardTopic(name: string): string {
  return `agent:${name}:dashboard`
}
