import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AgentPressure } from '@/api/pressure'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { pressureTopic } from '@/live/frames'

export interface LivePressure {
  pressure: Readonly<ShallowRef<AgentPressure | null>>
  /** When it came, by the clock of this browser. */
  heardAt: Readonly<Ref<number>>
  /** Why nothing could be had. */
  error: Readonly<Ref<string | null>>
  load(): Promise<void>
}

/** What an agent is held up by, live while the calling component lives and the agent runs. */
export function usePressure(name: () => string, running: () => boolean): LivePressure {
  const pressure = shallowRef<AgentPressure | null>(null)
  const heardAt = ref(0)
  const error = ref<string | null>(null)
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())

  function take(next: AgentPressure): void {
    pressure.value = next
    heardAt.value = Date.now()
    error.value = null
  }

  async function ask(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const answer = await api.pressure(asked, signal)
      if (!signal.aborted && name() === asked) take(answer)
    } catch (failure) {
      if (!signal.aborted && name() === asked && pressure.value === null)
        error.value = messageOf(failure)
      throw failure
    }
  }
  const load = () => ask(gone.signal).catch(() => undefined)

  const fallback = useFallback(() =>
    running() ? { key: pressureTopic(name()), intervalMs: FALLBACK_MS.pressure, load: ask } : null,
  )
  useTopic(() => (running() ? pressureTopic(name()) : null), {
    snapshot(snapshot) {
      fallback.subscribed()
      take(snapshot as AgentPressure)
    },
    event({ event, data }) {
      if (event === 'agent_pressure_update') take(data as unknown as AgentPressure)
    },
    refused() {
      fallback.refused()
      // Polling begins a little later; a page that shows nothing yet does not wait for it.
      if (pressure.value === null) void load()
    },
  })

  watch([name, running], () => {
    pressure.value = null
    error.value = null
  })
  return { pressure, heardAt, error, load }
}
