import { describe, expect, it } from 'vitest'
import { rowRange, WHOLE_UP_TO } from '@/lib/rowWindow'

const ROW = 44
const VIEW = 880

describe('the rows to draw', () => {
  it('are all of a short list', () => {
    expect(rowRange(5000, VIEW, ROW, WHOLE_UP_TO)).toEqual({ from: 0, to: WHOLE_UP_TO })
    expect(rowRange(0, VIEW, ROW, 0)).toEqual({ from: 0, to: 0 })
    expect(rowRange(0, VIEW, ROW, 12, 10).to).toBeGreaterThan(10)
  })

  it('cover every row that is seen, with some to spare, wherever the list is scrolled', () => {
    for (let offset = -300; offset < 1000 * ROW; offset += 37) {
      const { from, to } = rowRange(offset, VIEW, ROW, 1000)
      const first = Math.max(0, Math.floor(offset / ROW))
      const last = Math.min(999, Math.floor((offset + VIEW - 1) / ROW))
      expect(from).toBeLessThanOrEqual(first)
      expect(to).toBeGreaterThan(last)
      expect(to - from).toBeLessThan(48)
      expect(to).toBeLessThanOrEqual(1000)
    }
  })

  it('stay the same while a few pixels are scrolled', () => {
    expect(rowRange(4 * 11 * ROW + 1, VIEW, ROW, 500)).toEqual(
      rowRange(4 * 11 * ROW + 40, VIEW, ROW, 500),
    )
  })

  it('are at least one at the end of a list that became shorter', () => {
    const { from, to } = rowRange(90_000, VIEW, ROW, 60)
    expect(from).toBeLessThan(to)
    expect(to).toBe(60)
  })
})
