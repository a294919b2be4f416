import { describe, expect, it } from 'vitest'
import { figuresFromSnapshot, HISTORY_POINTS, mergeFigures } from '@/stores/statsModel'

const full = {
  cpu_percent: 12.5,
  memory_used_bytes: 500,
  memory_limit_bytes: 1000,
  memory_percent: 50,
  network_rx_bytes: 1000,
  network_tx_bytes: 400,
  uptime_seconds: 60,
  status: 'running' as const,
}

describe('figures of one agent', () => {
  it('keeps what a partial update does not carry', () => {
    const first = mergeFigures(undefined, full, 1000)
    const next = mergeFigures(first, { cpu_percent: 40 }, 6000)
    expect(next).toMatchObject({
      cpuPercent: 40,
      memoryUsed: 500,
      memoryLimit: 1000,
      uptimeSeconds: 60,
    })
    expect(first.cpuPercent).toBe(12.5)
  })

  it('understands the short names of the event', () => {
    const next = mergeFigures(mergeFigures(undefined, full, 1000), { cpu: 7, memory: 250 }, 2000)
    expect(next).toMatchObject({ cpuPercent: 7, memoryUsed: 250, memoryPercent: 25 })
  })

  it('computes network rates between samples, and none over a restart', () => {
    const first = mergeFigures(undefined, full, 1000)
    expect(first.receivedRate).toBeNull()
    const next = mergeFigures(first, { network_rx_bytes: 11_000, network_tx_bytes: 400 }, 6000)
    expect(next.receivedRate).toBe(2000)
    expect(next.sentRate).toBe(0)
    expect(next.traffic).toEqual([[6000, 2000, 0]])
    const quiet = mergeFigures(next, { cpu: 1, memory: 500 }, 11_000)
    expect(quiet.receivedRate).toBe(0)
    const restarted = mergeFigures(next, { network_rx_bytes: 10, network_tx_bytes: 0 }, 11_000)
    expect(restarted.receivedRate).toBeNull()
  })

  it('bounds the history', () => {
    let figures = mergeFigures(undefined, full, 0)
    for (let n = 1; n < 200; n += 1) figures = mergeFigures(figures, { cpu_percent: n }, n * 5000)
    expect(figures.history).toHaveLength(HISTORY_POINTS)
    expect(figures.history.at(-1)).toEqual([199 * 5000, 199, 50])
  })

  it('has a full sparkline at once from a snapshot, without the newest point twice', () => {
    const history = [
      [5000, 1, 2],
      [10_000, 3, 4],
    ] as const
    const figures = figuresFromSnapshot({ name: 'x', ...full, history: [...history] }, 10_000)
    expect(figures.history).toEqual(history)
    const later = figuresFromSnapshot({ name: 'x', ...full, history: [...history] }, 15_000)
    expect(later.history.at(-1)).toEqual([15_000, 12.5, 50])
  })
})
