import { describe, expect, it } from 'vitest'
import { hostParts, MOST_POINTS, pointOf, withPoint } from '@/features/host/hostModel'
import type { HostFigures, HostPoint } from '@/live/frames'

const figures: HostFigures = {
  cpu: { percent: 12.5, count: 8 },
  memory: { percent: null, used_gb: null, total_gb: 31.3 },
  disk: { percent: 70, used_gb: 281.2, total_gb: 401 },
}

describe('the machine', () => {
  it('is told part by part; what is not known stays unknown and is no zero', () => {
    expect(hostParts(figures)).toMatchObject([
      { key: 'cpu', percent: 12.5, note: '8 cores' },
      { key: 'memory', percent: null, note: '' },
      { key: 'disk', percent: 70, note: '281 of 401 GB' },
    ])
    expect(pointOf(figures, 5)).toEqual([5, 12.5, null, 70])
  })

  it('has a history with an end', () => {
    let history: readonly HostPoint[] = []
    for (let at = 0; at < MOST_POINTS + 9; at += 1)
      history = withPoint(history, pointOf(figures, at))
    expect(history).toHaveLength(MOST_POINTS)
    expect(history.at(-1)?.[0]).toBe(MOST_POINTS + 8)
  })
})
