import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AgentDashboard, AgentMetrics } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { dashboardTopic } from '@/live/frames'

const SLOWEST_POLL_MS = 60_000
const QUICKEST_POLL_MS = 15_000

export interface LiveDashboard {
  dashboard: Readonly<Ref<AgentDashboard | null>>
  metrics: Readonly<Ref<AgentMetrics | null>>
  error: Readonly<Ref<string | null>>
}

/** What an agent shows by files of its own, live while the calling component lives. */
export function useDashboard(name: () => string, running: () => boolean): LiveDashboard {
  const dashboard = shallowRef<AgentDashboard | null>(null)
  const metrics = shallowRef<AgentMetrics | null>(null)
  const error = ref<string | null>(null)
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())

  /** Whole states, both or one of them. */
  function take(data: { dashboard?: AgentDashboard; metrics?: AgentMetrics }): void {
    error.value = null
    if (data.dashboard !== undefined) dashboard.value = data.dashboard
    if (data.metrics !== undefined) metrics.value = data.metrics
  }

  const fallback = useFallback(() =>
    running()
      ? {
          key: dashboardTopic(name()),
          intervalMs: Math.min(
            SLOWEST_POLL_MS,
            Math.max(QUICKEST_POLL_MS, (dashboard.value?.config?.refresh ?? 30) * 1000),
          ),
          load,
        }
      : null,
  )

  async function load(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const [shown, figures] = await Promise.all([
        api.dashboard(asked, signal),
        api.metrics(asked, signal),
      ])
      if (!signal.aborted && name() === asked) take({ dashboard: shown, metrics: figures })
    } catch (failure) {
      if (!signal.aborted && dashboard.value === null) error.value = messageOf(failure)
      throw failure
    }
  }

  useTopic(() => (running() ? dashboardTopic(name()) : null), {
    snapshot(snapshot) {
      fallback.subscribed()
      take(snapshot as { dashboard?: AgentDashboard; metrics?: AgentMetrics })
    },
    event({ event, data }) {
      if (event === 'agent_dashboard_update') take({ dashboard: data as unknown as AgentDashboard })
      if (event === 'agent_metrics_update') take({ metrics: data as unknown as AgentMetrics })
    },
    refused() {
      fallback.refused()
      // Polling begins a little later; a page that shows nothing yet does not wait for it.
      if (dashboard.value === null) load(gone.signal).catch(() => undefined)
    },
  })

  watch(name, () => {
    dashboard.value = null
    metrics.value = null
    error.value = null
  })
  return { dashboard, metrics, error }
}
