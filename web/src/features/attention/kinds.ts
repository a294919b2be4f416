import {
  CircleX,
  Gauge,
  Hourglass,
  MessageCircleQuestionMark,
  PlugZap,
  TriangleAlert,
  Wallet,
} from '@lucide/vue'
import type { Component } from 'vue'
import { text } from '@/text/en'

export type AttentionTone = 'attention' | 'bad'

export interface KindLook {
  /** The word for people. */
  label: string
  icon: Component
  tone: AttentionTone
}

const icons: Readonly<Record<string, [Component, AttentionTone]>> = {
  waiting: [MessageCircleQuestionMark, 'attention'],
  failed: [CircleX, 'bad'],
  stuck: [Hourglass, 'bad'],
  over_budget: [Wallet, 'attention'],
  slow: [Gauge, 'attention'],
  unreachable: [PlugZap, 'bad'],
}

/** How a kind of attention looks: always icon, word and colour together. Unknown kinds have their own name as word. */
export function kindLook(kind: string): KindLook {
  const [icon, tone] = icons[kind] ?? [TriangleAlert, 'attention']
  return { label: text.attention.kind(kind), icon, tone }
}
