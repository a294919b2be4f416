import { api } from '@/api/client'
import { FALLBACK_MS, type FallbackResource } from '@/live/fallback'
import type { AgentStats } from '@/api/types'

interface StatsTarget {
  update(name: string, fields: Partial<AgentStats>, sampledAt: number): void
}

const takenAt = (ageMs: number | null) => Date.now() - (ageMs ?? 0)

/** The figures of one agent, by REST, for the time without a socket. */
export function agentStatsPolling(name: string, target: StatsTarget): FallbackResource {
  return {
    key: `stats:${name}`,
    intervalMs: FALLBACK_MS.stats,
    async load(signal) {
      const { data, freshness } = await api.stats(name, signal)
      if (!signal.aborted) target.update(name, data, takenAt(freshness.ageMs))
    },
  }
}

/** The figures of all agents: one request, however many there are. */
export function fleetStatsPolling(target: StatsTarget): FallbackResource {
  return {
    key: 'stats:rows',
    intervalMs: FALLBACK_MS.stats,
    async load(signal) {
      const { data, freshness } = await api.allStats(signal)
      if (signal.aborted) return
      const at = takenAt(freshness.ageMs)
      for (const { name, ...figures } of data.agents)
        target.update(name, figures as Partial<AgentStats>, at)
    },
  }
}
