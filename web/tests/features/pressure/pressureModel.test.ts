import { describe, expect, it } from 'vitest'
import type { AgentPressure, TurnPressure } from '@/api/pressure'
import {
  findingsOf,
  nowMs,
  same,
  turnParts,
  verdictOf,
  withoutStalls,
} from '@/features/pressure/pressureModel'
import { rowsOf } from '@/features/pressure/pressureRows'

type Change = { [part in keyof AgentPressure]?: Partial<AgentPressure[part]> | null }

function pressure(change: Change = {}): AgentPressure {
  const calm = { some_avg10: 0, full_avg10: 0 }
  const base: AgentPressure = {
    name: 'bot',
    status: 'running',
    sampled_at: '2026-01-01T10:00:00Z',
    cpu: { percent: 20, limit_cores: 2, throttled_percent: 0, throttled_ms_per_s: 0, ...calm },
    memory: {
      used_bytes: 1024 ** 3,
      limit_bytes: 4 * 1024 ** 3,
      percent: 25,
      high_events: 0,
      max_events: 0,
      oom_events: 0,
      oom_kills: 0,
      ...calm,
    },
    disk: { read_bytes_per_s: 0, write_bytes_per_s: 2048, ...calm },
    network: { rx_bytes_per_s: 900, tx_bytes_per_s: 100 },
    turn: null,
  }
  const merged: Record<string, unknown> = { ...base }
  for (const [part, value] of Object.entries(change))
    merged[part] = value === null ? null : { ...(base[part as 'cpu'] ?? {}), ...(value as object) }
  return merged as unknown as AgentPressure
}

function turn(change: Partial<TurnPressure> = {}): TurnPressure {
  return {
    execution_id: 'run-1',
    started_at: '2026-01-01T10:00:00Z',
    elapsed_ms: 10_000,
    model_wait_ms: 6_000,
    tool_wait_ms: 3_000,
    own_ms: 1_000,
    now: 'model',
    now_since: '2026-01-01T10:00:08Z',
    tool: null,
    ...change,
  }
}

const judged = (change: Change, sinceMs = 0) => {
  const one = pressure(change)
  const findings = findingsOf(one, sinceMs)
  return { findings, verdict: verdictOf(one, findings) }
}

describe('what holds an agent back', () => {
  it('is nothing when all is calm', () => {
    const { findings, verdict } = judged({})
    expect(Object.values(findings).map(({ level }) => level)).toEqual(Array(5).fill('good'))
    expect(verdict).toMatchObject({ level: 'good', title: 'Nothing holds it back', remedy: null })
  })

  it.each([
    [9.9, 'good', null],
    [10, 'attention', 'limit'],
    [49.9, 'attention', 'limit'],
    [50, 'bad', 'limit'],
  ] as const)('is its CPU limit, throttled %s %%: %s', (throttled_percent, level, remedy) => {
    const { cpu } = judged({ cpu: { throttled_percent } }).findings
    expect(cpu).toMatchObject({ level, remedy })
  })

  it('is a busy machine when it waits for a processor below its limit', () => {
    const { findings, verdict } = judged({ cpu: { some_avg10: 30 } })
    expect(findings.cpu).toMatchObject({ level: 'attention', remedy: null })
    expect(verdict.title).toBe('The machine is busy')
  })

  it('is told by use alone where throttling is not measured', () => {
    const full = judged({ cpu: { percent: 196, throttled_percent: null, some_avg10: null } })
    expect(full.findings.cpu).toMatchObject({ level: 'attention', remedy: 'limit' })
    const free = judged({ cpu: { percent: 400, limit_cores: null, throttled_percent: null } })
    expect(free.findings.cpu.level).toBe('good')
  })

  it.each([
    [{ percent: 96 }, 'bad'],
    [{ percent: 81 }, 'attention'],
    [{ full_avg10: 20 }, 'bad'],
    [{ some_avg10: 25 }, 'attention'],
    [{ oom_kills: 1 }, 'attention'],
    [{ limit_bytes: null, percent: 40 }, 'good'],
    [{ limit_bytes: null, percent: 96 }, 'bad'],
  ] as const)('is memory: %o is %s', (memory, level) => {
    expect(judged({ memory }).findings.memory.level).toBe(level)
  })

  it('is not memory because the limit was reached once, but that is said', () => {
    const { memory } = judged({ memory: { max_events: 3 } }).findings
    expect(memory).toMatchObject({ level: 'good', remedy: null })
    expect(memory.sentence).toContain('been at its limit')
  })

  it('never says that the disk is fine where waiting is not measured', () => {
    const none = { some_avg10: null, full_avg10: null }
    expect(judged({ disk: none }).findings.disk.level).toBe('unknown')
    expect(judged({ disk: { full_avg10: 40 } }).findings.disk.level).toBe('bad')
    expect(judged({ disk: { some_avg10: 40 } }).findings.disk.level).toBe('attention')
  })

  it('names causes before effects, and all parts that are not good', () => {
    const { verdict } = judged({
      memory: { percent: 97 },
      cpu: { throttled_percent: 70 },
      turn: turn({ now: 'tool', now_since: '2026-01-01T09:00:00Z' }),
    })
    expect(verdict).toMatchObject({ level: 'bad', title: 'Its memory is nearly used up' })
    expect(verdict.note).toMatch(/Also: CPU, This turn\.$/)
    expect(verdict.remedy).toBe('limit')
  })

  it('puts what is bad before what only deserves a look', () => {
    const { verdict } = judged({ memory: { percent: 85 }, cpu: { throttled_percent: 70 } })
    expect(verdict.title).toBe('Its CPU limit holds it back')
    expect(verdict.note).toContain('70.0 %')
    expect(verdict.note).toContain('Also: Memory.')
  })

  it('is not known before the first figures', () => {
    const { findings, verdict } = judged({
      cpu: { percent: null, throttled_percent: null },
      memory: { used_bytes: null, percent: null },
    })
    expect(findings.cpu.level).toBe('unknown')
    expect(findings.memory.level).toBe('unknown')
    expect(verdict.level).toBe('unknown')
  })

  it('says so where the kernel measures no waiting at all', () => {
    const none = { some_avg10: null, full_avg10: null }
    expect(withoutStalls(pressure({ cpu: none, memory: none, disk: none }))).toBe(true)
    expect(withoutStalls(pressure({ cpu: none, memory: none }))).toBe(false)
  })
})

