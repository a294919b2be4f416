import {
  computed,
  inject,
  onScopeDispose,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
} from 'vue'
import { useVirtualizer, type VirtualItem } from '@tanstack/vue-virtual'
import { scrollBoxKey } from '@/lib/scrollBox'

/** Short lists are drawn whole: the browser's own search finds everything in them. */
const WHOLE_UP_TO = 40
const SPARE = 8

export interface GridWindow {
  /** What is to be drawn; where each stands is counted from the beginning of the list. */
  drawn: ComputedRef<readonly { index: number; top: number; height: number }[]>
  height: ComputedRef<number>
  /** How far the list has been scrolled under the head. */
  offset: ComputedRef<number>
  /** Scrolls just far enough that a line is seen. */
  bring: (index: number) => void
}

/**
 * Which lines of a long list to draw. The page is what scrolls; where the list begins on it is measured when anything
 * above it changes its height, never when figures tick.
 */
export function useGridWindow(
  list: Ref<HTMLElement | null>,
  count: () => number,
  heightOf: (index: number) => number,
  /** What covers the upper edge: the head of the columns, the head of the group. */
  head: () => number,
  /** Changes when the heights of lines may have. */
  shape: () => unknown,
): GridWindow {
  const box = inject(scrollBoxKey, shallowRef(null))
  const begin = shallowRef(0)

  const virtualizer = useVirtualizer(
    computed(() => ({
      count: count(),
      getScrollElement: () => box.value,
      estimateSize: heightOf,
      overscan: count() <= WHOLE_UP_TO ? WHOLE_UP_TO : SPARE,
      scrollMargin: begin.value,
      scrollPaddingStart: head(),
    })),
  )
  // Heights follow from what stands in the lines: when that changes they are counted again, before it is drawn.
  watch(shape, () => virtualizer.value.measure())

  function measure(): void {
    if (box.value === null || list.value === null) return
    const top = list.value.getBoundingClientRect().top - box.value.getBoundingClientRect().top
    begin.value = Math.round(top + box.value.scrollTop)
  }

  const sizes = new ResizeObserver(measure)
  watch(
    [box, list],
    ([outer, inner]) => {
      sizes.disconnect()
      if (outer === null || inner === null) return
      sizes.observe(outer)
      // What stands above the list moves it: the whole page then has another height.
      if (outer.firstElementChild !== null) sizes.observe(outer.firstElementChild)
      measure()
    },
    { immediate: true, flush: 'post' },
  )
  onScopeDispose(() => sizes.disconnect())

  const items = computed<readonly VirtualItem[]>(() => virtualizer.value.getVirtualItems())
  return {
    drawn: computed(() =>
      items.value.map(({ index, start, size }) => ({
        index,
        top: start - begin.value,
        height: size,
      })),
    ),
    height: computed(() => virtualizer.value.getTotalSize()),
    offset: computed(() => (virtualizer.value.scrollOffset ?? 0) - begin.value),
    bring: (index) => virtualizer.value.scrollToIndex(index, { align: 'auto' }),
  }
}
