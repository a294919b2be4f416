import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AgentDashboard, AgentMetrics } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { dashboardTopic } from '@/live/frames'

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

  /** As often as the agent says that it changes. */
  const pace = computed(() =>
    Math.max(FALLBACK_MS.dashboard, (dashboard.value?.config?.refresh ?? 30) * 1000),
  )
  const shown = useFallback(() =>
    running() ? { key: dashboardTopic(name()), intervalMs: pace.value, load: loadShown } : null,
  )
  const figures = useFallback(() =>
    running()
      ? {
          key: `${dashboardTopic(name())}/metrics`,
          intervalMs: FALLBACK_MS.metrics,
          load: loadFigures,
        }
      : null,
  )

  async function loadShown(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const answer = await api.dashboard(asked, signal)
      if (!signal.aborted && name() === asked) take({ dashboard: answer })
    } catch (failure) {
      if (!signal.aborted && dashboard.value === null) error.value = messageOf(failure)
      throw failure
    }
  }

  async function loadFigures(signal: AbortSignal): Promise<void> {
    const asked = name()
    const answer = await api.metrics(asked, signal)
    if (!signal.aborted && name() === asked) take({ metrics: answer })
  }

  useTopic(() => (running() ? dashboardTopic(name()) : null), {
    snapshot(snapshot) {
      shown.subscribed()
      figures.subscribed()
      take(snapshot as { dashboard?: AgentDashboard; metrics?: AgentMetrics })
    },
    event({ event, data }) {
      if (event === 'agent_dashboard_update') take({ dashboard: data as unknown as AgentDashboard })
      if (event === 'agent_metrics_update') take({ metrics: data as unknown as AgentMetrics })
    },
    refused() {
      shown.refused()
      figures.refused()
      // Polling begins a little later; a page that shows nothing yet does not wait for it.
      if (dashboard.value !== null) return
      for (const load of [loadShown, loadFigures]) load(gone.signal).catch(() => undefined)
    },
  })

  watch(name, () => {
    dashboard.value = null
    metrics.value = null
    error.value = null
  })
  return { dashboard, metrics, error }
}
