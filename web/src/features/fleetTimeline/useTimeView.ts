import { computed, ref, shallowRef, watch } from 'vue'
import { useNow } from '@/lib/clock'
import { rangeMs, spanOf, type Range, type Span } from './range'
import {
  bringing,
  panned,
  spanInView,
  stepZoomed,
  wholeView,
  zoomed,
  zoomStep,
  type View,
} from './view'

/** What of the range is in view, and the ways to change it. `frozen` is the span of a replay, null while live. */
export function useTimeView(range: () => Range, frozen: () => Span | null) {
  const clock = useNow()
  const width = ref(0)
  const view = shallowRef<View>(wholeView(rangeMs(range())))

  /** Moves on when the picture would: half a pixel of a day is half a minute. */
  const now = computed(() => {
    const halfPixel = width.value === 0 ? 0 : view.value.span / width.value / 2
    const step = Math.max(1000, Math.floor(halfPixel))
    return Math.ceil(clock.value / step) * step
  })
  const whole = computed(() => frozen() ?? spanOf(range(), now.value))
  const span = computed(() => spanInView(view.value, whole.value))

  watch(range, (next) => {
    view.value = wholeView(rangeMs(next))
  })

  const change = (by: (view: View, whole: Span) => View) => {
    view.value = by(view.value, whole.value)
  }
  return {
    width,
    view,
    now,
    whole,
    span,
    following: computed(() => view.value.end === null),
    zoomAt: (closer: boolean, anchor: number, strength = 1) =>
      change((one, of) => zoomed(one, zoomStep(closer) ** strength, anchor, of)),
    zoom: (closer: boolean) => change((one, of) => stepZoomed(one, closer, of)),
    /** By a share of what is in view. */
    pan: (share: number) =>
      change((one, of) => panned(one, share * (span.value.to - span.value.from), of)),
    bring: (at: number) => change((one, of) => bringing(one, at, of)),
    toNow: () => change((one) => ({ ...one, end: null })),
    toStart: () => change((one, of) => ({ ...one, end: of.from + one.span })),
    showWhole: () => change((_, of) => wholeView(of.to - of.from)),
  }
}

export type TimeView = ReturnType<typeof useTimeView>
