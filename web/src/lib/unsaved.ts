import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'
import { onBeforeRouteLeave, onBeforeRouteUpdate } from 'vue-router'

/** Keeps what is typed from being lost: leaving asks first. */
export interface Unsaved {
  /** Somebody wants to leave, and has to say what is to become of the text. */
  readonly asking: Readonly<Ref<boolean>>
  answer(leave: boolean): void
  /** True when nothing is unsaved, or when it may go. */
  mayLeave(): Promise<boolean>
}

export function useUnsaved(dirty: () => boolean): Unsaved {
  const asking = ref(false)
  let settle: (leave: boolean) => void = () => undefined

  function mayLeave(): Promise<boolean> {
    if (!dirty()) return Promise.resolve(true)
    settle(false)
    asking.value = true
    return new Promise((done) => {
      settle = done
    })
  }

  function answer(leave: boolean): void {
    asking.value = false
    settle(leave)
  }

  onBeforeRouteLeave(mayLeave)
  onBeforeRouteUpdate(mayLeave)

  const onUnload = (event: BeforeUnloadEvent) => event.preventDefault()
  watch(
    dirty,
    (now) => {
      if (now) window.addEventListener('beforeunload', onUnload)
      else window.removeEventListener('beforeunload', onUnload)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    window.removeEventListener('beforeunload', onUnload)
    settle(true)
  })
  return { asking: readonly(asking), answer, mayLeave }
}
