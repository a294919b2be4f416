import { Check, CircleAlert, CircleCheck, CircleQuestionMark, TriangleAlert } from '@lucide/vue'
import type { Component } from 'vue'
import type { Level } from './pressureModel'

/** How a finding looks: icon and ink; the words stand beside it. */
export const LEVEL_LOOK: Readonly<Record<Level, { icon: Component; ink: string }>> = {
  good: { icon: CircleCheck, ink: 'text-good' },
  attention: { icon: TriangleAlert, ink: 'text-attention' },
  bad: { icon: CircleAlert, ink: 'text-bad' },
  unknown: { icon: CircleQuestionMark, ink: 'text-text-3' },
}

/** In a row: what is well is told without colour, so that the eye goes to what is not. */
export const ROW_LOOK: typeof LEVEL_LOOK = {
  ...LEVEL_LOOK,
  good: { icon: Check, ink: 'text-text-3' },
}
