import { ref, watch, type Ref } from 'vue'
import { readKept, writeKept } from '@/lib/kept'
import { LAYOUTS, type LayoutKind } from './nodeFacts'

const KEY = 'trinity-graph-layout'

/** The chosen layout, kept in this browser for the person. */
export function keptLayout(): Ref<LayoutKind> {
  const kept = readKept(KEY)
  const kind = ref<LayoutKind>(LAYOUTS.find((one) => one === kept) ?? 'network')
  watch(kind, (now) => writeKept(KEY, now))
  return kind
}
