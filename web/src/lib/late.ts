import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'

/** True once `waiting` has been true for a while: a skeleton that flashes is worse than none. */
export function useLate(waiting: () => boolean, afterMs = 150): Readonly<Ref<boolean>> {
  const late = ref(false)
  let timer: ReturnType<typeof setTimeout> | null = null
  const cancel = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  watch(
    waiting,
    (now) => {
      cancel()
      if (!now) late.value = false
      else
        timer = setTimeout(() => {
          late.value = true
        }, afterMs)
    },
    { immediate: true },
  )
  onScopeDispose(cancel)
  return readonly(late)
}
