import {
  Activity,
  CircleAlert,
  CircleDot,
  CirclePause,
  CircleStop,
  LoaderCircle,
  RotateCw,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { AttentionItem } from '@/api/fleet'
import { shownState, type Tone } from '@/features/agents/state'
import { kindLook } from '@/features/attention/kinds'
import type { Pending } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { text } from '@/text/en'

/** How an agent stands, in one picture and one word. */
export interface Mark {
  readonly icon: Component
  readonly tone: Tone
  readonly word: string
}

const icons: Readonly<Record<Tone, Component>> = {
  calm: CircleDot,
  off: CircleStop,
  working: LoaderCircle,
  attention: CircleAlert,
  bad: CircleAlert,
}
const own: Readonly<Record<string, Component>> = { paused: CirclePause, restarting: RotateCw }

/** What needs a person first, then whether it is at work, then its state. */
export function markOf(
  agent: FleetAgent,
  pending: Pending | undefined,
  attention: readonly AttentionItem[],
  atWork: boolean,
): Mark {
  const [first] = attention
  if (first !== undefined && pending === undefined) {
    const { icon, tone, label } = kindLook(first.kind)
    return { icon, tone, word: label }
  }
  const state = shownState(agent, pending)
  if (state.tone === 'calm' && atWork)
    return { icon: Activity, tone: 'working', word: text.history.atWork }
  return { icon: own[state.key] ?? icons[state.tone], tone: state.tone, word: state.label }
}

export const TONE_INK: Readonly<Record<Tone, string>> = {
  calm: 'text-good',
  off: 'text-text-3',
  working: 'text-working',
  attention: 'text-attention',
  bad: 'text-bad',
}
