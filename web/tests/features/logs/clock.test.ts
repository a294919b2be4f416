import { describe, expect, it } from 'vitest'
import { clockOf, fromLocalInput, localInput, rangeText } from '@/features/logs/clock'
import { fitsOneLine, LINE, MARKER, roomFor, rowHeight } from '@/features/logs/rowHeight'
import { markerRow, rowOf } from '@/features/logs/line'

const at = new Date(2026, 0, 15, 9, 3, 5, 7).getTime() * 1000

describe('times of lines', () => {
  it('are shown to the millisecond, in the zone of the reader', () => {
    expect(clockOf(at)).toBe('09:03:05.007')
  })

  it('go into an input and come back', () => {
    expect(localInput(at)).toBe('2026-01-15T09:03:05')
    expect(fromLocalInput(localInput(at))).toBe(at - 7000)
    expect(fromLocalInput('')).toBeNull()
  })

  it('name the day once', () => {
    expect(rangeText(at, at + 60_000_000)).toEqual(['09:03:05', '09:04:05'])
    const later = new Date(2026, 0, 16, 9, 3, 5).getTime() * 1000
    expect(rangeText(at, later)).toEqual(['2026-01-15 09:03:05', '2026-01-16 09:03:05'])
  })
})

describe('the height of a row', () => {
  const row = (text: string) => rowOf(0, { ts: null, stream: 'stdout', text }, undefined)

  it('is exact where lines are not wrapped', () => {
    expect(rowHeight(row('x'.repeat(5000)), Infinity)).toBe(LINE)
    expect(rowHeight(markerRow(0, 'gap'), Infinity)).toBe(MARKER)
    expect(rowHeight(undefined, 80)).toBe(LINE)
  })

  it('grows with the text', () => {
    expect(rowHeight(row(''), 80)).toBe(LINE)
    expect(rowHeight(row('x'.repeat(80)), 80)).toBe(LINE)
    expect(rowHeight(row('x'.repeat(81)), 80)).toBe(2 * LINE)
    expect(rowHeight(row('x'.repeat(161)), 80)).toBe(3 * LINE)
  })

  it('depends on the room, which the times make smaller', () => {
    expect(roomFor(800, false)).toBe(104)
    expect(roomFor(800, true)).toBe(90)
    expect(roomFor(0, true)).toBe(10)
  })

  it('needs no look only for short lines of plain letters', () => {
    expect(fitsOneLine(row('short'), 80)).toBe(true)
    expect(fitsOneLine(row('x'.repeat(200)), 80)).toBe(false)
    expect(fitsOneLine(row('汉字'), 80)).toBe(false)
    expect(fitsOneLine(row('a\tb'), 80)).toBe(false)
    expect(fitsOneLine(markerRow(0, 'skipped', 3), 80)).toBe(true)
  })
})
