import { describe, expect, it } from 'vitest'
import { sparkPath, WINDOW_MS } from '@/ui/sparkPath'

describe('the sparkline', () => {
  it('needs two points', () => {
    expect(sparkPath([], 100, 24, 100)).toBeNull()
    expect(sparkPath([[0, 1]], 100, 24, 100)).toBeNull()
  })

  it('places points by their time, the newest at the right edge', () => {
    const path = sparkPath(
      [
        [0, 0],
        [WINDOW_MS / 2, 50],
        [WINDOW_MS, 100],
      ],
      100,
      24,
      100,
    )
    expect(path?.line).toBe('M0 22.5L50 12L100 1.5')
    expect(path?.area.endsWith('L100 24L0 24Z')).toBe(true)
  })

  it('stays inside when a value passes the top', () => {
    expect(
      sparkPath(
        [
          [0, 900],
          [WINDOW_MS, -5],
        ],
        100,
        24,
        100,
      )?.line,
    ).toBe('M0 1.5L100 22.5')
  })
})
