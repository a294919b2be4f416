import { useRouter } from 'vue-router'
import { Keyboard, LogOut, OctagonX, PanelLeft, Plus, Search } from '@lucide/vue'
import { useCommands, type Command } from '@/app/commands'
import { usePreferences } from '@/stores/preferences'
import { useRunControl } from '@/stores/runControl'
import { useSession } from '@/stores/session'
import { text } from '@/text/en'
import { mainSections, settingsSection } from './sections'
import { themes } from './themes'

interface Doors {
  find: () => void
  help: () => void
  stopAll: () => void
  signOut: () => void
}

/** What can be done on every page. */
export function useShellCommands(doors: Doors): void {
  const router = useRouter()
  const preferences = usePreferences()
  const session = useSession()
  const control = useRunControl()
  const { groups } = text.palette

  useCommands((): Command[] => [
    {
      id: 'find',
      label: text.palette.open,
      group: groups.general,
      keys: 'mod+k',
      icon: Search,
      keyOnly: true,
      always: true,
      run: doors.find,
    },
    {
      id: 'help',
      label: text.keys.help,
      group: groups.general,
      keys: '?',
      icon: Keyboard,
      words: 'shortcuts help',
      run: doors.help,
    },
    ...[...mainSections, settingsSection].map((section) => ({
      id: `page:${section.key}`,
      label: section.label,
      group: groups.pages,
      keys: section.keys,
      icon: section.icon,
      words: 'go to page',
      run: () => void router.push(section.path),
    })),
    {
      id: 'create',
      label: text.agents.create,
      group: groups.actions,
      keys: 'c',
      icon: Plus,
      words: 'create make add',
      run: () => void router.push({ name: 'agents', query: { new: '' } }),
    },
    ...themes.map((theme) => ({
      id: `theme:${theme.value}`,
      label: text.theme.use(theme.label),
      group: groups.view,
      icon: theme.icon,
      words: 'colours appearance mode',
      run: () => {
        preferences.theme = theme.value
      },
    })),
    {
      id: 'rail',
      label: preferences.railOpen ? text.nav.narrow : text.nav.widen,
      group: groups.view,
      icon: PanelLeft,
      words: 'navigation sidebar',
      run: () => {
        preferences.railOpen = !preferences.railOpen
      },
    },
    ...(session.isAdmin && !control.halt.halted
      ? [
          {
            id: 'stop-all',
            label: text.halt.stopAll,
            group: groups.actions,
            keys: 'shift+x',
            icon: OctagonX,
            words: 'emergency halt everything end',
            run: doors.stopAll,
          },
        ]
      : []),
    {
      id: 'sign-out',
      label: text.palette.signOut,
      group: groups.actions,
      icon: LogOut,
      words: 'log out leave',
      run: doors.signOut,
    },
  ])
}
