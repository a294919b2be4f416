import { api } from '@/api/client'
import { STATS_MS } from '@/live/fallback'
import type { FallbackResource } from '@/live/fallback'
import type { AgentStats } from '@/api/types'

/** How many agents one round asks for: with many rows the rounds go through them in turn. */
const PER_ROUND = 6

interface StatsTarget {
  update(name: string, fields: Partial<AgentStats>, sampledAt: number): void
}

/** The figures of some agents, by REST, for the time without a socket. One request at a time. */
export function statsPolling(
  key: string,
  names: () => readonly string[],
  target: StatsTarget,
): FallbackResource {
  let turn = 0
  return {
    key: `stats:${key}`,
    intervalMs: STATS_MS,
    async load(signal) {
      const all = names()
      const round = Array.from(
        { length: Math.min(PER_ROUND, all.length) },
        (_, step) => all[(turn + step) % all.length],
      )
      turn = all.length === 0 ? 0 : (turn + round.length) % all.length
      for (const name of round) {
        if (name === undefined || signal.aborted) continue
        const answer = await api.stats(name, signal)
        target.update(name, answer.data, Date.now() - (answer.freshness.ageMs ?? 0))
      }
    },
  }
}
