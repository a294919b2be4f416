import { onScopeDispose, readonly, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { messageOf } from '@/api/errors'

/** Something that a part of the page asks the server for. What is known stays while it is asked again. */
export interface Loaded<T> {
  data: ShallowRef<T | null>
  /** Why the last try failed; null when it did not. */
  error: Readonly<Ref<string | null>>
  loading: Readonly<Ref<boolean>>
  /** A newer call wins over an older one that has not been answered. */
  load(): Promise<void>
}

export function useLoaded<T>(get: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const error = ref<string | null>(null)
  const loading = ref(false)
  let asking: AbortController | null = null

  async function load(): Promise<void> {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    loading.value = true
    try {
      const answer = await get(mine.signal)
      if (asking !== mine) return
      data.value = answer
      error.value = null
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) error.value = messageOf(failure)
    } finally {
      if (asking === mine) {
        asking = null
        loading.value = false
      }
    }
  }

  onScopeDispose(() => {
    asking?.abort()
    asking = null
  })
  return { data, error: readonly(error), loading: readonly(loading), load }
}
