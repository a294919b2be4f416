import { call } from './http'
import { agentPath } from './paths'
import type { components } from './schema'

/** What an agent is held back by; also what the topic `agent:{n}:pressure` tells. Unknown is null, never 0. */
export type AgentPressure = components['schemas']['AgentPressure']
/** The turn that goes on, and what its time went into. */
export type TurnPressure = components['schemas']['TurnWaits']

export const pressureCalls = {
  async pressure(name: string, signal?: AbortSignal): Promise<AgentPressure> {
    return (await call<AgentPressure>('GET', agentPath(name, '/pressure'), { signal })).data
  },
}
