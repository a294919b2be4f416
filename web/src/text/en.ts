import { account } from './account'
import { activityTexts } from './activity'
import { agentSettingsTexts } from './agentSettings'
import { agentTexts } from './agents'
import { budgetTexts } from './budgets'
import { chatTexts } from './chat'
import { dashboardTexts } from './dashboard'
import { filesTexts } from './files'
import { logs } from './logs'
import { pages } from './pages'
import { runTexts } from './runs'
import { timelineTexts } from './timeline'
import { shell } from './shell'

/** Every text a person reads, in one place: one file per area. Functions where a value stands in the sentence. */
export const text = {
  ...shell,
  ...account,
  ...agentTexts,
  ...agentSettingsTexts,
  ...activityTexts,
  ...budgetTexts,
  ...chatTexts,
  ...runTexts,
  ...timelineTexts,
  ...dashboardTexts,
  ...filesTexts,
  ...logs,
  ...pages,
} as const
