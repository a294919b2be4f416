import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { rowRange, type RowRange } from '@/lib/rowWindow'

/** Which rows to draw in a box that scrolls by itself. `head` is what of its height the sticky scale covers. */
export function useBoxRows(
  box: Ref<HTMLElement | null>,
  count: () => number,
  row: number,
  head: number,
) {
  const range = shallowRef<RowRange>(rowRange(0, 600, row, count(), 0))

  function measure(): void {
    if (box.value === null) return
    const next = rowRange(box.value.scrollTop, box.value.clientHeight - head, row, count(), 0)
    if (next.from !== range.value.from || next.to !== range.value.to) range.value = next
  }

  function bring(index: number): void {
    if (box.value === null) return
    const room = box.value.clientHeight - head
    const top = index * row
    if (top < box.value.scrollTop) box.value.scrollTop = top
    else if (top + row > box.value.scrollTop + room) box.value.scrollTop = top + row - room
    measure()
  }

  const sizes = new ResizeObserver(measure)
  watch(
    box,
    (now, before) => {
      before?.removeEventListener('scroll', measure)
      sizes.disconnect()
      if (now === null) return
      now.addEventListener('scroll', measure, { passive: true })
      sizes.observe(now)
      measure()
    },
    { immediate: true, flush: 'post' },
  )
  watch(count, measure, { flush: 'post' })
  onScopeDispose(() => {
    box.value?.removeEventListener('scroll', measure)
    sizes.disconnect()
  })
  return { range, bring }
}
