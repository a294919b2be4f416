/** How far back the views of the fleet look. Also what stands in the address. */
export const ranges = ['1h', '6h', '24h', '3d', '7d'] as const
export type Range = (typeof ranges)[number]

export const USUAL_RANGE: Range = '24h'

const HOUR_MS = 3_600_000
const LENGTHS: Readonly<Record<Range, number>> = {
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': 24 * HOUR_MS,
  '3d': 72 * HOUR_MS,
  '7d': 168 * HOUR_MS,
}

/** Two moments, epoch milliseconds. */
export interface Span {
  readonly from: number
  readonly to: number
}

export function isRange(text: unknown): text is Range {
  return ranges.some((one) => one === text)
}

/** What an address says; anything unknown is the usual range. */
export function rangeOf(text: unknown): Range {
  return isRange(text) ? text : USUAL_RANGE
}

export function rangeMs(range: Range): number {
  return LENGTHS[range]
}

/** Where a range begins and ends when it ends now. */
export function spanOf(range: Range, now: number): Span {
  return { from: now - LENGTHS[range], to: now }
}
