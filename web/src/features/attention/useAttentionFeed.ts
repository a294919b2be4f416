import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { AGENTS_STATS_TOPIC, type FleetStats } from '@/live/frames'
import { useAttention } from '@/stores/attention'
import { useWork } from '@/stores/work'

/**
 * Keeps knowing who needs a person, and who is at work, on pages that do not show the figures of the whole fleet. Lists have it from
 * `useFleetFigures`. Not `polled`: while the socket is down, what was known stays.
 */
export function useAttentionFeed(polled = true): void {
  const attention = useAttention()
  const work = useWork()
  work.feed()
  const fallback = useFallback(() =>
    polled
      ? {
          key: 'stats:attention',
          intervalMs: FALLBACK_MS.attention,
          load: (signal) => attention.load(signal),
        }
      : null,
  )
  useTopic(
    () => AGENTS_STATS_TOPIC,
    {
      snapshot(snapshot) {
        fallback.subscribed()
        attention.takeSnapshot(snapshot as FleetStats)
        work.takeSnapshot(snapshot as FleetStats)
      },
      event(frame) {
        if (!attention.takeEvent(frame)) work.takeEvent(frame)
      },
      refused: () => fallback.refused(),
    },
    () => ({ interval: 10, history: 0 }),
  )
}
