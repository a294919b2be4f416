import type { LiveToolEntry } from '@/api/types'
import { useHeldRows, type HeldRows } from '@/lib/heldRows'
import { callKey } from './activityModel'

/** The calls to show while somebody reads. */
export function useHeldCalls(
  calls: () => readonly LiveToolEntry[],
  reading: () => boolean,
): HeldRows<LiveToolEntry> {
  return useHeldRows(calls, callKey, reading)
}
