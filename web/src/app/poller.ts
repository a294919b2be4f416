import { inject, onScopeDispose, watch, type InjectionKey } from 'vue'
import type { FallbackPoller, FallbackResource } from '@/live/fallback'

export const pollerKey: InjectionKey<FallbackPoller> = Symbol('fallback poller')

/** Whether the live topic behind a resource was given. */
export interface Fallback {
  refused(): void
  subscribed(): void
}

/** Offers a resource of this page for polling while the live socket does not bring it. */
export function useFallback(resource: () => FallbackResource | null): Fallback {
  const poller = inject(pollerKey, null)
  let key: string | null = null
  let remove: () => void = () => undefined
  if (poller !== null) {
    watch(
      resource,
      (next) => {
        remove()
        key = next?.key ?? null
        remove = next === null ? () => undefined : poller.add(next)
      },
      { immediate: true },
    )
    onScopeDispose(() => remove())
  }
  return {
    refused: () => key !== null && poller?.refused(key),
    subscribed: () => key !== null && poller?.subscribed(key),
  }
}
