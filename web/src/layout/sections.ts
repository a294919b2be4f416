import { Bot, LayoutTemplate, Settings } from '@lucide/vue'
import { text } from '@/text/en'

export interface Section {
  key: 'agents' | 'templates' | 'settings'
  label: string
  path: string
  icon: typeof Bot
}

/** The pages that exist. */
export const mainSections: readonly Section[] = [
  { key: 'agents', label: text.nav.agents, path: '/agents', icon: Bot },
  { key: 'templates', label: text.nav.templates, path: '/templates', icon: LayoutTemplate },
]

export const settingsSection: Section = {
  key: 'settings',
  label: text.nav.settings,
  path: '/settings',
  icon: Settings,
}
