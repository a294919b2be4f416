import { computed, type ComputedRef } from 'vue'
import {
  limitText,
  cpuShare,
  formatBytes,
  formatCost,
  formatCores,
  formatPercent,
  formatTokens,
  levelOf,
  type Level,
} from '@/format/quantity'
import type { HistoryPoint } from '@/live/frames'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useRunFigures } from '@/stores/runFigures'
import { useStats } from '@/stores/stats'
import type { AgentFigures } from '@/stores/statsModel'
import { text } from '@/text/en'
import { lastActive } from './lastActive'
import { coresOf, memoryLimitOf, nowText, shownState, stateSince, type ShownState } from './state'

/** One figure of an agent with its context, ready to print; cells and tiles take it as it is. */
export interface Figure {
  /** null: no figure is known. */
  value: string | null
  unit: string
  /** What it is a part of: "of 2 cores", "/ 4 GB". */
  limit: string
  level: Level
  history: readonly HistoryPoint[]
  /** Which part of a point of the history. */
  part: 1 | 2
  /** What the history's percentages are to be divided by. */
  per: number
}

export interface DayOfRuns {
  count: string
  failed: number
  /** So many failed that somebody should look. */
  bad: boolean
  cost: string
  tip: string
}

/** Everything one row, card or header shows about an agent, ready to print. */
export interface AgentView {
  state: ComputedRef<ShownState>
  /** What is under way, or how it came to stand still; empty while it runs. */
  now: ComputedRef<string>
  since: ComputedRef<number | null>
  /** Its last sign of life; null when it has not done anything that is known. */
  active: ComputedRef<number | null>
  running: ComputedRef<boolean>
  busy: ComputedRef<boolean>
  figures: ComputedRef<AgentFigures | undefined>
  cpu: ComputedRef<Figure>
  memory: ComputedRef<Figure>
  /** null while nothing is in it, or it is not known. */
  context: ComputedRef<{ percent: number; note: string; level: Level } | null>
  /** The runs of the last 24 hours; null when there were none. */
  day: ComputedRef<DayOfRuns | null>
  /** How many cores are in use. */
  cpuCores: ComputedRef<string>
}

/** From this share of failed runs on the figure is coloured. */
const BAD_SHARE = 0.2

const NO_HISTORY: readonly HistoryPoint[] = []

export function useAgentView(agent: () => FleetAgent): AgentView {
  const fleet = useFleet()
  const stats = useStats()
  const runFigures = useRunFigures()

  const pending = computed(() => fleet.pending.get(agent().name))
  const running = computed(() => agent().status === 'running')
  const figures = computed(() => (running.value ? stats.figures.get(agent().name) : undefined))

  const cpu = computed<Figure>(() => {
    const per = coresOf(agent()) ?? 1
    const share = cpuShare(figures.value?.cpuPercent ?? 0, per)
    return {
      value: figures.value ? formatPercent(share) : null,
      unit: '%',
      limit: text.agent.ofCores(String(per)),
      level: levelOf(share),
      history: figures.value?.history ?? NO_HISTORY,
      part: 1,
      per,
    }
  })
  const memory = computed<Figure>(() => {
    const used = formatBytes(figures.value?.memoryUsed ?? 0)
    const limit = figures.value?.memoryLimit || memoryLimitOf(agent())
    return {
      value: figures.value ? used.value : null,
      unit: used.unit,
      limit: limit ? `/ ${limitText(limit)}` : '',
      level: levelOf(figures.value?.memoryPercent ?? 0),
      history: figures.value?.history ?? NO_HISTORY,
      part: 2,
      per: 1,
    }
  })

  const tasks = computed(() => runFigures.tasks.get(agent().name))
  const context = computed(() => {
    const one = running.value ? runFigures.contexts.get(agent().name) : undefined
    if (one === undefined || one.contextUsed === 0) return null
    return {
      percent: one.contextPercent,
      note: text.activity.contextOf(formatTokens(one.contextUsed), formatTokens(one.contextMax)),
      level: levelOf(one.contextPercent),
    }
  })
  const day = computed<DayOfRuns | null>(() => {
    const one = tasks.value
    if (one === undefined || one.task_count_24h === 0) return null
    return {
      count: one.task_count_24h.toLocaleString(),
      failed: one.failed_count,
      bad: one.failed_count / one.task_count_24h >= BAD_SHARE,
      cost: formatCost(one.total_cost),
      tip: text.agents.dayTip(one.success_count, one.failed_count, one.running_count),
    }
  })

  return {
    state: computed(() => shownState(agent(), pending.value)),
    now: computed(() => nowText(agent(), pending.value)),
    context,
    day,
    active: computed(() =>
      lastActive(
        runFigures.contexts.get(agent().name)?.lastActivityTime,
        tasks.value?.last_execution_at,
      ),
    ),
    since: computed(() => stateSince(agent(), figures.value)),
    running,
    busy: computed(() => pending.value !== undefined),
    figures,
    cpu,
    memory,
    cpuCores: computed(() => formatCores(figures.value?.cpuPercent ?? 0)),
  }
}
