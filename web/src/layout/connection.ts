import { computed, onScopeDispose, readonly, ref, watch, type ComputedRef, type Ref } from 'vue'
import { liveStatus } from '@/live/client'
import type { LiveStatus } from '@/live/protocol'

export type ConnectionKind = 'live' | 'connecting' | 'reconnecting' | 'offline'

/** What a person should be told. A first connection is no reconnection, and without a network nothing is tried. */
export function connectionKind(status: LiveStatus, online: boolean, lost: boolean): ConnectionKind {
  if (status === 'ready') return 'live'
  if (!online) return 'offline'
  return status === 'connecting' && !lost ? 'connecting' : 'reconnecting'
}

/** The connection as the page shows it, with the moment it was lost. */
export function useConnection(): {
  kind: ComputedRef<ConnectionKind>
  lostAt: Readonly<Ref<number | null>>
} {
  const online = ref(navigator.onLine)
  const lostAt = ref<number | null>(null)
  const look = () => {
    online.value = navigator.onLine
  }
  window.addEventListener('online', look)
  window.addEventListener('offline', look)
  onScopeDispose(() => {
    window.removeEventListener('online', look)
    window.removeEventListener('offline', look)
  })
  watch(
    liveStatus,
    (now, before) => {
      if (now === 'ready') lostAt.value = null
      else if (before === 'ready' || (now === 'waiting' && lostAt.value === null))
        lostAt.value = Date.now()
    },
    { immediate: true, flush: 'sync' },
  )
  return {
    kind: computed(() => connectionKind(liveStatus.value, online.value, lostAt.value !== null)),
    lostAt: readonly(lostAt),
  }
}
