import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { readDashboard, type DashboardChoice } from './dashboardChoice'

export type Theme = 'light' | 'dark' | 'system'
export type View = 'table' | 'cards'

/** The same key is read before the first paint by the script /theme.js. */
const THEME_KEY = 'trinity-theme'
const VIEW_KEY = 'trinity-agents-view'
const DENSITY_KEY = 'trinity-compact'
const RAIL_KEY = 'trinity-rail-open'
const DASHBOARD_KEY = 'trinity-dashboard'

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null // storage may be forbidden; the defaults serve as well
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // kept for this tab only
  }
}

export const usePreferences = defineStore('preferences', () => {
  const stored = read(THEME_KEY)
  const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')
  const view = ref<View>(read(VIEW_KEY) === 'cards' ? 'cards' : 'table')
  const compact = ref(read(DENSITY_KEY) === 'true')
  const railOpen = ref(read(RAIL_KEY) === 'true')
  /** How the dashboard was left. Replaced as a whole, never changed inside. */
  const dashboard = shallowRef<DashboardChoice>(readDashboard(read(DASHBOARD_KEY)))
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)')
  const dark = ref(false)

  function apply(): void {
    dark.value = theme.value === 'dark' || (theme.value === 'system' && systemDark.matches)
    document.documentElement.dataset.theme = dark.value ? 'dark' : 'light'
    const background = getComputedStyle(document.documentElement)
      .getPropertyValue('--page-hex')
      .trim()
    if (background !== '') {
      document.querySelector('meta[name=theme-color]')?.setAttribute('content', background)
    }
  }

  systemDark.addEventListener('change', apply)
  watch(theme, (value) => {
    write(THEME_KEY, value)
    apply()
  })
  watch(view, (value) => write(VIEW_KEY, value))
  watch(compact, (value) => write(DENSITY_KEY, String(value)))
  watch(dashboard, (value) => write(DASHBOARD_KEY, JSON.stringify(value)))
  watch(railOpen, (value) => write(RAIL_KEY, String(value)))
  apply()

  return { theme, dark, view, compact, railOpen, dashboard }
})
