import { describe, expect, it } from 'vitest'
import {
  chooseOrder,
  groupsOf,
  linesOf,
  NO_FACTS,
  ordered,
  type OrderFacts,
  type OrderKey,
} from '@/features/fleetGrid/arrange'
import { fleetFigures } from '@/features/fleetGrid/fleetFigures'
import { lastActive } from '@/features/agents/lastActive'
import { urgencyOf } from '@/features/fleetGrid/orderFacts'
import { agent } from '../../helpers'

const facts = (all: Record<string, Partial<OrderFacts>>) => (name: string) => ({
  ...NO_FACTS,
  ...all[name],
})
const names = (agents: readonly { name: string }[]) => agents.map((one) => one.name)
const three = [agent('b'), agent('a2'), agent('a10')]

describe('the order of the fleet', () => {
  it('is by name as people count, with equal rows by name', () => {
    expect(names(ordered(three, { key: 'name', down: false }, facts({})))).toEqual([
      'a2',
      'a10',
      'b',
    ])
    expect(names(ordered(three, { key: 'cpu', down: true }, facts({})))).toEqual(['a2', 'a10', 'b'])
  })

  it('is by what needs a person first, the longest waiting before the others', () => {
    const of = facts({
      b: { urgency: 0, since: 2 },
      a2: { urgency: 50 },
      a10: { urgency: 0, since: 1 },
    })
    expect(names(ordered(three, { key: 'attention', down: false }, of))).toEqual(['a10', 'b', 'a2'])
  })

  it.each<OrderKey>(['now', 'cpu', 'memory', 'context', 'runs', 'cost', 'active'])(
    'is by %s, the largest first',
    (key) => {
      const field = key === 'now' ? 'atWork' : key
      const of = facts({ b: { [field]: 9 }, a2: { [field]: 1 }, a10: { [field]: 5 } })
      const order = chooseOrder({ key: 'name', down: false }, key)
      expect(names(ordered(three, order, of))).toEqual(['b', 'a10', 'a2'])
      expect(names(ordered(three, chooseOrder(order, key), of))).toEqual(['a2', 'a10', 'b'])
    },
  )

  it('puts asks and failures before bad ends, odd states, work, idleness and rest', () => {
    const running = { status: 'running', reason: null, exit_code: null } as const
    const ranks = [
      urgencyOf(running, 'waiting', 0),
      urgencyOf(running, 'unreachable', 1),
      urgencyOf({ status: 'stopped', reason: 'oom', exit_code: null }, undefined, 0),
      urgencyOf({ ...running, status: 'paused' }, undefined, 0),
      urgencyOf(running, undefined, 1),
      urgencyOf(running, undefined, 0),
      urgencyOf({ status: 'stopped', reason: 'user', exit_code: 0 }, undefined, 0),
    ]
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
    expect(new Set(ranks).size).toBe(ranks.length)
  })
})

describe('groups of the fleet', () => {
  const fleet = [
    agent('a', { owner: 'maria', template: 'local:desk', status: 'stopped' }),
    agent('b', { owner: null, github_repo: 'acme/site' }),
    agent('c', { owner: 'ann', status: 'paused' }),
    agent('d', { owner: 'maria', runtime: 'claude-code' }),
  ]
  const labels = (by: Parameters<typeof groupsOf>[1], of = facts({})) =>
    groupsOf(fleet, by, of).map((one) => `${one.label} ${names(one.agents).join('')}`)

  it('are by state with what needs a person first', () => {
    expect(labels('state', facts({ d: { needs: true } }))).toEqual([
      'Needs you d',
      'Running b',
      'In between c',
      'Stopped a',
    ])
  })

  it('are by owner, template, runtime, repository and kind, with those without one last', () => {
    expect(labels('owner')).toEqual(['ann c', 'maria ad', 'Nobody b'])
    expect(labels('template')).toEqual(['desk a', 'Without a template bcd'])
    expect(labels('runtime')).toEqual(['Claude Code d', 'Command abc'])
    expect(labels('repository')).toEqual(['acme/site b', 'Without a repository acd'])
    expect(labels('type')).toEqual(['business-assistant abcd'])
  })

  it('count who runs and who needs a person', () => {
    const [, maria] = groupsOf(fleet, 'owner', facts({ a: { needs: true } }))
    expect([maria?.needs, maria?.running]).toEqual([1, 1])
  })

  it('become lines with a head each, without the agents of a folded group', () => {
    const groups = groupsOf(fleet, 'owner', facts({}))
    const lines = linesOf(groups, 'owner', (key) => key === 'maria')
    expect(lines.map((one) => one.id)).toEqual(['group ann', 'c', 'group maria', 'group ', 'b'])
    expect(lines.map((one) => one.kind === 'group' && one.folded)).toEqual([
      false,
      false,
      true,
      false,
      false,
    ])
  })

  it('are by tag: an agent stands under each of its tags, and those without one last', () => {
    const tagged = [
      agent('a', { tags: ['billing', 'prod'] }),
      agent('b', { status: 'stopped' }),
      agent('c', { tags: ['prod'] }),
    ]
    const groups = groupsOf(tagged, 'tag', facts({ a: { needs: true } }))
    expect(groups.map((one) => `${one.label} ${names(one.agents).join('')}`)).toEqual([
      'billing a',
      'prod ac',
      'No tag b',
    ])
    expect(groups.map((one) => [one.needs, one.running])).toEqual([
      [1, 1],
      [1, 2],
      [0, 0],
    ])
    const lines = linesOf(groups, 'tag', () => false).map((one) => one.id)
    expect(lines).toEqual([
      'group billing',
      'billing/a',
      'group prod',
      'prod/a',
      'prod/c',
      'group ',
      '/b',
    ])
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('have no heads when there is but one, nor can it be folded away', () => {
    const lines = linesOf(groupsOf(fleet, 'none', facts({})), 'none', () => true)
    expect(lines.map((one) => one.id)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('the figures of the fleet', () => {
  const tasks = (name: string, n: number) => ({
    name,
    task_count_24h: 10 * n,
    success_count: 9 * n,
    failed_count: n,
    running_count: n - 1,
    success_rate: 90,
    total_cost: 0.5 * n,
    last_execution_at: '2026-01-14T10:00:00',
  })

  it('are sums over the agents that are shown to the person', () => {
    const known = new Map([
      ['a', tasks('a', 1)],
      ['b', tasks('b', 3)],
      ['unseen', tasks('unseen', 9)],
    ])
    const fleet = [agent('a'), agent('b'), agent('c', { status: 'stopped' })]
    expect(fleetFigures(fleet, (name) => known.get(name))).toEqual({
      agents: 3,
      running: 2,
      atWork: 2,
      runs: 40,
      failed: 4,
      cost: 2,
    })
  })

  it('know the last sign of life, or that there was none', () => {
    expect(lastActive('2026-01-14T10:00:00', '2026-01-14T11:00:00')).toBe(Date.UTC(2026, 0, 14, 11))
    expect(lastActive(null, undefined)).toBeNull()
  })
})
