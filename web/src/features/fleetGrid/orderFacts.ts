import { shallowRef, watch, type ShallowRef } from 'vue'
import { lastActive } from '@/features/agents/lastActive'
import { coresOf, endedBadly, needsLook } from '@/features/agents/state'
import { cpuShare } from '@/format/quantity'
import { useNow } from '@/lib/clock'
import { useAttention } from '@/stores/attention'
import { rankOf, sinceOf } from '@/stores/attentionModel'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useRunFigures } from '@/stores/runFigures'
import { useStats } from '@/stores/stats'
import { useWork } from '@/stores/work'
import { NO_FACTS, type OrderFacts } from './arrange'

/** Rows that are ordered by something live change their places at most this often. */
export const SETTLE_MS = 10_000

/** What needs a person first: by kind, then bad ends and odd states, what works, what idles, what stands still. */
export function urgencyOf(
  agent: Pick<FleetAgent, 'status' | 'reason' | 'exit_code'>,
  kind: string | undefined,
  atWork: number,
): number {
  if (kind !== undefined) return rankOf(kind)
  if (endedBadly(agent as FleetAgent)) return 20
  if (agent.status === 'running') return atWork > 0 ? 40 : 50
  return agent.status === 'stopped' ? 60 : 30
}

/**
 * What the rows are ordered by. It stands still for a while, and as long as somebody points at the list, so that no row
 * runs away from under a hand. What needs a person is seen at once when nobody points.
 */
export function useOrderFacts(
  pointed: () => boolean,
): Readonly<ShallowRef<ReadonlyMap<string, OrderFacts>>> {
  const fleet = useFleet()
  const stats = useStats()
  const runFigures = useRunFigures()
  const attention = useAttention()
  const work = useWork()
  const now = useNow()
  const facts = shallowRef<ReadonlyMap<string, OrderFacts>>(new Map())
  let takenAt = 0
  let waits = false

  function factsOf(agent: FleetAgent): OrderFacts {
    const { name } = agent
    const figures = agent.status === 'running' ? stats.figures.get(name) : undefined
    const tasks = runFigures.tasks.get(name)
    const context = runFigures.contexts.get(name)
    const atWork =
      agent.status !== 'running'
        ? 0
        : Math.max(
            tasks?.running_count ?? 0,
            work.turns.has(name) ? 1 : 0,
            work.runs.get(name)?.length ?? 0,
          )
    const [need] = attention.of(name)
    return {
      urgency: urgencyOf(agent, need?.kind, atWork),
      since: need === undefined ? Infinity : sinceOf(need),
      needs: attention.known ? need !== undefined : needsLook(agent),
      atWork,
      cpu: figures === undefined ? -1 : cpuShare(figures.cpuPercent, coresOf(agent)),
      memory: figures?.memoryUsed ?? -1,
      context: context?.contextPercent ?? -1,
      runs: tasks?.task_count_24h ?? -1,
      cost: tasks?.total_cost ?? -1,
      active: lastActive(context?.lastActivityTime, tasks?.last_execution_at) ?? 0,
    }
  }

  function take(): void {
    takenAt = now.value
    waits = false
    facts.value = new Map(fleet.list.map((agent) => [agent.name, factsOf(agent)]))
  }

  function soon(): void {
    if (pointed()) waits = true
    else take()
  }

  // An agent that comes, goes, starts or stops is news; figures wait for their turn.
  watch(() => [fleet.list, attention.list], soon, { immediate: true })
  // The first figures are not waited for.
  watch(() => stats.figures.size > 0 || runFigures.tasks.size > 0, soon)
  watch(now, (at) => {
    if (!pointed() && (waits || at - takenAt >= SETTLE_MS)) take()
  })
  return facts
}

export const factsIn = (facts: ReadonlyMap<string, OrderFacts>) => (name: string) =>
  facts.get(name) ?? NO_FACTS
