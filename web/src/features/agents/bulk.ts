import type { Pending } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'

export type BulkKind = 'start' | 'stop'

/** What starting or stopping some agents comes to: for those already there, or under way, nothing is done. */
export interface BulkPlan {
  kind: BulkKind
  names: string[]
  /** How many of the chosen ones need nothing. */
  left: number
}

export function planBulk(
  kind: BulkKind,
  agents: readonly FleetAgent[],
  pendingOf: (name: string) => Pending | undefined,
): BulkPlan {
  const names = agents
    .filter((agent) => pendingOf(agent.name) === undefined && agent.status !== 'removing')
    .filter((agent) => (agent.status === 'running') === (kind === 'stop'))
    .map((agent) => agent.name)
  return { kind, names, left: agents.length - names.length }
}
