import type { Pending } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'

export type BulkKind = 'start' | 'stop' | 'autonomyOn' | 'autonomyOff' | 'remove'

/** What doing the same to some agents comes to: for those already there, or under way, nothing is done. */
export interface BulkPlan {
  kind: BulkKind
  names: string[]
  /** How many of the chosen ones need nothing, or are not this person's to change. */
  left: number
}

/** What has to be known of an agent beside its state. */
export interface BulkView {
  pendingOf: (name: string) => Pending | undefined
  isAutonomous: (agent: FleetAgent) => boolean
  maySwitch: (agent: FleetAgent) => boolean
  mayDelete: (agent: FleetAgent) => boolean
}

export function planBulk(kind: BulkKind, agents: readonly FleetAgent[], view: BulkView): BulkPlan {
  const names = agents.filter((agent) => concerns(kind, agent, view)).map((agent) => agent.name)
  return { kind, names, left: agents.length - names.length }
}

function concerns(kind: BulkKind, agent: FleetAgent, view: BulkView): boolean {
  if (agent.status === 'removing') return false
  if (kind === 'autonomyOn' || kind === 'autonomyOff')
    return view.maySwitch(agent) && view.isAutonomous(agent) === (kind === 'autonomyOff')
  if (view.pendingOf(agent.name) !== undefined) return false
  return kind === 'remove'
    ? view.mayDelete(agent)
    : (agent.status === 'running') === (kind === 'stop')
}
