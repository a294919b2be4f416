import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { logsTopic } from '@/live/frames'
import { LogBook, type LogData, type LogState } from './book'

/** Lines that are asked for at first, and again after a longer absence. */
export const TAIL = 1000

export interface Logs {
  book: LogBook
  /** Moves with every change of the book. */
  version: Readonly<Ref<number>>
  state: ComputedRef<LogState>
  /** The lines come by polling now. */
  polling: Readonly<Ref<boolean>>
  /** Why nothing could be had. */
  error: Readonly<Ref<string | null>>
}

/** The log of one agent, live while the calling component lives. */
export function useLogs(name: () => string): Logs {
  const book = new LogBook()
  const version = ref(0)
  const polling = ref(false)
  const error = shallowRef<string | null>(null)
  let frame = 0

  /** Several frames of the socket at once are one redraw. */
  function changed(): void {
    error.value = null
    if (frame === 0)
      frame = requestAnimationFrame(() => {
        frame = 0
        version.value = book.version
      })
  }
  onScopeDispose(() => cancelAnimationFrame(frame))

  function take(data: unknown): void {
    polling.value = false
    book.snapshot(data as LogData)
    changed()
  }

  const fallback = useFallback(() => ({
    key: logsTopic(name()),
    intervalMs: FALLBACK_MS.logs,
    async load(signal) {
      try {
        const text = await api.logs(name(), TAIL, signal)
        if (signal.aborted) return
        polling.value = true
        book.polled(text)
        changed()
      } catch (failure) {
        if (!signal.aborted && book.state === 'idle') error.value = messageOf(failure)
        throw failure
      }
    },
  }))

  useTopic(
    () => logsTopic(name()),
    {
      snapshot(snapshot) {
        fallback.subscribed()
        take(snapshot)
      },
      event: (event) => take(event.data),
      resumed: () => {
        polling.value = false
      },
      refused: (_, detail) => {
        fallback.refused()
        if (book.state === 'idle') error.value = detail
      },
    },
    () => ({ tail: TAIL }),
  )

  watch(name, () => {
    book.clear()
    polling.value = false
    changed()
  })

  return {
    book,
    version,
    state: computed(() => (version.value >= 0 ? book.state : 'idle')),
    polling,
    error,
  }
}
