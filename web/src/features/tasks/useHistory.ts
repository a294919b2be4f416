import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { RunRow } from '@/api/types'
import { NEWEST_ROWS } from '@/features/runs/runsModel'
import type { LiveRuns } from '@/features/runs/useRuns'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { isFiltered, merged, spanOf, type HistoryFilter } from './historyModel'

const PAGE = 50
const TYPED_MS = 300

export interface History {
  rows: ComputedRef<readonly RunRow[]>
  filtered: ComputedRef<boolean>
  /** The first page under these filters is not here yet. */
  loading: Readonly<Ref<boolean>>
  error: ComputedRef<string | null>
  hasOlder: ComputedRef<boolean>
  loadingOlder: Readonly<Ref<boolean>>
  loadOlder(): Promise<void>
  reload(): void
}

/** The runs of an agent under filters, page by page, with new ones as they come. */
export function useHistory(
  name: () => string,
  runs: LiveRuns,
  filter: () => HistoryFilter,
): History {
  const toasts = useToasts()
  /** What was asked for: older pages, or all pages under filters. */
  const found = shallowRef<readonly RunRow[]>([])
  const ended = ref(false)
  const loading = ref(false)
  const failed = ref<string | null>(null)
  const loadingOlder = ref(false)
  let asking: AbortController | null = null

  const filtered = computed(() => isFiltered(filter()))

  async function ask(before: string | undefined, signal: AbortSignal): Promise<RunRow[]> {
    const { status, trigger, words, when } = filter()
    const { from, to } = spanOf(when)
    return api.executions(
      name(),
      {
        limit: PAGE,
        before,
        status: status === 'all' ? undefined : status,
        triggeredBy: trigger,
        words: words.trim(),
        from,
        to,
      },
      signal,
    )
  }

  async function first(): Promise<void> {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    ended.value = false
    failed.value = null
    if (!filtered.value) {
      found.value = []
      loading.value = false
      return
    }
    loading.value = true
    try {
      const page = await ask(undefined, mine.signal)
      if (asking !== mine) return
      found.value = page
      ended.value = page.length < PAGE
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) failed.value = messageOf(failure)
    } finally {
      if (asking === mine) loading.value = false
    }
  }

  const base = computed(() => (filtered.value ? found.value : [...newest.value, ...older.value]))
  const newest = computed(() => runs.runs.value.rows)
  const older = computed(() => {
    const known = new Set(newest.value.map((row) => row.id))
    return found.value.filter((row) => !known.has(row.id))
  })

  async function loadOlder(): Promise<void> {
    const last = base.value[base.value.length - 1]
    if (last === undefined || loadingOlder.value) return
    const mine = asking ?? new AbortController()
    asking = mine
    loadingOlder.value = true
    try {
      const page = await ask(last.id, mine.signal)
      if (asking !== mine) return
      found.value = [...found.value, ...page]
      ended.value = page.length < PAGE
    } catch (failure) {
      if (!mine.signal.aborted) toasts.show('error', text.tasks.olderFailed, messageOf(failure))
    } finally {
      loadingOlder.value = false
    }
  }

  let timer: ReturnType<typeof setTimeout> | undefined
  watch(
    [name, () => filter().status, () => filter().trigger, () => filter().when],
    () => void first(),
    { immediate: true },
  )
  watch(
    () => filter().words,
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void first(), TYPED_MS)
    },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    asking?.abort()
  })

  return {
    rows: computed(() =>
      filtered.value ? merged(found.value, newest.value, filter()) : base.value,
    ),
    filtered,
    loading,
    error: computed(() => (filtered.value ? failed.value : runs.error.value)),
    hasOlder: computed(
      () =>
        !ended.value &&
        (filtered.value ? found.value.length >= PAGE : base.value.length >= NEWEST_ROWS),
    ),
    loadingOlder,
    loadOlder,
    reload: () => (filtered.value ? void first() : runs.reload()),
  }
}
