import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { fits, needsLook } from '@/features/agents/state'
import { hasTags } from '@/features/agents/tags'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { groupsOf, ordered, type Group } from './arrange'
import type { DashboardQuery, FleetFilter } from './dashboardQuery'
import { factsIn, useOrderFacts } from './orderFacts'

export interface FleetShown {
  /** All agents that people made. */
  people: ComputedRef<readonly FleetAgent[]>
  /** Those that fit, in order. */
  shown: ComputedRef<readonly FleetAgent[]>
  groups: ComputedRef<readonly Group[]>
  fitsFilter: (agent: FleetAgent, filter: FleetFilter) => boolean
  /** Somebody points at the rows: they keep their places. */
  pointed: Ref<boolean>
}

/** Which agents the dashboard shows, in which order and groups. */
export function useFleetShown({ filter, tags, search, order, group }: DashboardQuery): FleetShown {
  const fleet = useFleet()
  const attention = useAttention()
  const pointed = ref(false)
  const facts = useOrderFacts(() => pointed.value)

  // The same agents as the panel names; before they are told, what their states say.
  const needs = (agent: FleetAgent) =>
    attention.known ? attention.byName.has(agent.name) : needsLook(agent)
  const people = computed(() => fleet.list.filter((agent) => !agent.is_system))
  const shown = computed(() =>
    ordered(
      people.value.filter(
        (agent) =>
          hasTags(agent, tags.value) && fits(agent, filter.value, search.value, needs(agent)),
      ),
      order.value,
      factsIn(facts.value),
    ),
  )
  return {
    people,
    shown,
    groups: computed(() => groupsOf(shown.value, group.value, factsIn(facts.value))),
    fitsFilter: (agent, one) => fits(agent, one, '', needs(agent)),
    pointed,
  }
}
