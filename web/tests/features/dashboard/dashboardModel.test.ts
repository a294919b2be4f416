import { describe, expect, it } from 'vitest'
import type { AgentDashboard, MetricDefinition } from '@/api/types'
import {
  absenceOf,
  columnCount,
  columnsOf,
  fileOf,
  limited,
  meaningOf,
  MOST,
  percentOf,
  problemsOf,
  shownMetrics,
  wordOf,
} from '@/features/dashboard/dashboardModel'

const dashboard = (change: Partial<AgentDashboard>): AgentDashboard => ({
  agent_name: 'a',
  has_dashboard: false,
  config: null,
  last_modified: null,
  status: 'running',
  error: null,
  ...change,
})

describe('why there is no dashboard', () => {
  it('tells a missing file from a wrong one, and both from an agent that is not there', () => {
    const kind = (change: Partial<AgentDashboard>) => absenceOf(dashboard(change))?.kind ?? null
    expect(
      kind({ error: 'No dashboard.yaml found in /home/developer/ or /home/developer/workspace/' }),
    ).toBe('none')
    expect(kind({ error: 'YAML parse error at line 3, column 1: bad' })).toBe('invalid')
    expect(kind({ error: 'dashboard.yaml is empty' })).toBe('invalid')
    expect(kind({ status: 'stopped', error: 'Agent must be running to read dashboard' })).toBe(
      'stopped',
    )
    expect(kind({ error: 'Agent is starting up, please try again' })).toBe('away')
    expect(kind({ error: 'Failed to fetch dashboard: HTTP 500' })).toBe('away')
    const config = { title: 'x', refresh: 30, sections: [] }
    expect(kind({ has_dashboard: true, config, error: 'Validation errors: a' })).toBeNull()
  })

  it('lists every fault of a file', () => {
    expect(problemsOf("Validation errors: Missing required 'title' field; Section 0: bad")).toEqual(
      ["Missing required 'title' field", 'Section 0: bad'],
    )
  })
})

describe('what stands in a dashboard', () => {
  it('is shown as words whatever it is', () => {
    expect([null, undefined, true, 12345.678, { a: 1 }, ['x']].map(wordOf)).toEqual([
      '',
      '',
      'true',
      (12345.68).toLocaleString(),
      '{"a":1}',
      '["x"]',
    ])
  })

  it('has colours by their meaning, and none for unknown ones', () => {
    expect(
      ['green', 'RED', 'yellow', 'orange', 'blue', 'purple', 'gray', 'pink', 7].map(meaningOf),
    ).toEqual([
      'good',
      'bad',
      'attention',
      'attention',
      'working',
      'accent',
      'plain',
      'plain',
      'plain',
    ])
  })

  it('is bounded', () => {
    const all = Array.from({ length: 500 }, (_, n) => n)
    expect(limited(all, 3)).toEqual({ shown: [0, 1, 2], left: 497 })
    expect(limited(all, undefined).shown).toHaveLength(MOST)
    expect(limited(all, 1e9).left).toBe(500 - MOST)
    expect(limited(all, -1).shown).toHaveLength(MOST)
    expect([250, -3, '40', 'x', null].map(percentOf)).toEqual([100, 0, 40, 0, 0])
    expect([1, 4, 5, 0, '2'].map(columnCount)).toEqual([1, 4, 3, 3, 3])
  })

  it('takes columns as names or with labels', () => {
    const widget = {
      type: 'table',
      columns: ['a', { key: 'b', label: 'Bee' }, { key: 'c' }],
    } as never
    expect(columnsOf(widget)).toEqual([
      { key: 'a', label: 'a' },
      { key: 'b', label: 'Bee' },
      { key: 'c', label: 'c' },
    ])
  })

  it('shows only pictures of the agent itself', () => {
    expect(fileOf('/files/charts/a.png')).toBe('charts/a.png')
    for (const src of ['https://example.com/a.png', '/files/', 'files/a.png', 7, null])
      expect(fileOf(src)).toBeNull()
  })
})

describe('metrics', () => {
  const of = (definition: Partial<MetricDefinition>, value: unknown) =>
    shownMetrics({
      agent_name: 'a',
      has_metrics: true,
      status: 'running',
      definitions: [{ name: 'm', type: 'counter', label: 'M', ...definition } as MetricDefinition],
      values: { m: value },
    })[0]

  it('are printed by their type', () => {
    expect(of({ type: 'counter' }, 1284)?.value).toBe((1284).toLocaleString())
    expect(of({ type: 'gauge', unit: 'pages' }, 12)).toMatchObject({ value: '12', unit: 'pages' })
    expect(of({ type: 'duration' }, 8130)?.value).toBe('2 h 15 min')
    expect(of({ type: 'bytes' }, 1258291)).toMatchObject({ value: '1.2', unit: 'MB' })
    expect(of({ type: 'percentage' }, 130)).toMatchObject({ value: '130', percent: 100, unit: '%' })
  })

  it('have thresholds that are lower bounds', () => {
    const meaning = (value: number) =>
      of({ type: 'percentage', warning_threshold: 80, critical_threshold: 50 }, value)?.meaning
    expect([90, 80, 79, 50, 49].map(meaning)).toEqual([
      'good',
      'good',
      'attention',
      'attention',
      'bad',
    ])
    expect(of({ type: 'percentage' }, 1)?.meaning).toBe('good')
  })

  it('say a state in the words of the template, or in their own', () => {
    const values = [{ value: 'ok', color: 'green', label: 'Answers' }, 'plain'] as never
    expect(of({ type: 'status', values }, 'ok')).toMatchObject({
      value: 'Answers',
      meaning: 'good',
    })
    expect(of({ type: 'status', values }, 'plain')).toMatchObject({
      value: 'plain',
      meaning: 'plain',
    })
    expect(of({ type: 'status' }, 'odd')).toMatchObject({ value: 'odd', meaning: 'plain' })
  })

  it('without a value, or with one of another kind, never become a number', () => {
    expect(of({ type: 'gauge' }, undefined)?.value).toBeNull()
    expect(of({ type: 'percentage' }, null)).toMatchObject({ value: null, percent: null })
    expect(of({ type: 'bytes' }, 'many')).toMatchObject({ value: 'many', unit: '' })
    expect(
      shownMetrics({
        agent_name: 'a',
        has_metrics: true,
        status: 'running',
        definitions: null as never,
      }),
    ).toEqual([])
  })
})
