import { parseUtc } from '@/format/time'

/** The last sign of life that is known, epoch milliseconds. */
export function lastActive(
  activity: string | null | undefined,
  run: string | null | undefined,
): number | null {
  const times = [activity, run].map((one) => parseUtc(one)).filter((one) => one !== null)
  return times.length > 0 ? Math.max(...times) : null
}
