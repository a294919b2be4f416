import { account } from './account'
import { activityTexts } from './activity'
import { agentSettingsTexts } from './agentSettings'
import { agentTexts } from './agents'
import { budgetTexts } from './budgets'
import { chatTexts } from './chat'
import { credentialTexts } from './credentials'
import { dashboardTexts } from './dashboard'
import { filesTexts } from './files'
import { fleetTexts } from './fleet'
import { gitTexts } from './git'
import { graphTexts } from './graph'
import { logs } from './logs'
import { pages } from './pages'
import { platformTexts } from './platform'
import { pressureTexts } from './pressure'
import { runTexts } from './runs'
import { shell } from './shell'
import { tagTexts } from './tags'
import { templateTexts } from './templates'
import { timelineTexts } from './timeline'

/** Every text a person reads, in one place: one file per area. Functions where a value stands in the sentence. */
export const text = {
  ...shell,
  ...account,
  ...agentTexts,
  ...agentSettingsTexts,
  ...activityTexts,
  ...budgetTexts,
  ...chatTexts,
  ...credentialTexts,
  ...fleetTexts,
  ...gitTexts,
  ...graphTexts,
  ...platformTexts,
  ...pressureTexts,
  ...tagTexts,
  ...templateTexts,
  ...runTexts,
  ...timelineTexts,
  ...dashboardTexts,
  ...filesTexts,
  ...logs,
  ...pages,
} as const
