import { api } from '@/api/client'
import { useFallback } from '@/app/poller'
import { parseUtc } from '@/format/time'
import { useTopic } from '@/live/client'
import { AGENTS_STATS_TOPIC, statsTopic, type FleetStats, type StatsSnapshot } from '@/live/frames'
import { useFleet } from '@/stores/fleet'
import { useRunFigures } from '@/stores/runFigures'
import { useStats } from '@/stores/stats'
import { STATS_MS } from '@/live/fallback'
import { HISTORY_POINTS } from '@/stores/statsModel'
import { statsPolling } from './statsPolling'

/** Figures of a day move slowly. */
const TASKS_MS = 30_000

/**
 * Keeps the figures of the whole fleet coming, for lists and cards: one topic, however many rows. Without the socket
 * only the rows that are on the screen are asked for.
 */
export function useFleetFigures(onScreen: () => readonly string[]): void {
  const fleet = useFleet()
  const stats = useStats()
  const running = () => onScreen().filter((name) => fleet.agents.get(name)?.status === 'running')
  const runFigures = useRunFigures()
  const fallback = useFallback(() => statsPolling('rows', running, stats))
  const contexts = useFallback(() => ({
    key: 'stats:contexts',
    intervalMs: STATS_MS,
    load: async (signal) => runFigures.takeContexts(await api.contextStats(signal)),
  }))
  const tasks = useFallback(() => ({
    key: 'stats:tasks',
    intervalMs: TASKS_MS,
    load: async (signal) => runFigures.takeTasks(await api.executionStats(signal)),
  }))
  const all = [fallback, contexts, tasks]
  useTopic(
    () => AGENTS_STATS_TOPIC,
    {
      snapshot(snapshot, at) {
        for (const one of all) one.subscribed()
        runFigures.takeSnapshot(snapshot as FleetStats)
        stats.fleetSnapshot(snapshot as FleetStats, parseUtc(at) ?? Date.now())
      },
      event(frame) {
        if (frame.event === 'agents_stats_update')
          stats.fleetUpdate(frame.data as unknown as FleetStats, parseUtc(frame.ts) ?? Date.now())
        else runFigures.takeEvent(frame)
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
  const running = () => fleet.agents.get(name())?.status === 'running'
  const fallback = useFallback(() => statsPolling(name(), () => (running() ? [name()] : []), stats))
  useTopic(() => (running() ? statsTopic(name()) : null), {
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
