import { computed } from 'vue'
import { api } from '@/api/client'
import { useFallback } from '@/app/poller'
import { parseUtc } from '@/format/time'
import { useTopic } from '@/live/client'
import { AGENTS_STATS_TOPIC, statsTopic, type FleetStats, type StatsSnapshot } from '@/live/frames'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import { useRunFigures } from '@/stores/runFigures'
import { useStats } from '@/stores/stats'
import { useWork } from '@/stores/work'
import { FALLBACK_MS } from '@/live/fallback'
import { HISTORY_POINTS } from '@/stores/statsModel'
import { agentStatsPolling, fleetStatsPolling } from './statsPolling'

/** Keeps the figures of the whole fleet coming, for lists and cards: one topic, however many rows. */
export function useFleetFigures(): void {
  const stats = useStats()
  const runFigures = useRunFigures()
  const attention = useAttention()
  const work = useWork()
  const fallback = useFallback(() => fleetStatsPolling(stats))
  const contexts = useFallback(() => ({
    key: 'stats:contexts',
    intervalMs: FALLBACK_MS.contexts,
    load: async (signal) => runFigures.takeContexts(await api.contextStats(signal)),
  }))
  const tasks = useFallback(() => ({
    key: 'stats:tasks',
    intervalMs: FALLBACK_MS.dayOfRuns,
    load: async (signal) => runFigures.takeTasks(await api.executionStats(signal)),
  }))
  const needs = useFallback(() => ({
    key: 'stats:attention',
    intervalMs: FALLBACK_MS.attention,
    load: (signal) => attention.load(signal),
  }))
  const all = [fallback, contexts, tasks, needs]
  work.feed()
  useTopic(
    () => AGENTS_STATS_TOPIC,
    {
      snapshot(snapshot, at) {
        for (const one of all) one.subscribed()
        runFigures.takeSnapshot(snapshot as FleetStats)
        attention.takeSnapshot(snapshot as FleetStats)
        work.takeSnapshot(snapshot as FleetStats)
        stats.fleetSnapshot(snapshot as FleetStats, parseUtc(at) ?? Date.now())
      },
      event(frame) {
        if (frame.event === 'agents_stats_update')
          stats.fleetUpdate(frame.data as unknown as FleetStats, parseUtc(frame.ts) ?? Date.now())
        else if (!attention.takeEvent(frame) && !work.takeEvent(frame)) runFigures.takeEvent(frame)
      },
      refused: () => {
        for (const one of all) one.refused()
      },
    },
    // So that the sparklines are full at once.
    () => ({ history: HISTORY_POINTS }),
  )
}

/** Keeps the figures of one agent coming, with the last five minutes, while it runs. */
export function useAgentFigures(name: () => string): void {
  const fleet = useFleet()
  const stats = useStats()
  // Every new list brings new items: only a change of the state begins the polling anew.
  const running = computed(() => fleet.agents.get(name())?.status === 'running')
  const fallback = useFallback(() => (running.value ? agentStatsPolling(name(), stats) : null))
  useTopic(() => (running.value ? statsTopic(name()) : null), {
    snapshot(snapshot, at) {
      fallback.subscribed()
      stats.snapshot(name(), snapshot as StatsSnapshot, parseUtc(at) ?? Date.now())
    },
    event(frame) {
      if (frame.event === 'agent_stats_update')
        stats.update(name(), frame.data, parseUtc(frame.ts) ?? Date.now())
    },
    ended: () => stats.drop(name()),
    refused: () => fallback.refused(),
  })
}
