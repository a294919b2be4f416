import { Bot, KeyRound, LayoutDashboard, LayoutTemplate, Settings } from '@lucide/vue'
import { text } from '@/text/en'

export interface Section {
  key: 'dashboard' | 'agents' | 'templates' | 'credentials' | 'settings'
  label: string
  path: string
  /** Jumps there. */
  keys: string
  icon: typeof Bot
}

/** The pages that exist. */
export const mainSections: readonly Section[] = [
  { key: 'dashboard', label: text.fleet.page, path: '/', keys: 'g d', icon: LayoutDashboard },
  { key: 'agents', label: text.nav.agents, path: '/agents', keys: 'g a', icon: Bot },
  {
    key: 'templates',
    label: text.nav.templates,
    path: '/templates',
    keys: 'g t',
    icon: LayoutTemplate,
  },
  {
    key: 'credentials',
    label: text.nav.credentials,
    path: '/credentials',
    keys: 'g c',
    icon: KeyRound,
  },
]

export const settingsSection: Section = {
  key: 'settings',
  label: text.nav.settings,
  path: '/settings',
  keys: 'g s',
  icon: Settings,
}
