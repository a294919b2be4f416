import type { AgentListItem, AgentStats } from '@/api/types'

/** Frames of the live socket, as far as the UI reads them. Unknown frames and fields are ignored. */
export type ClientFrame =
  | { type: 'auth'; token: string }
  | { type: 'subscribe'; topics: string[]; since?: Record<string, number> }
  | { type: 'unsubscribe'; topics: string[] }
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
export type LiveAgent = AgentListItem & { started_at?: string | null }

export interface FleetSnapshot {
  agents: LiveAgent[]
  engine?: LiveEngine
}

export type HistoryPoint = readonly [epochMs: number, cpuPercent: number, memoryPercent: number]

export type StatsSnapshot = Partial<AgentStats> & {
  name: string
  history?: HistoryPoint[]
}

export const AGENTS_TOPIC = 'agents'

export function statsTopic(name: string): string {
  return `agent:${name}:stats`
}

/** The agent's name in a topic of the form `agent:{name}:stats`, else null. */
export function statsTopicAgent(topic: string): string | null {
  return /^agent:(.+):stats$/.exec(topic)?.[1] ?? null
}
