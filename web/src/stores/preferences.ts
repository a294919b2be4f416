import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import { forgetOwnerless, readKept, THEME_KEY, writeKept } from '@/lib/kept'
import { readDashboard, withoutNames, type DashboardChoice } from './dashboardChoice'
import { useSession } from './session'

export type Theme = 'light' | 'dark' | 'system'
export type View = 'table' | 'cards'

const VIEW_KEY = 'trinity-agents-view'
const DENSITY_KEY = 'trinity-compact'
const RAIL_KEY = 'trinity-rail-open'
const DASHBOARD_KEY = 'trinity-dashboard'

const asTheme = (value: string | null): Theme | null =>
  value === 'light' || value === 'dark' || value === 'system' ? value : null

/** The theme this browser showed last: for the pages before signing in, and for who has not chosen one. */
function lastTheme(): Theme {
  try {
    return asTheme(localStorage.getItem(THEME_KEY)) ?? 'system'
  } catch {
    return 'system' // storage may be forbidden; the defaults serve as well
  }
}

function keepTheme(value: Theme): void {
  writeKept(THEME_KEY, value)
  try {
    localStorage.setItem(THEME_KEY, value)
  } catch {
    // kept for this tab only
  }
}

/** How each person likes the page. Kept in this browser, and read anew when another person signs in. */
export const usePreferences = defineStore('preferences', () => {
  const session = useSession()
  const theme = ref<Theme>(lastTheme())
  const view = ref<View>('table')
  const compact = ref(false)
  const railOpen = ref(false)
  /** How the dashboard was left. Replaced as a whole, never changed inside. */
  const dashboard = shallowRef<DashboardChoice>({})
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

  function load(): void {
    theme.value = asTheme(readKept(THEME_KEY)) ?? lastTheme()
    view.value = readKept(VIEW_KEY) === 'cards' ? 'cards' : 'table'
    compact.value = readKept(DENSITY_KEY) === 'true'
    railOpen.value = readKept(RAIL_KEY) === 'true'
    dashboard.value = readDashboard(readKept(DASHBOARD_KEY))
  }

  systemDark.addEventListener('change', apply)
  forgetOwnerless()
  load()
  apply()
  // Written at once: a moment later somebody else may be the person.
  watch(
    theme,
    (value) => {
      keepTheme(value)
      apply()
    },
    { flush: 'sync' },
  )
  watch(view, (value) => writeKept(VIEW_KEY, value), { flush: 'sync' })
  watch(compact, (value) => writeKept(DENSITY_KEY, String(value)), { flush: 'sync' })
  watch(railOpen, (value) => writeKept(RAIL_KEY, String(value)), { flush: 'sync' })
  watch(dashboard, (value) => writeKept(DASHBOARD_KEY, JSON.stringify(value)), { flush: 'sync' })

  /** The page of nobody, and then that of the next person. */
  watch(
    () => session.subject,
    (who) => {
      // Still written for the person who leaves: what stays names nobody.
      if (who === null) dashboard.value = withoutNames(dashboard.value)
      else load()
    },
    { flush: 'sync' },
  )

  return { theme, dark, view, compact, railOpen, dashboard }
})
