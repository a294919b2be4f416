import { describe, expect, it } from 'vitest'
import { GAP_MS, sparkLines, WINDOW_MS } from '@/ui/sparkPath'

describe('the sparkline', () => {
  it('needs two points', () => {
    expect(sparkLines([], 100, 24, 100)).toEqual([])
    expect(sparkLines([[0, 1]], 100, 24, 100)).toEqual([])
  })

  it('places points by their time, the newest at the right edge', () => {
    const [line, ...more] = sparkLines(
      [
        [WINDOW_MS - 30_000, 0],
        [WINDOW_MS - 15_000, 50],
        [WINDOW_MS, 100],
      ],
      100,
      24,
      100,
    )
    expect(more).toEqual([])
    expect(line).toEqual([
      [90, 22.5],
      [95, 12],
      [100, 1.5],
    ])
  })

  it('stays inside when a value passes the top', () => {
    const [line] = sparkLines(
      [
        [WINDOW_MS - 30_000, 900],
        [WINDOW_MS, -5],
      ],
      100,
      24,
      100,
    )
    expect(line?.map(([, y]) => y)).toEqual([1.5, 22.5])
  })

  it('draws nothing where nothing was known', () => {
    const lines = sparkLines(
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
    expect(lines.map((line) => line.length)).toEqual([2, 1, 1])
  })
})
