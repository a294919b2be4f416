import type { Level } from '@/format/quantity'

/** The ink of a figure: coloured only when its limit is near. */
export const LEVEL_INK: Readonly<Record<Level, string>> = {
  calm: 'text-text-1',
  high: 'text-attention',
  full: 'text-bad',
}
