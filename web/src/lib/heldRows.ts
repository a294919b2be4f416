import { computed, ref, watch, type ComputedRef } from 'vue'

/** Rows, newest first, to show while somebody reads: new ones wait, so that nothing moves away under the eyes. */
export interface HeldRows<T> {
  shown: ComputedRef<readonly T[]>
  /** How many new ones wait. */
  waiting: ComputedRef<number>
  release: () => void
}

export function useHeldRows<T>(
  rows: () => readonly T[],
  keyOf: (row: T) => string,
  reading: () => boolean,
): HeldRows<T> {
  /** The newest row that is shown while somebody reads. */
  const held = ref<string | null>(null)
  const newest = () => {
    const first = rows()[0]
    return first === undefined ? null : keyOf(first)
  }

  watch(reading, (now) => {
    held.value = now ? newest() : null
  })

  const waiting = computed(() =>
    held.value === null
      ? 0
      : Math.max(
          0,
          rows().findIndex((row) => keyOf(row) === held.value),
        ),
  )
  return {
    shown: computed(() => (waiting.value === 0 ? rows() : rows().slice(waiting.value))),
    waiting,
    release: () => {
      held.value = newest()
    },
  }
}
