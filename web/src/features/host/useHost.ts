import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { useFallback } from '@/app/poller'
import { parseUtc } from '@/format/time'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { HOST_TOPIC, type HostFigures, type HostPoint } from '@/live/frames'
import { useLiveState } from '@/stores/liveState'
import { pointOf, withPoint } from './hostModel'

export interface Host {
  /** null until the first answer. */
  figures: Readonly<Ref<HostFigures | null>>
  history: Readonly<Ref<readonly HostPoint[]>>
  /** The server does not tell. */
  refused: ComputedRef<boolean>
}

/** The machine that everything runs on, while the calling component lives. */
export function useHost(): Host {
  const liveState = useLiveState()
  const figures = shallowRef<HostFigures | null>(null)
  const history = shallowRef<readonly HostPoint[]>([])
  const notGiven = ref(false)

  function take(now: HostFigures, at: number): void {
    figures.value = now
    history.value = withPoint(history.value, pointOf(now, at))
    notGiven.value = false
  }

  const fallback = useFallback(() => ({
    key: HOST_TOPIC,
    intervalMs: FALLBACK_MS.host,
    async load(signal) {
      try {
        const now = await api.hostTelemetry(signal)
        take(now, Date.now())
      } catch (failure) {
        if (!signal.aborted) notGiven.value = true
        throw failure
      }
    },
  }))
  useTopic(() => HOST_TOPIC, {
    snapshot(snapshot) {
      fallback.subscribed()
      const { history: points, ...rest } = snapshot as Partial<HostFigures> & {
        history?: HostPoint[]
      }
      history.value = points ?? []
      notGiven.value = false
      if (rest.cpu !== undefined) figures.value = rest as HostFigures
    },
    event(frame) {
      if (frame.event === 'host_telemetry_update')
        take(frame.data as unknown as HostFigures, parseUtc(frame.ts) ?? Date.now())
    },
    refused: () => {
      notGiven.value = true
      fallback.refused()
    },
  })

  return {
    figures,
    history,
    refused: computed(() => notGiven.value && (figures.value === null || liveState.polling)),
  }
}
