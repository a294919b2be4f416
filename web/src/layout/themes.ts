import { Monitor, Moon, Sun } from '@lucide/vue'
import type { Theme } from '@/stores/preferences'
import { text } from '@/text/en'

export const themes: readonly { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'light', label: text.theme.light, icon: Sun },
  { value: 'dark', label: text.theme.dark, icon: Moon },
  { value: 'system', label: text.theme.system, icon: Monitor },
]
