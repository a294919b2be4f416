import { call } from './http'
import type { components } from './schema'

/** Why an agent needs a person. Kinds this page does not know yet are shown as they are named. */
export type AttentionKind = 'waiting' | 'failed' | 'stuck' | 'over_budget' | 'slow' | 'unreachable'

export interface AttentionItem {
  kind: AttentionKind
  /** UTC with Z. */
  since: string
  /** One sentence in plain words. */
  detail: string
  execution_id: string | null
}

export interface AgentAttention {
  name: string
  attention: readonly AttentionItem[]
}

export type HostTelemetry = components['schemas']['HostTelemetry']

/** What concerns all agents at once, and the machine they run on. */
export const fleetCalls = {
  async attention(signal?: AbortSignal): Promise<AgentAttention[]> {
    const path = '/api/agents/attention'
    return (await call<{ agents: AgentAttention[] }>('GET', path, { signal })).data.agents
  },
  async hostTelemetry(signal?: AbortSignal): Promise<HostTelemetry> {
    return (await call<HostTelemetry>('GET', '/api/telemetry/host', { signal })).data
  },
}
