import { computed, shallowRef } from 'vue'
import type { FleetAgent } from '@/stores/fleetModel'
import type { Message, Run } from './historyModel'
import { lineOf, type Line } from './lines'
import type { useFleetHistory } from './useFleetHistory'
import type { Span } from './range'

const LONG_AGO: readonly Run[] = []

/** The part of an agent's runs that reaches into the range. */
export function runsWithin(runs: readonly Run[], { from, to }: Span): readonly Run[] {
  const inside = runs.every((run) => (run.end ?? Infinity) >= from && run.start <= to)
  if (inside) return runs
  return runs.filter((run) => (run.end ?? Infinity) >= from && run.start <= to)
}

/**
 * Lines of all agents. Each is made anew only when its runs have changed: one event costs one line. While a replay is on
 * nothing changes, so that live data is not mixed in.
 */
export function useTimelineModel(
  agents: () => readonly FleetAgent[],
  history: ReturnType<typeof useFleetHistory>,
  whole: () => Span,
  activeOnly: () => boolean,
  frozen: () => boolean,
) {
  const made = new Map<string, { runs: readonly Run[]; from: number; line: Line }>()
  const held = shallowRef<{ lines: ReadonlyMap<string, Line>; messages: readonly Message[] }>({
    lines: new Map(),
    messages: [],
  })

  function line(agent: string, span: Span): Line {
    const runs = history.store.book.runsOf(agent)
    const known = made.get(agent)
    const first = runs[0]?.start ?? Infinity
    // A line without old runs stays as it is while the range moves on.
    if (
      known !== undefined &&
      known.runs === runs &&
      (known.from === span.from || first >= span.from)
    )
      return known.line
    const within = runs.length === 0 ? LONG_AGO : runsWithin(runs, span)
    const same =
      known !== undefined &&
      known.line.bars.length === within.length &&
      within.every((run, index) => known.line.bars[index]?.run === run)
    const next = same ? known.line : lineOf(agent, within)
    made.set(agent, { runs, from: span.from, line: next })
    return next
  }

  const state = computed(() => {
    if (frozen()) return held.value
    void history.store.version
    const span = whole()
    const lines = new Map(agents().map(({ name }) => [name, line(name, span)] as const))
    const messages = history.store.book.messages
    held.value = { lines, messages }
    return held.value
  })

  const shown = computed(() =>
    activeOnly()
      ? agents().filter(({ name }) => (state.value.lines.get(name)?.bars.length ?? 0) > 0)
      : agents(),
  )
  const empty: Line = { agent: '', bars: [], lanes: 1, failed: 0, longest: 0 }
  const lines = computed(() => shown.value.map(({ name }) => state.value.lines.get(name) ?? empty))
  return {
    shown,
    lines,
    messages: computed(() => state.value.messages),
    rowOf: computed(() => new Map(shown.value.map(({ name }, index) => [name, index] as const))),
  }
}
