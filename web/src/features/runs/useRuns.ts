import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { RunRow } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { executionsTopic } from '@/live/frames'
import {
  NEWEST_ROWS,
  NO_RUNS,
  takeQueue,
  takeRow,
  takeSnapshot,
  type AgentRuns,
  type QueueUpdate,
  type RunsSnapshot,
} from './runsModel'

export interface LiveRuns {
  runs: Readonly<Ref<AgentRuns>>
  known: Readonly<Ref<boolean>>
  error: Readonly<Ref<string | null>>
  reload(): void
}

/** The queue and the newest runs of an agent, live while the calling component lives. */
export function useRuns(name: () => string): LiveRuns {
  const runs = shallowRef<AgentRuns>(NO_RUNS)
  const known = ref(false)
  const error = ref<string | null>(null)
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())

  function take(next: AgentRuns): void {
    runs.value = next
    known.value = true
    error.value = null
  }

  async function loadQueue(signal: AbortSignal): Promise<void> {
    const asked = name()
    const queue = await api.queue(asked, signal)
    if (!signal.aborted && name() === asked) runs.value = takeQueue(runs.value, queue)
  }

  async function loadRows(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const executions = await api.executions(asked, { limit: NEWEST_ROWS }, signal)
      if (signal.aborted || name() !== asked) return
      const { current, waiting, queueLength } = runs.value
      const next = takeSnapshot(runs.value, { executions, running: runningOf(executions) })
      take({ ...next, current, waiting, queueLength })
    } catch (failure) {
      if (!signal.aborted && !known.value) error.value = messageOf(failure)
      throw failure
    }
  }

  const list = useFallback(() => ({
    key: executionsTopic(name()),
    intervalMs: FALLBACK_MS.executions,
    load: loadRows,
  }))
  const queue = useFallback(() => ({
    key: `${executionsTopic(name())}/queue`,
    intervalMs: FALLBACK_MS.queue,
    load: loadQueue,
  }))

  function reload(): void {
    for (const load of [loadRows, loadQueue]) load(gone.signal).catch(() => undefined)
  }

  useTopic(() => executionsTopic(name()), {
    snapshot(snapshot) {
      list.subscribed()
      queue.subscribed()
      take(takeSnapshot(runs.value, snapshot as RunsSnapshot))
    },
    event({ event, data }) {
      if (event === 'agent_queue_update') take(takeQueue(runs.value, data as QueueUpdate))
      else if (event === 'execution_started' || event === 'execution_finished')
        take(takeRow(runs.value, data as unknown as RunRow))
    },
    refused() {
      list.refused()
      queue.refused()
      if (!known.value) reload()
    },
  })

  watch(
    name,
    () => {
      runs.value = NO_RUNS
      known.value = false
      error.value = null
    },
    { flush: 'sync' },
  )
  return { runs, known, error, reload }
}

function runningOf(rows: readonly RunRow[]) {
  return rows
    .filter((row) => row.status === 'running')
    .map((row) => ({
      execution_id: row.id,
      agent_execution_id: row.execution_id ?? row.id,
      message_preview: row.message.slice(0, 100),
      started_at: row.started_at,
      triggered_by: row.triggered_by,
    }))
}
