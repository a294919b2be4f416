import { ref, watch, type Ref } from 'vue'

/** Kept in this browser; where that is forbidden, for this page. */
export function keptFlag(key: string, otherwise: boolean): Ref<boolean> {
  const flag = ref(read(key) ?? otherwise)
  watch(flag, (now) => {
    try {
      localStorage.setItem(key, String(now))
    } catch {
      // kept for this page only
    }
  })
  return flag
}

function read(key: string): boolean | null {
  try {
    const value = localStorage.getItem(key)
    return value === null ? null : value === 'true'
  } catch {
    return null
  }
}
