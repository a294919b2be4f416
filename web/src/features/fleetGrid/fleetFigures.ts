import type { TaskFigures } from '@/api/types'
import type { FleetAgent } from '@/stores/fleetModel'

export interface FleetFigures {
  agents: number
  running: number
  /** Runs that go on. */
  atWork: number
  runs: number
  failed: number
  /** US dollars. */
  cost: number
}

/** The whole fleet in a few figures. Days are the last 24 hours, as everywhere. */
export function fleetFigures(
  agents: readonly FleetAgent[],
  taskOf: (name: string) => TaskFigures | undefined,
): FleetFigures {
  const sum = { agents: agents.length, running: 0, atWork: 0, runs: 0, failed: 0, cost: 0 }
  for (const agent of agents) {
    if (agent.status === 'running') sum.running += 1
    const tasks = taskOf(agent.name)
    if (tasks === undefined) continue
    sum.atWork += tasks.running_count
    sum.runs += tasks.task_count_24h
    sum.failed += tasks.failed_count
    sum.cost += tasks.total_cost
  }
  return sum
}
