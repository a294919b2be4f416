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

describe('the figures of the whole fleet', () => {
  const row = (name: string, cpu_percent: number) => ({
    name,
    cpu_percent,
    memory_used_bytes: 50,
    memory_limit_bytes: 200,
    memory_percent: 25,
  })

  it('replace what is known of all, and a row without news stays as it is', () => {
    const stats = useStats()
    stats.update('gone', { cpu_percent: 1, memory_used_bytes: 1 }, 1000)
    stats.fleetSnapshot({ agents: [row('a', 1), row('b', 2)] }, 5000)
    expect([...stats.figures.keys()]).toEqual(['a', 'b'])
    const before = stats.figures.get('b')
    stats.fleetUpdate({ agents: [row('a', 7)] }, 10_000)
    expect(stats.figures.get('a')).toMatchObject({ cpuPercent: 7, memoryPercent: 25 })
    expect(stats.figures.get('a')?.history).toEqual([
      [5000, 1, 25],
      [10_000, 7, 25],
    ])
    expect(stats.figures.get('b')).toBe(before)
    stats.fleetUpdate({ agents: [], gone: ['a'] }, 15_000)
    expect(stats.figures.has('a')).toBe(false)
  })

  it('bring the last minutes along when the server has them', () => {
    const stats = useStats()
    stats.fleetSnapshot(
      {
        agents: [
          {
            ...row('a', 3),
            history: [
              [1000, 1, 20],
              [5000, 3, 25],
            ],
          },
        ],
      },
      5000,
    )
    expect(stats.figures.get('a')?.history).toHaveLength(2)
  })

  it('say nothing about the network, so what is known of it stays', () => {
    const stats = useStats()
    const network = (rx: number) => ({
      memory_used_bytes: 9,
      network_rx_bytes: rx,
      network_tx_bytes: 0,
    })
    stats.update('a', network(0), 0)
    stats.update('a', network(5000), 5000)
    stats.fleetUpdate({ agents: [row('a', 1)] }, 10_000)
    expect(stats.figures.get('a')).toMatchObject({ received: 5000, receivedRate: 1000 })
    expect(stats.figures.get('a')?.traffic).toHaveLength(1)
  })
})
