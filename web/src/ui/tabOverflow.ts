import { nextTick, onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'

/** As wide as the fade at an end behind which there is more. */
export const FADE = 32

/**
 * Which tabs of a strip that scrolls cannot be read now, by their place in it. `over` is true as long as not all of them have
 * room in the frame, whether or not a menu stands beside the strip.
 */
export function useTabOverflow(
  frame: Readonly<Ref<HTMLElement | null>>,
  count: () => number,
): {
  over: Ref<boolean>
  /** There is more before the left, or behind the right end. */
  left: Ref<boolean>
  right: Ref<boolean>
  hidden: Ref<readonly number[]>
  measure: () => void
} {
  const over = ref(false)
  const left = ref(false)
  const right = ref(false)
  const hidden = ref<readonly number[]>([])

  function measure(): void {
    const strip = frame.value?.querySelector<HTMLElement>('[role=tablist]')
    if (!strip || frame.value === null) return
    const { scrollLeft, clientWidth, scrollWidth } = strip
    over.value = scrollWidth > frame.value.clientWidth
    left.value = scrollLeft > 1
    right.value = scrollLeft + clientWidth < scrollWidth - 1
    const from = scrollLeft + (left.value ? FADE / 2 : 0)
    const to = scrollLeft + clientWidth - (right.value ? FADE / 2 : 0)
    hidden.value = over.value
      ? [...strip.querySelectorAll<HTMLElement>('[role=tab]')].flatMap((tab, n) =>
          tab.offsetLeft < from || tab.offsetLeft + tab.offsetWidth > to ? [n] : [],
        )
      : []
  }

  const sizes = new ResizeObserver(measure)
  onMounted(() => {
    if (frame.value !== null) sizes.observe(frame.value)
    measure()
  })
  onBeforeUnmount(() => sizes.disconnect())
  watch([count, over], () => void nextTick(measure))
  return { over, left, right, hidden, measure }
}
