import type { FleetAgent } from '@/stores/fleetModel'

export type PermissionFilter = 'all' | 'permitted' | 'other'

/** The agents that a filter and a search leave, in the order of their names. */
export function permissionRows(
  agents: readonly FleetAgent[],
  isPermitted: (name: string) => boolean,
  filter: PermissionFilter,
  search: string,
): FleetAgent[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return agents
    .filter((agent) => filter === 'all' || isPermitted(agent.name) === (filter === 'permitted'))
    .filter((agent) => {
      const said = `${agent.name} ${agent.owner ?? ''} ${agent.template ?? ''}`.toLowerCase()
      return words.every((word) => said.includes(word))
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}
