import { call } from './http'
import type { components } from './schema'

type Schemas = components['schemas']

/** Why an agent needs a person. Kinds this page does not know yet are shown as they are named. */
export type AttentionKind = AttentionItem['kind']
export type AttentionItem = Schemas['AttentionItem']
export type AgentAttention = Omit<Schemas['AgentAttention'], 'attention'> & {
  readonly attention: readonly AttentionItem[]
}
export type HostTelemetry = Schemas['HostTelemetry']

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