describe('the turn that goes on', () => {
  it('waits as long as the server said, and goes on between two reports', () => {
    expect(nowMs(turn(), 0)).toBe(2_000)
    expect(nowMs(turn(), 5_000)).toBe(7_000)
  })

  it('grows in the part that it is in, and only there', () => {
    const [model, tool, own] = turnParts(turn(), 10_000)
    expect(model).toMatchObject({ key: 'model', ms: 16_000, share: 80 })
    expect(tool).toMatchObject({ key: 'tool', ms: 3_000, share: 15 })
    expect(own).toMatchObject({ key: 'own', ms: 1_000, share: 5 })
    const starting = turn({ now: 'start', model_wait_ms: 0, tool_wait_ms: 0, own_ms: 500 })
    expect(turnParts(starting, 500)[2]).toMatchObject({ ms: 1_000, share: 100 })
  })

  it('begins without dividing by nothing', () => {
    const nothing = turn({ elapsed_ms: 0, model_wait_ms: 0, tool_wait_ms: 0, own_ms: 0 })
    expect(turnParts(nothing, 0).every(({ share }) => share === 0)).toBe(true)
  })

  it.each([
    ['model', 50_000, 'good'],
    ['model', 58_000, 'attention'],
    ['model', 298_000, 'bad'],
    ['tool', 110_000, 'good'],
    ['tool', 118_000, 'attention'],
    ['tool', 898_000, 'bad'],
    ['start', 20_000, 'good'],
    ['start', 28_000, 'attention'],
  ] as const)('%s for 2 s and %s ms more is %s', (now, sinceMs, level) => {
    expect(judged({ turn: turn({ now }) }, sinceMs).findings.turn.level).toBe(level)
  })

  it('tells what most of it went into', () => {
    expect(judged({ turn: turn() }).findings.turn.sentence).toBe(
      '60 % of it went into waiting for the model.',
    )
  })

  it('says what it waits for when nothing is wrong', () => {
    const tool = { name: 'Bash', input_summary: 'ls' }
    expect(judged({ turn: turn({ now: 'tool', tool }) }).verdict.title).toBe('It waits for Bash')
    expect(judged({ turn: turn() }).verdict.title).toBe('It waits for the model')
  })

  it('notices that nothing comes while the model is waited for', () => {
    const network = { rx_bytes_per_s: 0, tx_bytes_per_s: 0 }
    expect(judged({ network, turn: turn() }, 20_000).findings.network.level).toBe('good')
    expect(judged({ network, turn: turn() }, 29_000).findings.network.level).toBe('attention')
    expect(judged({ network }, 29_000).findings.network.level).toBe('good')
  })
})

describe('the figures of the panel', () => {
  it('show CPU against the own limit, and only what the machine tells', () => {
    const [cpu, memory, disk] = rowsOf(pressure({ cpu: { percent: 150, some_avg10: null } }))
    expect(cpu?.figures).toEqual([
      { label: '', value: { value: '75.0', unit: '%' }, note: 'of 2 cores' },
    ])
    expect(cpu?.facts).toEqual(['Stood still 0.0 %'])
    expect(memory?.figures[0]).toMatchObject({
      value: { value: '1.0', unit: 'GB' },
      note: '/ 4 GB',
    })
    expect(disk?.figures[1]).toMatchObject({ value: { value: '2.0', unit: 'KB/s' } })
  })

  it('never turn what is not known into zero', () => {
    const nothing = rowsOf(
      pressure({
        cpu: { percent: null },
        memory: { used_bytes: null },
        disk: { read_bytes_per_s: null },
        network: { rx_bytes_per_s: null },
      }),
    )
    expect(nothing.map(({ figures }) => figures[0]?.value)).toEqual([null, null, null, null])
  })
})

describe('what is judged every second', () => {
  it('stays the same object while nothing changes', () => {
    const before = { level: 'good', title: '' }
    expect(same(before, { ...before })).toBe(before)
    expect(same(before, { ...before, title: 'other' })).not.toBe(before)
    expect(same(before, null)).toBeNull()
    expect(same(null, before)).toBe(before)
  })
})
