import { onScopeDispose, watch, type Ref } from 'vue'

/** A flick goes on scrolling after the finger has left. */
const GOES_ON_MS = 1200

/**
 * Whether a scroll is a person's doing: content that grows and shrinks moves the same bar, and must not be taken for a
 * wish.
 */
export function useIntent(box: Ref<HTMLElement | null>): { active: () => boolean } {
  let at = -Infinity
  let held = false
  const note = () => {
    at = performance.now()
  }
  const hold = () => {
    held = true
    note()
  }
  const letGo = () => {
    if (held) note()
    held = false
  }
  const kinds = ['wheel', 'touchmove', 'keydown'] as const

  watch(box, (element, old) => {
    for (const kind of kinds) old?.removeEventListener(kind, note)
    old?.removeEventListener('pointerdown', hold)
    if (element === null) return
    for (const kind of kinds) element.addEventListener(kind, note, { passive: true })
    element.addEventListener('pointerdown', hold, { passive: true })
  })
  window.addEventListener('pointerup', letGo)
  window.addEventListener('pointercancel', letGo)
  onScopeDispose(() => {
    window.removeEventListener('pointerup', letGo)
    window.removeEventListener('pointercancel', letGo)
  })
  return { active: () => held || performance.now() - at < GOES_ON_MS }
}
