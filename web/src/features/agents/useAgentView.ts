import { computed, type ComputedRef } from 'vue'
import {
  limitText,
  cpuShare,
  formatBytes,
  formatCores,
  formatPercent,
  levelOf,
} from '@/format/quantity'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useStats } from '@/stores/stats'
import type { AgentFigures } from '@/stores/statsModel'
import { coresOf, memoryLimitOf, nowText, shownState, stateSince, type ShownState } from './state'

/** Everything one row, card or header shows about an agent, ready to print. */
export interface AgentView {
  state: ComputedRef<ShownState>
  now: ComputedRef<string>
  since: ComputedRef<number | null>
  running: ComputedRef<boolean>
  busy: ComputedRef<boolean>
  figures: ComputedRef<AgentFigures | undefined>
  cores: ComputedRef<number>
  cpu: ComputedRef<string>
  cpuCores: ComputedRef<string>
  cpuLevel: ComputedRef<ReturnType<typeof levelOf>>
  memoryUsed: ComputedRef<{ value: string; unit: string }>
  memoryLimit: ComputedRef<string>
  memoryLevel: ComputedRef<ReturnType<typeof levelOf>>
}

export function useAgentView(agent: () => FleetAgent): AgentView {
  const fleet = useFleet()
  const stats = useStats()

  const pending = computed(() => fleet.pending.get(agent().name))
  const running = computed(() => agent().status === 'running')
  const figures = computed(() => (running.value ? stats.figures.get(agent().name) : undefined))
  const cores = computed(() => coresOf(agent()) ?? 1)
  const share = computed(() => cpuShare(figures.value?.cpuPercent ?? 0, cores.value))

  return {
    state: computed(() => shownState(agent(), pending.value)),
    now: computed(() => nowText(agent(), pending.value, figures.value)),
    since: computed(() => stateSince(agent(), figures.value)),
    running,
    busy: computed(() => pending.value !== undefined),
    figures,
    cores,
    cpu: computed(() => formatPercent(share.value)),
    cpuCores: computed(() => formatCores(figures.value?.cpuPercent ?? 0)),
    cpuLevel: computed(() => levelOf(share.value)),
    memoryUsed: computed(() => formatBytes(figures.value?.memoryUsed ?? 0)),
    memoryLimit: computed(() => {
      const limit = figures.value?.memoryLimit || memoryLimitOf(agent())
      return limit ? limitText(limit) : ''
    }),
    memoryLevel: computed(() => levelOf(figures.value?.memoryPercent ?? 0)),
  }
}
