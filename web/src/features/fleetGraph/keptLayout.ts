import { ref, watch, type Ref } from 'vue'
import { LAYOUTS, type LayoutKind } from './nodeFacts'

const KEY = 'trinity-graph-layout'

/** The chosen layout, kept in this browser. */
export function keptLayout(): Ref<LayoutKind> {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(KEY)
  } catch {
    // the usual one serves as well
  }
  const kind = ref<LayoutKind>(LAYOUTS.find((one) => one === kept) ?? 'network')
  watch(kind, (now) => {
    try {
      localStorage.setItem(KEY, now)
    } catch {
      // kept for this page only
    }
  })
  return kind
}
