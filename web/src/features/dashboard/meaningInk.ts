import type { Meaning } from './dashboardModel'

/** The colours of a meaning: of words, of bars, of a ground behind words. */
export const INK: Readonly<Record<Meaning, string>> = {
  plain: 'text-text-1',
  good: 'text-good',
  attention: 'text-attention',
  bad: 'text-bad',
  working: 'text-working',
  accent: 'text-accent',
}
export const FILL: Readonly<Record<Meaning, string>> = {
  plain: 'bg-(--chart-line)',
  good: 'bg-good',
  attention: 'bg-attention',
  bad: 'bg-bad',
  working: 'bg-working',
  accent: 'bg-accent',
}
