import { computed, ref, watch, type ComputedRef } from 'vue'
import type { LiveToolEntry } from '@/api/types'
import { callKey } from './activityModel'

/** The calls to show while somebody reads: new ones wait, so that nothing moves away under the eyes. */
export interface HeldCalls {
  shown: ComputedRef<readonly LiveToolEntry[]>
  /** How many new ones wait. */
  waiting: ComputedRef<number>
  release: () => void
}

export function useHeldCalls(
  calls: () => readonly LiveToolEntry[],
  reading: () => boolean,
): HeldCalls {
  /** The newest call that is shown while somebody reads. */
  const held = ref<string | null>(null)
  const newest = () => {
    const first = calls()[0]
    return first === undefined ? null : callKey(first)
  }

  watch(reading, (now) => {
    held.value = now ? newest() : null
  })

  const waiting = computed(() =>
    held.value === null
      ? 0
      : Math.max(
          0,
          calls().findIndex((call) => callKey(call) === held.value),
        ),
  )
  return {
    shown: computed(() => (waiting.value === 0 ? calls() : calls().slice(waiting.value))),
    waiting,
    release: () => {
      held.value = newest()
    },
  }
}
