import { describe, expect, it } from 'vitest'
import { GAP_MS, sparkPath, WINDOW_MS } from '@/ui/sparkPath'

describe('the sparkline', () => {
  it('needs two points', () => {
    expect(sparkPath([], 100, 24, 100)).toBeNull()
    expect(sparkPath([[0, 1]], 100, 24, 100)).toBeNull()
  })

  it('places points by their time, the newest at the right edge', () => {
    const path = sparkPath(
      [
        [WINDOW_MS * 0.8, 0],
        [WINDOW_MS * 0.9, 50],
        [WINDOW_MS, 100],
      ],
      100,
      24,
      100,
    )
    expect(path?.line).toBe('M80 22.5L90 12L100 1.5')
    expect(path?.area.endsWith('L100 24L80 24Z')).toBe(true)
  })

  it('stays inside when a value passes the top', () => {
    expect(
      sparkPath(
        [
          [WINDOW_MS * 0.9, 900],
          [WINDOW_MS, -5],
        ],
        100,
        24,
        100,
      )?.line,
    ).toBe('M90 1.5L100 22.5')
  })

  it('draws nothing where nothing was known', () => {
    const path = sparkPath(
      [
        [0, 10],
        [5000, 10],
        [5000 + GAP_MS + 1, 10],
        [WINDOW_MS / 2, 10],
      ],
      100,
      24,
      100,
    )
    expect(path?.line.match(/M/g)).toHaveLength(3)
    expect(path?.area.match(/Z/g)).toHaveLength(3)
  })
})
