import { inject, onScopeDispose, readonly, ref, watch, type Ref } from 'vue'
import { routerKey, type RouteLocationNormalized } from 'vue-router'

/** Keeps what is typed from being lost: leaving asks first. */
export interface Unsaved {
  /** Somebody wants to leave, and has to say what is to become of the text. */
  readonly asking: Readonly<Ref<boolean>>
  answer(leave: boolean): void
  /** True when nothing is unsaved, or when it may go. */
  mayLeave(): Promise<boolean>
}

type Address = RouteLocationNormalized

/** What most pages show is another one after this: a text of the page would be gone. */
const goesElsewhere = (to: Address, from: Address) =>
  to.path !== from.path || to.query.tab !== from.query.tab

/** `loses` says which ways through the app end what holds the text. */
export function useUnsaved(
  dirty: () => boolean,
  loses: (to: Address, from: Address) => boolean = goesElsewhere,
): Unsaved {
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

  // Not the guards of a page's own record: a dialog may stand outside of every page.
  const stopGuarding = inject(routerKey, null)?.beforeEach((to, from) =>
    loses(to, from) ? mayLeave() : true,
  )

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
    stopGuarding?.()
    settle(true)
  })
  return { asking: readonly(asking), answer, mayLeave }
}

/** A form in a dialog: closing it asks as leaving its page does. */
export interface UnsavedForm extends Pick<Unsaved, 'asking' | 'answer'> {
  /** The guard of the dialog. */
  mayClose(): boolean
  /** What was typed is stored: the dialog closes, and nothing asks any more. */
  close(): void
}

export function useUnsavedForm(dirty: () => boolean, open: Ref<boolean>): UnsavedForm {
  const closing = ref(false)
  watch(open, () => {
    closing.value = false
  })
  const unsaved = useUnsaved(() => !closing.value && open.value && dirty())

  function close(): void {
    closing.value = true
    open.value = false
  }

  function answer(leave: boolean): void {
    if (leave) close()
    unsaved.answer(leave)
  }

  function mayClose(): boolean {
    if (closing.value || !dirty()) return true
    void unsaved.mayLeave()
    return false
  }
  return { asking: unsaved.asking, answer, mayClose, close }
}
