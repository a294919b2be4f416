import { ref, watch, type Ref } from 'vue'
import { readKept, writeKept } from './kept'

/** Kept in this browser for the person; where that is forbidden, for this page. */
export function keptFlag(key: string, otherwise: boolean): Ref<boolean> {
  const kept = readKept(key)
  const flag = ref(kept === null ? otherwise : kept === 'true')
  watch(flag, (now) => writeKept(key, String(now)))
  return flag
}
