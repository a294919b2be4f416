import { defineStore } from 'pinia'
import { computed, markRaw, onScopeDispose, ref, watch } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { Activity } from '@/api/types'
import { useFallback } from '@/app/poller'
import { parseUtc } from '@/format/time'
import { liveStatus, useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { ACTIVITIES_TOPIC } from '@/live/frames'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { ACTIVITY_TYPES, HistoryBook } from './historyModel'
import { rangeMs, type Range } from './range'

const PAGE = 1000
/** As many events as a page of the browser holds; the oldest are not loaded, or let go. */
export const MOST_EVENTS = 10_000
/** Nobody listened for longer: what was told meanwhile is asked for again. A change of the view takes less. */
const GAP_MS = 3000

/**
 * What the agents did in the chosen range, for the graph and the time line together: one request when the first of them
 * opens, then what the topic `activities` tells. Older events are loaded when somebody asks for them.
 */
export const useHistoryStore = defineStore('fleetHistory', () => {
  const toasts = useToasts()
  const book = markRaw(new HistoryBook())
  /** Moves whenever the book changes. */
  const version = ref(0)
  const known = ref(false)
  const error = ref<string | null>(null)
  const loading = ref(false)
  const loadingMore = ref(false)
  /** From here on nothing is missing, epoch milliseconds. */
  const wholeSince = ref(Infinity)
  /** Where the range began when it was loaded, and how many events there were in it. */
  const askedFrom = ref(Infinity)
  const total = ref(0)
  let askedRange: Range | null = null
  const countedAll = ref(true)
  let cursor: string | undefined
  let asking: AbortController | null = null

  function take(rows: readonly Activity[]): number {
    const fresh = book.take(rows)
    version.value += 1
    return fresh
  }

  /** Rows that the live connection tells; `now`: that have just come to be. */
  function hear(rows: readonly Activity[], now: boolean): void {
    if (rows.length === 0) return
    const fresh = take(rows)
    if (now) total.value += fresh
    if (book.countSince(-Infinity) > MOST_EVENTS + PAGE) {
      book.forgetBefore(Date.now() - rangeMs('7d'))
      version.value += 1
    }
  }

  /** The newest page of the range. What is known already stays. */
  async function load(range: Range): Promise<void> {
    const from = Date.now() - rangeMs(range)
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    loadingMore.value = false
    loading.value = true
    try {
      const wish = { from, types: ACTIVITY_TYPES, limit: PAGE, extent: true }
      const page = await api.history(wish, mine.signal)
      if (asking !== mine) return
      const open = page.open ?? []
      take([...page.activities, ...open, ...(page.reaching ?? [])])
      book.keepOpen(from, new Set(open.map((row) => row.id)))
      settle(page.activities, from)
      askedFrom.value = from
      askedRange = range
      total.value = Math.max(page.total ?? 0, page.activities.length)
      countedAll.value = page.counted_all ?? true
      known.value = true
      error.value = null
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) error.value = messageOf(failure)
    } finally {
      if (asking === mine) loading.value = false
    }
  }

  /** A page has been read: how far back nothing is missing now. */
  function settle(rows: readonly Activity[], from: number): void {
    const last = rows[rows.length - 1]
    const more = last !== undefined && rows.length >= PAGE
    cursor = more ? last.id : undefined
    wholeSince.value = more ? (parseUtc(last.created_at) ?? from) : from
  }

  /** All older pages, up to the most that is held. */
  async function loadRest(): Promise<void> {
    const mine = asking
    if (mine === null || loadingMore.value || cursor === undefined) return
    loadingMore.value = true
    try {
      while (cursor !== undefined && book.countSince(askedFrom.value) < MOST_EVENTS) {
        const wish = { from: askedFrom.value, types: ACTIVITY_TYPES, limit: PAGE, before: cursor }
        const page = await api.history(wish, mine.signal)
        if (asking !== mine) return
        take(page.activities)
        settle(page.activities, askedFrom.value)
      }
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted)
        toasts.show('error', text.history.moreFailed, messageOf(failure))
    } finally {
      if (asking === mine) loadingMore.value = false
    }
  }

  /** While nothing is told: what began since the oldest run that goes on, so that its end is heard of, too. */
  async function loadNewer(signal: AbortSignal): Promise<void> {
    const open = book.allRuns().filter((run) => run.outcome === 'running')
    const newest = book.allRuns().reduce((last, run) => Math.max(last, run.start), 0)
    const from = open.reduce((first, run) => Math.min(first, run.start), newest || Date.now())
    const page = await api.history({ from, types: ACTIVITY_TYPES, limit: PAGE }, signal)
    hear(page.activities, true)
  }

  function covers(range: Range): boolean {
    // A range that moves on with time loses its beginning, never gains one.
    return known.value && wholeSince.value <= Date.now() - rangeMs(range)
  }

  /** Nothing has to be asked for to show this range, or what is known to be missing of it. */
  const has = (range: Range): boolean => known.value && (askedRange === range || covers(range))

  function clear(): void {
    asking?.abort()
    asking = null
    cursor = undefined
    book.clear()
    known.value = false
    error.value = null
    askedRange = null
    wholeSince.value = askedFrom.value = Infinity
    version.value += 1
  }

  const holders = ref(0)
  let leftAt = 0
  /** Somebody looks. True when what is known may be out of date. */
  function hold(): boolean {
    const gap = holders.value === 0 && Date.now() - leftAt > GAP_MS
    holders.value += 1
    return gap
  }
  function letGo(): void {
    holders.value -= 1
    leftAt = Date.now()
    if (holders.value === 0) loadingMore.value = false
  }

  return {
    book,
    version,
    known,
    error,
    loading,
    loadingMore,
    wholeSince,
    total,
    countedAll,
    hear,
    load,
    loadRest,
    loadNewer,
    covers,
    has,
    clear,
    hold,
    letGo,
  }
})

/** Holds the history of a range while the calling component lives. */
export function useFleetHistory(range: () => Range) {
  const store = useHistoryStore()
  /** The connection was lost: until events follow without a gap, something may be missing. */
  let doubt = false

  const reload = () => void store.load(range())
  const stale = store.hold()
  if (stale || !store.has(range())) reload()
  watch(range, (next) => {
    if (!store.has(next)) reload()
  })
  watch(liveStatus, (_, before) => {
    if (before === 'ready') doubt = true
  })

  const fallback = useFallback(() => ({
    key: `${ACTIVITIES_TOPIC}/history`,
    intervalMs: FALLBACK_MS.timeline,
    load: (signal) => store.loadNewer(signal),
  }))
  useTopic(() => ACTIVITIES_TOPIC, {
    snapshot(snapshot) {
      fallback.subscribed()
      store.hear((snapshot as { activities?: readonly Activity[] }).activities ?? [], false)
      if (doubt && store.known) reload()
      doubt = false
    },
    event({ event, data }) {
      if (event === 'activity_event') store.hear([data as unknown as Activity], true)
    },
    resumed() {
      fallback.subscribed()
      doubt = false
    },
    refused: () => fallback.refused(),
  })
  onScopeDispose(() => store.letGo())

  /** Events of the range that are here, and how many there are altogether. */
  const shown = computed(() => {
    void store.version
    return store.book.countSince(Date.now() - rangeMs(range()))
  })
  const missing = computed(() => store.known && !store.covers(range()))
  return {
    store,
    reload,
    shown,
    /** Older events of the range have not been loaded. */
    missing,
    all: computed(() => (missing.value ? Math.max(store.total, shown.value) : shown.value)),
  }
}
