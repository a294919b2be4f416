import { shallowRef, watch, type ShallowRef } from 'vue'
import { useNow } from '@/lib/clock'
import { useStats } from '@/stores/stats'
import type { AgentFigures } from '@/stores/statsModel'

/** Rows that are ordered by a live figure change their places at most this often. */
export const SETTLE_MS = 10_000

/**
 * The figures to order a list by. They stand still for a while, and as long as somebody points at the list, so that no
 * row runs away from under a hand. Without `live` they are not needed and stay empty.
 */
export function useSettledFigures(
  live: () => boolean,
  pointed: () => boolean,
): Readonly<ShallowRef<ReadonlyMap<string, AgentFigures>>> {
  const stats = useStats()
  const now = useNow()
  const settled = shallowRef<ReadonlyMap<string, AgentFigures>>(new Map())
  let takenAt = 0

  function take(at: number): void {
    takenAt = at
    settled.value = new Map(stats.figures)
  }

  watch(
    live,
    (on) => {
      if (on) take(now.value)
      else settled.value = new Map()
    },
    { immediate: true },
  )
  watch(now, (at) => {
    if (!live()) return
    // The first figures are not waited for.
    const first = settled.value.size === 0 && stats.figures.size > 0
    if (first || (at - takenAt >= SETTLE_MS && !pointed())) take(at)
  })
  return settled
}
