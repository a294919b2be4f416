import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { ApiError, messageOf } from '@/api/errors'
import type { RunRow } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { executionTopic } from '@/live/frames'
import { entriesOf, timesOf, TranscriptBook, type Step } from './transcript'
import { landed, NOTHING_WRITTEN, startWriting, takePiece, type Writing } from './writing'

/** One run with its transcript, live while it goes on. */
export interface LiveRun {
  row: Readonly<Ref<RunRow | null>>
  steps: Readonly<Ref<readonly Step[]>>
  /** What is being written just now. */
  writing: ComputedRef<string>
  /** Raw messages before the first one that is here: the beginning of a very long run. */
  left: Readonly<Ref<number>>
  running: ComputedRef<boolean>
  state: Readonly<Ref<RunState | null>>
  /** Its transcript is here, as far as there is one. */
  logKnown: Readonly<Ref<boolean>>
  logError: Readonly<Ref<string | null>>
  error: Readonly<Ref<{ status: number; message: string } | null>>
  reload(): Promise<void>
}

interface RunSnapshot {
  execution?: RunRow | null
  log?: unknown[]
  log_from?: number
  partial?: string
  state?: RunState
}

/** Where a run stands, beyond its record: whether it waits for the agent, and whether what it does can be seen. */
export type RunState = 'waiting' | 'connecting' | 'following' | 'interrupted' | 'ended'

/** Holds one run while the calling component lives and the id is not null. */
export function useRun(name: () => string, id: () => string | null): LiveRun {
  const row = shallowRef<RunRow | null>(null)
  const steps = shallowRef<readonly Step[]>([])
  const writing = shallowRef<Writing>(NOTHING_WRITTEN)
  const left = ref(0)
  const logKnown = ref(false)
  const logError = ref<string | null>(null)
  const error = shallowRef<{ status: number; message: string } | null>(null)
  const state = ref<RunState | null>(null)
  const book = new TranscriptBook()
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())
  const running = computed(() => row.value?.status === 'running')
  const topic = () => {
    const now = id()
    return now === null ? null : executionTopic(name(), now)
  }

  function takeRow(next: RunRow): void {
    row.value = { ...row.value, ...next }
    error.value = null
    if (next.tool_calls) book.time(timesOf(next.tool_calls))
    steps.value = book.steps
  }

  function takeLog(entries: readonly unknown[], from: number): void {
    book.clear(from)
    book.add(entries)
    left.value = from
    logKnown.value = true
    logError.value = null
    if (row.value?.tool_calls) book.time(timesOf(row.value.tool_calls))
    steps.value = book.steps
  }

  function append(entries: readonly unknown[], index: number): void {
    book.cut(index)
    const before = book.steps.length
    book.add(entries, Date.now())
    steps.value = book.steps
    const texts = book.steps.slice(before).flatMap((one) => (one.kind === 'text' ? [one.text] : []))
    writing.value = landed(writing.value, texts)
  }

  /** The whole record and its transcript by REST: what a run leaves when it has ended. */
  async function load(signal: AbortSignal): Promise<void> {
    const asked = id()
    const agent = name()
    if (asked === null) return
    try {
      const record = await api.execution(agent, asked, signal)
      if (signal.aborted || id() !== asked) return
      takeRow({ ...record, execution_log: null })
    } catch (failure) {
      if (!signal.aborted && id() === asked) {
        const status = failure instanceof ApiError ? failure.status : 0
        error.value = { status, message: messageOf(failure) }
      }
      throw failure
    }
    try {
      const { log } = await api.executionLog(agent, asked, signal)
      if (signal.aborted || id() !== asked) return
      const entries = entriesOf(log)
      // While it runs the record has no transcript yet: what is here already stays.
      if (entries.length >= book.read - left.value || !running.value) takeLog(entries, 0)
      logKnown.value = true
    } catch (failure) {
      if (!signal.aborted && id() === asked) logError.value = messageOf(failure)
      throw failure
    }
  }

  const reload = () => load(gone.signal).catch(() => undefined)

  const fallback = useFallback(() => {
    const key = topic()
    return key === null || (row.value !== null && !running.value)
      ? null
      : { key, intervalMs: FALLBACK_MS.execution, load }
  })

  // Ended runs do not change: they need no topic.
  useTopic(() => (row.value !== null && !running.value ? null : topic()), {
    snapshot(snapshot) {
      fallback.subscribed()
      const { execution, log, log_from, partial, state: now } = snapshot as RunSnapshot
      state.value = now ?? null
      if (!execution) return
      takeRow(execution)
      takeLog(log ?? [], log_from ?? 0)
      writing.value = startWriting(partial ?? '')
      if (execution.status !== 'running') void reload()
    },
    event({ event, data }) {
      if (event === 'execution_log_append')
        append(Array.isArray(data.entries) ? data.entries : [], Number(data.index ?? book.read))
      else if (event === 'execution_text')
        writing.value = takePiece(writing.value, String(data.text ?? ''), Number(data.at ?? 0))
      else if (event === 'execution_state') state.value = data.state as RunState
      else if (event === 'execution_finished') {
        takeRow(data as unknown as RunRow)
        void reload()
      }
    },
    refused(status, detail) {
      fallback.refused()
      if (row.value !== null) return
      // The list of topics and the records are not asked in one moment: the record decides.
      reload().catch(() => {
        error.value = { status, message: detail }
      })
    },
    ended(reason) {
      if (reason === 'access_revoked') error.value = { status: 403, message: '' }
      else if (reason === 'agent_deleted') error.value = { status: 404, message: '' }
    },
  })

  watch(
    [name, id],
    () => {
      row.value = null
      book.clear()
      steps.value = []
      writing.value = NOTHING_WRITTEN
      left.value = 0
      state.value = null
      logKnown.value = false
      logError.value = null
      error.value = null
    },
    { flush: 'sync' },
  )

  return {
    row,
    steps,
    writing: computed(() => writing.value.text),
    left,
    running,
    state,
    logKnown,
    logError,
    error,
    reload,
  }
}
