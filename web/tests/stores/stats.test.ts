import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentStats } from '@/api/types'
import { useStats } from '@/stores/stats'

beforeEach(() => setActivePinia(createPinia()))

const running: Partial<AgentStats> = { cpu_percent: 3, memory_used_bytes: 500, status: 'running' }

describe('figures by agent', () => {
  it('has none for an agent that nobody has measured yet, instead of zeros', () => {
    const stats = useStats()
    stats.snapshot(
      'a',
      { name: 'a', cpu_percent: 0, memory_used_bytes: 0, status: 'running', history: [] },
      1,
    )
    stats.update('a', { cpu_percent: 0, memory_used_bytes: 0, status: 'running' }, 2)
    expect(stats.figures.has('a')).toBe(false)
    stats.update('a', running, 3)
    expect(stats.figures.get('a')?.cpuPercent).toBe(3)
  })

  it('drops them when the agent stops', () => {
    const stats = useStats()
    stats.update('a', running, 1)
    stats.update('a', { cpu_percent: 0, status: 'stopped' as never }, 2)
    expect(stats.figures.has('a')).toBe(false)
  })

  it('takes a partial update only on top of a first sample', () => {
    const stats = useStats()
    stats.update('a', { cpu_percent: 9 }, 1)
    expect(stats.figures.has('a')).toBe(false)
    stats.update('a', running, 2)
    stats.update('a', { cpu_percent: 9 }, 3)
    expect(stats.figures.get('a')).toMatchObject({ cpuPercent: 9, memoryUsed: 500 })
  })
})
