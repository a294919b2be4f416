import type { RouteLocationRaw } from 'vue-router'
import type { AttentionItem } from '@/api/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { text } from '@/text/en'

/** What a step does when it is no place to go to. */
export type StepAct = 'stop-run' | 'start' | 'settings' | 'budget'

export interface NextStep {
  label: string
  /** Where it leads; null when it does something here. */
  to: RouteLocationRaw | null
  act: StepAct | null
}

export interface Rights {
  /** Settings and budget belong to the owner and to administrators. */
  manages: boolean
}

const { steps } = text.attention

const place = (name: string, tab?: string): RouteLocationRaw => ({
  name: 'agent',
  params: { name },
  query: tab === undefined ? {} : { tab },
})
/** Where the agent's page shows why it is slow. */
const pressure = (name: string): RouteLocationRaw => ({
  name: 'agent',
  params: { name },
  hash: '#pressure',
})
const goTo = (label: string, to: RouteLocationRaw): NextStep => ({ label, to, act: null })
const doIt = (label: string, act: StepAct): NextStep => ({ label, to: null, act })

/**
 * What a person does about it, the likeliest first, two at most. The first is what the row's button does; every one is
 * one click away.
 */
export function nextSteps(
  name: string,
  item: AttentionItem,
  agent: Pick<FleetAgent, 'status'> | undefined,
  rights: Rights,
): readonly NextStep[] {
  const run: RouteLocationRaw | null =
    item.execution_id === null
      ? null
      : { name: 'execution', params: { name, id: item.execution_id } }
  const openRun = run === null ? [] : [goTo(steps.openRun, run)]
  switch (item.kind) {
    case 'waiting':
      return [goTo(steps.answer, place(name, 'chat')), ...openRun]
    case 'failed':
      return [
        run === null ? goTo(steps.logs, place(name, 'logs')) : goTo(steps.seeWhy, run),
        ...(agent?.status === 'stopped' ? [doIt(steps.start, 'start')] : []),
      ]
    case 'stuck':
      return run === null
        ? [goTo(steps.seeWhy, pressure(name))]
        : [goTo(steps.openRun, run), doIt(steps.stopRun, 'stop-run')]
    case 'over_budget':
      return rights.manages
        ? [doIt(steps.budget, 'budget'), goTo(steps.tasks, place(name, 'tasks'))]
        : [goTo(steps.tasks, place(name, 'tasks'))]
    case 'slow':
      return [
        goTo(steps.seeWhy, pressure(name)),
        ...(rights.manages ? [doIt(steps.limits, 'settings')] : openRun),
      ]
    case 'unreachable':
      return [goTo(steps.logs, place(name, 'logs')), goTo(steps.open, place(name))]
    default:
      return run === null ? [goTo(steps.open, place(name))] : [goTo(steps.openRun, run)]
  }
}

/** Where the agent's name leads to: to the place on its page that answers the question. */
export function placeOf(name: string, item: AttentionItem): RouteLocationRaw {
  switch (item.kind) {
    case 'waiting':
      return place(name, 'chat')
    case 'slow':
    case 'stuck':
      return pressure(name)
    default:
      return place(name)
  }
}
