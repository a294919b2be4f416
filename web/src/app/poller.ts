import { inject, onScopeDispose, watch, type InjectionKey } from 'vue'
import type { FallbackPoller, FallbackResource } from '@/live/fallback'

export const pollerKey: InjectionKey<FallbackPoller> = Symbol('fallback poller')

/** Offers a resource of this page for polling while the live socket is down. */
export function useFallback(resource: () => FallbackResource | null): void {
  const poller = inject(pollerKey, null)
  if (poller === null) return
  let remove: () => void = () => undefined
  watch(
    resource,
    (next) => {
      remove()
      remove = next === null ? () => undefined : poller.add(next)
    },
    { immediate: true },
  )
  onScopeDispose(() => remove())
}
