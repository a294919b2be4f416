import { nextTick, onScopeDispose, type Ref } from 'vue'
import { useRouter } from 'vue-router'

const positionNow = (): number => Number(window.history.state?.position ?? 0)

/** New pages begin at their top; going back leads to where one was. The page scrolls in an element of its own. */
export function useScrollMemory(box: Ref<HTMLElement | null>): void {
  const router = useRouter()
  const tops = new Map<number, number>()
  let position = positionNow()
  let back = false
  const onBack = () => {
    back = true
  }
  window.addEventListener('popstate', onBack)

  const stopBefore = router.beforeEach((to, from) => {
    if (to.path !== from.path) tops.set(position, box.value?.scrollTop ?? 0)
  })
  const stopAfter = router.afterEach(async (to, from) => {
    position = positionNow()
    const returned = back
    back = false
    if (to.path === from.path) return
    const top = returned ? (tops.get(position) ?? 0) : 0
    if (!returned) for (const known of tops.keys()) if (known >= position) tops.delete(known)
    await nextTick()
    if (box.value !== null) box.value.scrollTop = top
  })

  onScopeDispose(() => {
    window.removeEventListener('popstate', onBack)
    stopBefore()
    stopAfter()
  })
}
