import { inject, onScopeDispose, readonly, shallowRef, watch, type Ref } from 'vue'
import { scrollBoxKey } from './scrollBox'

/** Rows `from` to `to` (not included) are drawn; the rest is empty space of the same height. */
export interface RowRange {
  readonly from: number
  readonly to: number
}

/** Short lists are drawn whole: the browser's own search finds everything in them. */
export const WHOLE_UP_TO = 40

/** Rows drawn beyond both edges, and the step in which the range moves: not every pixel redraws. */
const SPARE = 6
const STEP = 4

/**
 * The rows to draw for what is seen. `offset` is how far the list has been scrolled over the upper edge of the view, in
 * pixels; negative while the list begins below it.
 */
export function rowRange(
  offset: number,
  view: number,
  row: number,
  count: number,
  wholeUpTo = WHOLE_UP_TO,
): RowRange {
  if (count <= wholeUpTo) return { from: 0, to: count }
  const first = Math.floor(offset / row) - SPARE
  const from = Math.max(0, Math.min(first - (((first % STEP) + STEP) % STEP), count - 1))
  const seen = Math.ceil(Math.max(0, view + Math.min(0, offset)) / row)
  const last = Math.max(0, Math.floor(offset / row)) + seen + SPARE
  return { from, to: Math.min(count, Math.max(from + 1, Math.ceil(last / STEP) * STEP)) }
}

/**
 * Which rows of a long list to draw. All rows have the same height, so where a row stands needs no measuring; the page
 * is measured only when it is scrolled or changes its size, never when figures tick.
 */
export function useRowWindow(
  list: Ref<HTMLElement | null>,
  count: () => number,
  rowHeight: () => number,
  wholeUpTo: () => number = () => WHOLE_UP_TO,
): { range: Readonly<Ref<RowRange>>; bring: (index: number) => void } {
  const box = inject(scrollBoxKey, shallowRef(null))
  const range = shallowRef<RowRange>(rowRange(0, 900, rowHeight(), count(), wholeUpTo()))
  let top = 0
  let offset = 0
  let view = 900

  function apply(): void {
    const next = rowRange(offset, view, rowHeight(), count(), wholeUpTo())
    if (next.from !== range.value.from || next.to !== range.value.to) range.value = next
  }

  function onScroll(): void {
    offset = (box.value?.scrollTop ?? 0) - top
    apply()
  }

  function measure(): void {
    if (box.value === null || list.value === null) return
    const outer = box.value.getBoundingClientRect()
    view = outer.height
    top = list.value.getBoundingClientRect().top - outer.top + box.value.scrollTop
    onScroll()
  }

  /** Scrolls just far enough that a row is seen, under the sticky head. */
  function bring(index: number): void {
    if (box.value === null) return
    measure()
    const row = rowHeight()
    const at = top + index * row
    const head = row
    if (at < box.value.scrollTop + head) box.value.scrollTop = at - head
    else if (at + row > box.value.scrollTop + view) box.value.scrollTop = at + row - view
    onScroll()
  }

  const sizes = new ResizeObserver(measure)
  watch(
    [box, list],
    ([outer, inner], before) => {
      before[0]?.removeEventListener('scroll', onScroll)
      sizes.disconnect()
      if (outer === null || inner === null) return
      outer.addEventListener('scroll', onScroll, { passive: true })
      sizes.observe(outer)
      measure()
    },
    { immediate: true, flush: 'post' },
  )
  watch([count, rowHeight], measure, { flush: 'post' })
  onScopeDispose(() => {
    box.value?.removeEventListener('scroll', onScroll)
    sizes.disconnect()
  })
  return { range: readonly(range), bring }
}
