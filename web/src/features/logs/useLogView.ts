import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { needleOf } from './ansi'
import type { LogRow } from './line'
import type { Logs } from './useLogs'
import { LogView, type LevelChoice, type StreamChoice } from './view'

export interface ShownLog {
  level: Ref<LevelChoice>
  stream: Ref<StreamChoice>
  search: Ref<string>
  onlyMatches: Ref<boolean>
  needle: ComputedRef<RegExp | null>
  /** The rows to show, anew (though maybe the same list) with every change. */
  rows: Readonly<Ref<{ list: readonly LogRow[] }>>
  matchCount: ComputedRef<number>
  /** Which of the matches is the current one, counted from 1; 0 for none. */
  matchPlace: ComputedRef<number>
  searching: ComputedRef<boolean>
  /** Id of the match that was stepped to; -1 for none. */
  current: Ref<number>
  /** To the next match (1) or the one before (-1), around the ends. */
  step: (by: 1 | -1) => void
}

/** Filters and search over a log. A long search goes on frame by frame, newest lines first. */
export function useLogView(logs: Logs): ShownLog {
  const view = new LogView(logs.book)
  const level = ref<LevelChoice>('all')
  const stream = ref<StreamChoice>('both')
  const search = ref('')
  const onlyMatches = ref(false)
  const needle = computed(() => needleOf(search.value.trim()))
  const rows = shallowRef<{ list: readonly LogRow[] }>({ list: view.shown })
  const current = ref(-1)
  let frame = 0

  function publish(): void {
    rows.value = { list: view.shown }
    if (frame === 0 && view.searching) frame = requestAnimationFrame(searchOn)
  }

  function searchOn(): void {
    frame = 0
    view.searchOn()
    publish()
  }

  watch(logs.version, () => {
    view.sync()
    publish()
  })
  watch([level, stream], () => {
    view.choose(level.value, stream.value)
    publish()
  })
  watch([needle, onlyMatches], () => {
    view.find(needle.value, onlyMatches.value)
    current.value = -1
    publish()
  })
  onScopeDispose(() => cancelAnimationFrame(frame))

  function step(by: 1 | -1): void {
    const ids = view.matches
    if (ids.length === 0) return
    const at = ids.indexOf(current.value)
    // The first step goes to the newest match: that is where people look.
    const next = at < 0 ? ids.length - 1 : (at + by + ids.length) % ids.length
    current.value = ids[next] ?? -1
  }

  /** Reads of the view count as reads of the rows that came with it. */
  const after = <T>(read: () => T): T => (void rows.value, read())

  return {
    level,
    stream,
    search,
    onlyMatches,
    needle,
    rows,
    matchCount: computed(() => after(() => view.matches.length)),
    matchPlace: computed(() => after(() => view.matches.indexOf(current.value) + 1)),
    searching: computed(() => after(() => view.searching)),
    current,
    step,
  }
}
