import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { budgetOf, errorsOf, formOf, isChanged } from '@/features/budgets/budgetForm'
import { useFleet } from '@/stores/fleet'
import { useRunControl } from '@/stores/runControl'
import { useRunFigures } from '@/stores/runFigures'
import { fakeServer } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))
const frame = (event: string, data: Record<string, unknown>) => ({
  event,
  topic: 'agents',
  seq: 1,
  data,
})

describe('a budget as it is typed', () => {
  it('is dollars and minutes, and empty is no limit', () => {
    expect(formOf({ cost_per_day: 1.5, run_seconds: 90 })).toEqual({ cost: '1.5', minutes: '1.5' })
    expect(budgetOf({ cost: '1,50', minutes: '2' })).toEqual({
      cost_per_day: 1.5,
      run_seconds: 120,
    })
    expect(budgetOf({ cost: '', minutes: ' ' })).toEqual({ cost_per_day: null, run_seconds: null })
    expect(budgetOf({ cost: '0', minutes: '' }).cost_per_day).toBe(0)
  })

  it('says what is wrong with it', () => {
    expect(errorsOf({ cost: '', minutes: '' })).toEqual({})
    for (const cost of ['-1', 'much', '1000001', '1e3'])
      expect(errorsOf({ cost, minutes: '' }).cost).toBeDefined()
    for (const minutes of ['0', '1441', 'x'])
      expect(errorsOf({ cost: '', minutes }).minutes).toBeDefined()
  })

  it('is changed only when it says something else', () => {
    const stored = { cost_per_day: 2, run_seconds: null }
    expect(isChanged({ cost: ' 2 ', minutes: '' }, stored)).toBe(false)
    expect(isChanged({ cost: '', minutes: '' }, stored)).toBe(true)
  })
})

describe('whether runs may start', () => {
  it('is told by the topic of the agents', () => {
    const fleet = useFleet()
    const control = useRunControl()
    fleet.takeSnapshot({
      agents: [],
      runs: { halted: true, since: '2026-01-14T10:00:00Z', by: 'ann', reason: null },
      budgets: [{ name: 'a', reached: true, spent_today: 1.02, cost_per_day: 1 }],
    })
    expect(control.halt).toMatchObject({ halted: true, by: 'ann' })
    expect(control.budgetOf('a')).toEqual({ spent: 1.02, limit: 1 })
    fleet.takeEvent(frame('runs_halt', { halted: false }))
    expect(control.halt).toEqual({ halted: false, since: null, by: null, reason: null })
    fleet.takeEvent(
      frame('agent_budget', { name: 'a', reached: false, spent_today: 0, cost_per_day: 2 }),
    )
    expect(control.budgetOf('a')).toBeNull()
    fleet.takeEvent(
      frame('agent_budget', { name: null, reached: true, spent_today: 9, cost_per_day: 9 }),
    )
    expect(control.budgetOf('any')).toEqual({ spent: 9, limit: 9 })
  })

  it('is known at once after one has stopped all', async () => {
    const control = useRunControl()
    fakeServer({
      'POST /api/ops/runs/stop': (init) => [
        200,
        {
          halted: true,
          since: 's',
          by: 'me',
          reason: JSON.parse(String(init.body)).reason ?? null,
          runs_stopped: 2,
          waiting_dropped: 1,
        },
      ],
      'POST /api/ops/runs/resume': () => [
        200,
        { halted: false, since: null, by: null, reason: null },
      ],
    })
    expect(await control.stopAll('fire')).toMatchObject({ runs_stopped: 2 })
    expect(control.halt).toEqual({ halted: true, since: 's', by: 'me', reason: 'fire' })
    await control.resume()
    expect(control.halt.halted).toBe(false)
  })
})

describe('figures of runs', () => {
  it('are replaced by snapshots and changed by events', () => {
    const figures = useRunFigures()
    const context = {
      status: 'running',
      activityState: 'idle' as const,
      contextPercent: 5,
      contextUsed: 1,
      contextMax: 20,
      lastActivityTime: null,
    }
    figures.takeSnapshot({
      context: [
        { name: 'a', ...context },
        { name: 'b', ...context },
      ],
    })
    figures.takeEvent(
      frame('agents_context_update', { agents: [{ name: 'a', contextPercent: 6 }], gone: ['b'] }),
    )
    expect(figures.contexts.get('a')).toMatchObject({ contextPercent: 6, contextMax: 20 })
    expect(figures.contexts.has('b')).toBe(false)
    figures.takeEvent(
      frame('agents_execution_stats_update', { agents: [{ name: 'a', task_count_24h: 3 }] }),
    )
    expect(figures.tasks.get('a')?.task_count_24h).toBe(3)
    figures.takeSnapshot({})
    expect(figures.contexts.size + figures.tasks.size).toBe(0)
  })
})
