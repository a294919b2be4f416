import { describe, expect, it } from 'vitest'
import {
  coresOf,
  fits,
  memoryLimitOf,
  nowText,
  shownState,
  sortAgents,
  stateSince,
} from '@/features/agents/state'
import { mergeFigures } from '@/stores/statsModel'
import { agent } from '../helpers'

describe('what is shown of a state', () => {
  it('puts what is under way before what the engine says', () => {
    expect(shownState(agent('a'), 'stopping')).toMatchObject({ label: 'Stopping', tone: 'working' })
  })

  it('says Stopped for both kinds of end, in red only for a bad one', () => {
    const asked = agent('a', { status: 'stopped', reason: 'user', exit_code: 0 })
    const killed = agent('a', { status: 'stopped', reason: 'exit', exit_code: 137 })
    expect(shownState(asked, undefined)).toMatchObject({ label: 'Stopped', tone: 'off' })
    expect(shownState(killed, undefined)).toMatchObject({ label: 'Stopped', tone: 'bad' })
    expect(nowText(killed, undefined)).toBe('Killed from outside')
  })

  it('shows engine states it has no word for as they are', () => {
    expect(shownState(agent('a', { status: 'thawing' }), undefined).label).toBe('thawing')
  })

  it('takes the start from the event, else from the uptime', () => {
    const figures = mergeFigures(undefined, { uptime_seconds: 60 }, 100_000)
    expect(stateSince(agent('a', { started_at: '1970-01-01T00:00:10Z' }), figures)).toBe(10_000)
    expect(stateSince(agent('a'), figures)).toBe(40_000)
    expect(stateSince(agent('a', { status: 'stopped' }), figures)).toBeNull()
  })
})

describe('order and filters', () => {
  const all = [
    agent('quiet'),
    agent('off', { status: 'stopped', reason: 'user' }),
    agent('broken', { status: 'stopped', reason: 'oom' }),
    agent('held', { status: 'paused' }),
  ]

  it('puts what is known to need a person before everything, the most urgent first', () => {
    const urgency: Readonly<Record<string, number>> = { idle: 4, calm: 0 }
    const rows = ['busy', 'idle', 'calm'].map((name) => agent(name))
    rows.push(agent('killed', { status: 'stopped', reason: 'oom' }))
    const sorted = sortAgents(
      rows,
      { key: 'state', down: false },
      () => undefined,
      (name) => urgency[name] ?? null,
    )
    expect(sorted.map((one) => one.name)).toEqual(['calm', 'idle', 'killed', 'busy'])
    expect(fits(agent('calm'), 'attention', '', true)).toBe(true)
    expect(fits(agent('calm'), 'attention', '')).toBe(false)
  })

  it('puts what needs a person first', () => {
    const sorted = sortAgents(all, { key: 'state', down: false }, () => undefined)
    expect(sorted.map((one) => one.name)).toEqual(['broken', 'held', 'quiet', 'off'])
  })

  it('keeps equal rows in the order of their names in both directions', () => {
    const same = [agent('b'), agent('a'), agent('c')]
    for (const down of [false, true]) {
      expect(
        sortAgents(same, { key: 'owner', down }, () => undefined).map((one) => one.name),
      ).toEqual(['a', 'b', 'c'])
    }
  })

  it('filters by state and by every word of the search', () => {
    expect(all.filter((one) => fits(one, 'attention', '')).map((one) => one.name)).toEqual([
      'broken',
      'held',
    ])
    const demo = agent('writer', { template: 'local:demo-counter', owner: 'maria' })
    expect(fits(demo, 'all', 'MARIA counter')).toBe(true)
    expect(fits(demo, 'all', 'maria nobody')).toBe(false)
    const tagged = { ...demo, tags: ['billing', 'prod'] }
    expect(fits(tagged, 'all', 'bill #prod')).toBe(true)
    expect(fits(tagged, 'all', '#staging')).toBe(false)
    expect(fits(demo, 'stopped', '')).toBe(false)
  })
})

describe('the limits of an agent', () => {
  const set = { cpu_limit: '8', memory_limit: '16g', resources: { cpu: '2', memory: '4g' } }

  it('are those of its container while it is not stopped: what was set comes with the next start', () => {
    expect(coresOf(agent('a', set))).toBe(2)
    expect(memoryLimitOf(agent('a', set))).toBe(4 * 1024 ** 3)
    expect(coresOf(agent('a', { ...set, status: 'paused' }))).toBe(2)
  })

  it('are what was set while it is stopped, and what it was made with when nothing was set', () => {
    expect(coresOf(agent('a', { ...set, status: 'stopped' }))).toBe(8)
    expect(memoryLimitOf(agent('a', { ...set, status: 'stopped' }))).toBe(16 * 1024 ** 3)
    expect(coresOf(agent('a', { status: 'stopped' }))).toBe(2)
  })
})
