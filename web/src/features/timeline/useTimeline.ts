import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { Activity } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { ACTIVITIES_TOPIC } from '@/live/frames'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { fits, MOST_ACTIVITIES, withActivities, type TimelineFilter } from './timelineModel'

const PAGE = 50

export interface Timeline {
  activities: Readonly<Ref<readonly Activity[]>>
  known: Readonly<Ref<boolean>>
  error: Readonly<Ref<string | null>>
  hasOlder: ComputedRef<boolean>
  loadingOlder: Readonly<Ref<boolean>>
  reload(): void
  loadOlder(): Promise<void>
}

/** The stored activities of an agent, with new ones as they come. */
export function useTimeline(name: () => string, filter: () => TimelineFilter): Timeline {
  const toasts = useToasts()
  const activities = shallowRef<readonly Activity[]>([])
  const known = ref(false)
  const error = ref<string | null>(null)
  const ended = ref(false)
  const loadingOlder = ref(false)
  let asking: AbortController | null = null

  const asked = (before?: string) => {
    const { type, state } = filter()
    return { limit: PAGE, type, state, ...(before === undefined ? {} : { before }) }
  }

  /** The newest page; what is known stays, so that nobody loses a place. */
  async function load(outer?: AbortSignal): Promise<void> {
    const agent = name()
    const mine = asking ?? new AbortController()
    asking = mine
    try {
      const page = await api.activities(agent, asked(), outer ?? mine.signal)
      if (asking !== mine || name() !== agent) return
      if (!known.value) ended.value = page.length < PAGE
      activities.value = withActivities(activities.value, page)
      known.value = true
      error.value = null
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) error.value = messageOf(failure)
      throw failure
    }
  }

  function reload(): void {
    load().catch(() => undefined)
  }

  async function loadOlder(): Promise<void> {
    const last = activities.value[activities.value.length - 1]
    const mine = asking
    if (last === undefined || mine === null || loadingOlder.value) return
    loadingOlder.value = true
    try {
      const page = await api.activities(name(), asked(last.id), mine.signal)
      if (asking !== mine) return
      activities.value = withActivities(activities.value, page)
      ended.value = page.length < PAGE || activities.value.length >= MOST_ACTIVITIES
    } catch (failure) {
      if (!mine.signal.aborted) toasts.show('error', text.timeline.olderFailed, messageOf(failure))
    } finally {
      loadingOlder.value = false
    }
  }

  /** News of this agent: what fits the filters is shown, and what fits no more goes. */
  function take(news: readonly Activity[]): void {
    const stands = new Set(activities.value.map((one) => one.id))
    const wanted = news.filter((one) => stands.has(one.id) || fits(one, filter()))
    activities.value = withActivities(activities.value, wanted).filter((one) => fits(one, filter()))
  }

  const fallback = useFallback(() => ({
    key: `${ACTIVITIES_TOPIC}/${name()}`,
    intervalMs: FALLBACK_MS.timeline,
    load,
  }))
  useTopic(() => ACTIVITIES_TOPIC, {
    snapshot(snapshot) {
      fallback.subscribed()
      // The newest of all agents: what has happened while nothing was told. The first page is asked for.
      const { activities: newest = [] } = snapshot as { activities?: readonly Activity[] }
      take(newest.filter((one) => one.agent_name === name()))
    },
    event({ event, data }) {
      const one = data as unknown as Activity
      if (event === 'activity_event' && one.agent_name === name()) take([one])
    },
    refused: () => fallback.refused(),
  })

  watch(
    [name, () => filter().type, () => filter().state],
    () => {
      asking?.abort()
      asking = null
      activities.value = []
      known.value = false
      error.value = null
      ended.value = false
      reload()
    },
    { immediate: true },
  )
  onScopeDispose(() => asking?.abort())

  return {
    activities,
    known,
    error,
    hasOlder: computed(() => known.value && !ended.value && activities.value.length > 0),
    loadingOlder,
    reload,
    loadOlder,
  }
}
