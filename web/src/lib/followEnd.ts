import { nextTick, onScopeDispose, ref, watch, type Ref } from 'vue'

/** So near to the end counts as the end. */
const NEAR = 48

export interface FollowEnd {
  /** The end is in view and stays there while the content grows. */
  following: Readonly<Ref<boolean>>
  toEnd(): void
  /** Content comes in before what is seen: what is seen stays where it is. */
  keepPlace(change: () => Promise<void>): Promise<void>
}

/** Keeps the end of a growing box in view until somebody scrolls away from it. */
export function useFollowEnd(
  box: Readonly<Ref<HTMLElement | null>>,
  content: Ref<HTMLElement | null>,
  /** Begins at the end; otherwise it is followed once somebody has gone there. */
  fromStart = true,
): FollowEnd {
  const following = ref(fromStart)
  let top = 0

  const distance = () => {
    const one = box.value
    return one === null ? 0 : one.scrollHeight - one.scrollTop - one.clientHeight
  }

  function toEnd(): void {
    following.value = true
    if (box.value !== null) box.value.scrollTop = box.value.scrollHeight
  }

  function onScroll(): void {
    const now = box.value?.scrollTop ?? 0
    const up = now < top
    top = now
    if (distance() <= NEAR) following.value = true
    else if (up) following.value = false
  }

  async function keepPlace(change: () => Promise<void>): Promise<void> {
    const one = box.value
    const below = one === null ? 0 : one.scrollHeight - one.scrollTop
    following.value = false
    await change()
    await nextTick()
    if (one !== null) one.scrollTop = one.scrollHeight - below
  }

  const sizes = new ResizeObserver(() => {
    if (following.value && box.value !== null) box.value.scrollTop = box.value.scrollHeight
  })
  watch(
    [box, content],
    ([outer, inner], [before]) => {
      before?.removeEventListener('scroll', onScroll)
      sizes.disconnect()
      if (outer === null || inner === null || outer === undefined || inner === undefined) return
      outer.addEventListener('scroll', onScroll, { passive: true })
      sizes.observe(outer)
      sizes.observe(inner)
      if (following.value) toEnd()
    },
    { immediate: true, flush: 'post' },
  )
  onScopeDispose(() => {
    box.value?.removeEventListener('scroll', onScroll)
    sizes.disconnect()
  })
  return { following, toEnd, keepPlace }
}
