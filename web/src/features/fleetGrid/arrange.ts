import { runtimeName, templateName } from '@/features/agents/state'
import type { FleetAgent } from '@/stores/fleetModel'
import { text } from '@/text/en'

export const GROUPINGS = [
  'none',
  'state',
  'owner',
  'template',
  'runtime',
  'repository',
  'type',
  'tag',
] as const
export type Grouping = (typeof GROUPINGS)[number]

export const ORDERS = [
  'attention',
  'name',
  'now',
  'cpu',
  'memory',
  'context',
  'runs',
  'cost',
  'active',
  'owner',
] as const
export type OrderKey = (typeof ORDERS)[number]
export interface Order {
  key: OrderKey
  down: boolean
}
export const USUAL_ORDER: Order = { key: 'attention', down: false }

/** What an agent is ordered by: live figures as they were at one moment, so that rows stand still in between. */
export interface OrderFacts {
  /** 0 is the most urgent: what needs a person, then what works, idles, stands still. */
  urgency: number
  /** Since when, epoch milliseconds: of two that are as urgent the older comes first. */
  since: number
  atWork: number
  cpu: number
  memory: number
  context: number
  runs: number
  cost: number
  /** Epoch milliseconds of the last sign of life. */
  active: number
  needs: boolean
}

export const NO_FACTS: OrderFacts = {
  urgency: 90,
  since: Infinity,
  atWork: 0,
  cpu: -1,
  memory: -1,
  context: -1,
  runs: -1,
  cost: -1,
  active: 0,
  needs: false,
}

type FactsOf = (name: string) => OrderFacts

/** Figures begin with the largest; the same key again turns round. */
export function chooseOrder(now: Order, key: OrderKey): Order {
  if (now.key === key) return { key, down: !now.down }
  return { key, down: !['attention', 'name', 'owner'].includes(key) }
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

function compare(a: FleetAgent, b: FleetAgent, key: OrderKey, factsOf: FactsOf): number {
  if (key === 'name') return names.compare(a.name, b.name)
  if (key === 'owner') return names.compare(a.owner ?? '', b.owner ?? '')
  const left = factsOf(a.name)
  const right = factsOf(b.name)
  switch (key) {
    case 'attention':
      return left.urgency - right.urgency || Math.sign(left.since - right.since) || 0
    case 'now':
      return left.atWork - right.atWork
    default:
      return left[key] - right[key]
  }
}

/** A sorted copy; equal rows keep the order of their names, so that nothing jumps. */
export function ordered(
  agents: readonly FleetAgent[],
  { key, down }: Order,
  factsOf: FactsOf,
): FleetAgent[] {
  const direction = down ? -1 : 1
  return [...agents].sort(
    (a, b) => compare(a, b, key, factsOf) * direction || names.compare(a.name, b.name),
  )
}

export interface Group {
  /** Names it in the address, in storage and for tests. */
  key: string
  label: string
  agents: readonly FleetAgent[]
  needs: number
  running: number
}

interface Place {
  key: string
  label: string
  /** Groups with a smaller rank come first; equal ones by their label. */
  rank: number
}

const STATES = ['attention', 'running', 'other', 'stopped'] as const

function stateOf(agent: FleetAgent, needs: boolean): (typeof STATES)[number] {
  if (needs) return 'attention'
  if (agent.status === 'running' || agent.status === 'stopped') return agent.status
  return 'other'
}

function named(value: string | null | undefined, nothing: string): Place {
  return value ? { key: value, label: value, rank: 0 } : { key: '', label: nothing, rank: 1 }
}

function placeOf(agent: FleetAgent, by: Exclude<Grouping, 'tag'>, needs: boolean): Place {
  const { noGroup, stateGroups } = text.fleet
  switch (by) {
    case 'state': {
      const key = stateOf(agent, needs)
      return { key, label: stateGroups[key], rank: STATES.indexOf(key) }
    }
    case 'owner':
      return named(agent.owner, noGroup.owner)
    case 'template':
      return named(templateName(agent.template), noGroup.template)
    case 'runtime':
      return named(runtimeName(agent.runtime), '')
    case 'repository':
      return named(agent.github_repo, noGroup.repository)
    case 'type':
      return named(agent.type, noGroup.type)
    case 'none':
      return { key: '', label: '', rank: 0 }
  }
}

/** An agent stands under each of its tags. */
function placesOf(agent: FleetAgent, by: Grouping, needs: boolean): readonly Place[] {
  if (by !== 'tag') return [placeOf(agent, by, needs)]
  if (agent.tags.length === 0) return [named(null, text.fleet.noGroup.tag)]
  return agent.tags.map((tag) => named(tag, ''))
}

/** Groups of agents that are in order already; each keeps that order. */
export function groupsOf(
  agents: readonly FleetAgent[],
  by: Grouping,
  factsOf: FactsOf,
): readonly Group[] {
  const found = new Map<string, Place & { agents: FleetAgent[]; needs: number; running: number }>()
  for (const agent of agents) {
    const { needs } = factsOf(agent.name)
    for (const place of placesOf(agent, by, needs)) {
      let group = found.get(place.key)
      if (group === undefined) {
        group = { ...place, agents: [], needs: 0, running: 0 }
        found.set(place.key, group)
      }
      group.agents.push(agent)
      if (needs) group.needs += 1
      if (agent.status === 'running') group.running += 1
    }
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank || names.compare(a.label, b.label))
}

export type Line =
  | { kind: 'group'; id: string; group: Group; folded: boolean }
  | { kind: 'agent'; id: string; agent: FleetAgent }

/** What stands in the grid, line by line. Without groups there are no heads. */
export function linesOf(
  groups: readonly Group[],
  by: Grouping,
  folded: (key: string) => boolean,
): readonly Line[] {
  const lines: Line[] = []
  for (const group of groups) {
    const shut = by !== 'none' && folded(group.key)
    if (by !== 'none') lines.push({ kind: 'group', id: `group ${group.key}`, group, folded: shut })
    if (shut) continue
    for (const agent of group.agents) {
      // Under two tags it is two lines. No name of an agent has a slash.
      const id = by === 'tag' ? `${group.key}/${agent.name}` : agent.name
      lines.push({ kind: 'agent', id, agent })
    }
  }
  return lines
}
