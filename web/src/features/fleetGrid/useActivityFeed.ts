import { onScopeDispose } from 'vue'
import { useTopic } from '@/live/client'
import { ACTIVITIES_TOPIC } from '@/live/frames'
import type { Activity } from '@/api/types'
import { useWork } from '@/stores/work'

/**
 * Keeps knowing what the runs of all agents are about, while the calling component lives. There is nothing to ask for
 * without the socket: how many runs go on comes with the figures of the day.
 */
export function useActivityFeed(): void {
  const work = useWork()
  useTopic(() => ACTIVITIES_TOPIC, {
    snapshot(snapshot) {
      const { activities = [] } = snapshot as { activities?: readonly Activity[] }
      work.takeActivities(activities)
    },
    event({ event, data }) {
      if (event === 'activity_event') work.takeActivity(data as unknown as Activity)
    },
  })
  // Nobody tells any more when they end.
  onScopeDispose(() => work.takeActivities([]))
}
