import { onScopeDispose, readonly, ref, type Ref } from 'vue'

export function useMedia(query: string): Readonly<Ref<boolean>> {
  const list = window.matchMedia(query)
  const matches = ref(list.matches)
  const update = () => {
    matches.value = list.matches
  }
  list.addEventListener('change', update)
  onScopeDispose(() => list.removeEventListener('change', update))
  return readonly(matches)
}

/** Too narrow for tables: they become cards. */
export const NARROW = '(max-width: 879.98px)'

/** Below this width the rail becomes a bottom bar. */
export const SMALL = '(max-width: 639.98px)'

/** Too low for a header that stays; `low:` in the styles. */
export const LOW = '(max-height: 559.98px)'
