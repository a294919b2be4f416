import { computed, shallowRef, watch } from 'vue'
import type { Message } from '@/features/fleetTimeline/historyModel'
import { rangeMs, type Range } from '@/features/fleetTimeline/range'
import type { useFleetHistory } from '@/features/fleetTimeline/useFleetHistory'
import { useNow } from '@/lib/clock'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useWork } from '@/stores/work'
import { edgesOf, NO_TIES, tiesOf } from './edges'
import { factsOf, pastFacts, sameFacts, type NodeFacts, type NodeSource } from './nodeFacts'

/** The minute is enough for everything here, and spares the picture fifty-nine ticks of sixty. */
const MINUTE = 60_000

/**
 * Agents, what each does, and who asked whom. `at` is the moment of a replay, null while live; during a replay the messages
 * of its beginning are kept, so that live data is not mixed in.
 */
export function useGraphModel(
  props: { readonly range: Range; readonly agents: readonly FleetAgent[] },
  history: ReturnType<typeof useFleetHistory>,
  at: () => number | null,
  /** The newest event that the replay has shown: lines change with events alone. */
  eventAt: () => number | null,
  connectedOnly: () => boolean,
) {
  const fleet = useFleet()
  const attention = useAttention()
  const work = useWork()
  const clock = useNow()
  const minute = computed(() => Math.floor(clock.value / MINUTE) * MINUTE)
  const replaying = computed(() => at() !== null)
  const held = shallowRef<readonly Message[]>([])

  const messages = computed<readonly Message[]>(() => {
    if (replaying.value) return held.value
    void history.store.version
    return history.store.book.messages
  })
  watch(
    replaying,
    (on) => {
      if (on) held.value = history.store.book.messages
    },
    { flush: 'sync' },
  )

  const names = computed(() => new Set(props.agents.map((agent) => agent.name)))
  const since = computed(() => minute.value - rangeMs(props.range))
  /** Of the whole range, whatever moment a replay shows: the picture keeps its shape. */
  const allEdges = computed(() => edgesOf(messages.value, names.value, since.value))
  const edges = computed(() => {
    const moment = eventAt()
    return moment === null
      ? allEdges.value
      : edgesOf(messages.value, names.value, since.value, moment)
  })
  const ties = computed(() => tiesOf(edges.value))
  const joined = computed(
    () => new Set(allEdges.value.flatMap(({ source, target }) => [source, target])),
  )
  /** By name, and the same list while its agents are the same: the order of the grid is not seen here, but would be paid for. */
  const shown = computed<readonly FleetAgent[]>((before) => {
    const now = props.agents
      .filter(({ name }) => !connectedOnly() || joined.value.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const same = before?.length === now.length && now.every((agent, n) => agent === before[n])
    return same ? before : now
  })

  function source(agent: FleetAgent): NodeSource {
    const { name } = agent
    return {
      agent,
      pending: fleet.pending.get(name),
      attention: attention.of(name),
      turn: work.turns.get(name),
      open: work.runs.get(name) ?? [],
      runs: history.store.book.runsOf(name),
    }
  }

  /** Whoever is as before keeps the same facts, so that its box is not rendered anew; when all are, so is the picture. */
  const facts = computed<ReadonlyMap<string, NodeFacts>>((before) => {
    void history.store.version
    const moment = at()
    let same = before?.size === shown.value.length
    const now = new Map(
      shown.value.map((agent) => {
        const what =
          moment === null ? factsOf(source(agent), minute.value) : pastFacts(source(agent), moment)
        const known = before?.get(agent.name)
        const kept = known !== undefined && sameFacts(known, what)
        same &&= kept
        return [agent.name, kept ? known : what]
      }),
    )
    return same && before !== undefined ? before : now
  })

  return {
    messages,
    /** Of the range. */
    inRange: computed(() => messages.value.filter((one) => one.at >= since.value)),
    edges,
    allEdges,
    shown,
    facts,
    since,
    tiesOf: (name: string) => ties.value.get(name) ?? NO_TIES,
  }
}

export type GraphModel = ReturnType<typeof useGraphModel>
