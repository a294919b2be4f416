import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** The one ticker of the app: a reactive "now" that moves once a second while somebody looks at it. */
const now = ref(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | null = null

function tick(): void {
  if (!document.hidden) now.value = Date.now()
}

export function useNow(): Readonly<Ref<number>> {
  users += 1
  if (timer === null) {
    now.value = Date.now()
    timer = setInterval(tick, 1000)
    document.addEventListener('visibilitychange', tick)
  }
  onScopeDispose(() => {
    users -= 1
    if (users > 0 || timer === null) return
    clearInterval(timer)
    timer = null
    document.removeEventListener('visibilitychange', tick)
  })
  return readonly(now)
}
