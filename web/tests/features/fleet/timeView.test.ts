import { describe, expect, it } from 'vitest'
import { isRange, rangeMs, rangeOf, spanOf } from '@/features/fleetTimeline/range'
import { ticksOf, tickStep } from '@/features/fleetTimeline/ticks'
import {
  bringing,
  CLOSEST_MS,
  panned,
  spanInView,
  stepZoomed,
  wholeView,
  zoomed,
} from '@/features/fleetTimeline/view'

const HOUR = 3_600_000
const range = { from: 0, to: 24 * HOUR }

describe('a range', () => {
  it('is read from an address, or the usual one', () => {
    expect(rangeOf('3d')).toBe('3d')
    for (const odd of ['4d', undefined, null, 7, ['1h']]) expect(rangeOf(odd)).toBe('24h')
    expect(isRange('constructor')).toBe(false)
    expect(rangeMs('7d')).toBe(7 * 24 * HOUR)
    expect(spanOf('1h', 5 * HOUR)).toEqual({ from: 4 * HOUR, to: 5 * HOUR })
  })
})

describe('the view', () => {
  it('begins with exactly the whole range and follows now', () => {
    const view = wholeView(24 * HOUR)
    expect(spanInView(view, range)).toEqual(range)
    const later = { from: HOUR, to: 25 * HOUR }
    expect(spanInView(view, later)).toEqual(later)
  })

  it('keeps the live end when it is zoomed by a button, and goes on following', () => {
    const closer = stepZoomed(wholeView(24 * HOUR), true, range)
    expect(closer.end).toBeNull()
    expect(spanInView(closer, range).to).toBe(range.to)
    expect(closer.span).toBeLessThan(24 * HOUR)
  })

  it('keeps the moment under the pointer where it is', () => {
    const view = { span: 8 * HOUR, end: 16 * HOUR }
    const anchor = 0.25
    const moment = 8 * HOUR + 8 * HOUR * anchor
    const { from, to } = spanInView(zoomed(view, 2, anchor, range), range)
    expect(from + (to - from) * anchor).toBeCloseTo(moment)
    expect(to - from).toBe(4 * HOUR)
  })

  it('neither leaves the range nor comes closer than it may', () => {
    let view = wholeView(24 * HOUR)
    for (let n = 0; n < 50; n += 1) view = zoomed(view, 2, 0, range)
    expect(view.span).toBe(CLOSEST_MS)
    expect(spanInView(view, range).from).toBe(0)
    view = panned(view, -HOUR, range)
    expect(spanInView(view, range)).toEqual({ from: 0, to: CLOSEST_MS })
    for (let n = 0; n < 50; n += 1) view = zoomed(view, 0.5, 0.5, range)
    expect(spanInView(view, range)).toEqual(range)
  })

  it('stops following when it is moved back, and follows again at the end', () => {
    const closer = { span: HOUR, end: null }
    const back = panned(closer, -2 * HOUR, range)
    expect(back.end).toBe(22 * HOUR)
    expect(panned(back, 5 * HOUR, range).end).toBeNull()
  })

  it('brings a moment into view and leaves what is in view alone', () => {
    const view = { span: HOUR, end: 10 * HOUR }
    expect(bringing(view, 9.5 * HOUR, range)).toBe(view)
    for (const at of [2 * HOUR, 20 * HOUR]) {
      const { from, to } = spanInView(bringing(view, at, range), range)
      expect(at).toBeGreaterThan(from)
      expect(at).toBeLessThan(to)
    }
  })

  it('longer than what is left of the range shows all of it', () => {
    const short = { from: 20 * HOUR, to: 24 * HOUR }
    expect(spanInView({ span: 24 * HOUR, end: null }, short)).toEqual(short)
    expect(spanInView({ span: 24 * HOUR, end: 3 * HOUR }, short)).toEqual(short)
  })
})

describe('the scale', () => {
  it('takes the finest step whose labels have room', () => {
    expect(tickStep(HOUR, 1000)).toBe(5)
    expect(tickStep(24 * HOUR, 1000)).toBe(120)
    expect(tickStep(7 * 24 * HOUR, 1100)).toBe(720)
    expect(tickStep(7 * 24 * HOUR, 200)).toBe(1440)
  })

  it('stands at full steps of the local clock, in order, inside of the span', () => {
    const from = new Date(2026, 0, 14, 9, 7).getTime()
    for (const hours of [1, 6, 24, 72, 168]) {
      const span = { from, to: from + hours * HOUR }
      const ticks = ticksOf(span, 1000)
      const step = tickStep(span.to - span.from, 1000)
      expect(ticks.length).toBeGreaterThan(4)
      expect(ticks.length).toBeLessThan(16)
      for (const [index, { at, day }] of ticks.entries()) {
        const local = new Date(at)
        expect((local.getHours() * 60 + local.getMinutes()) % step).toBe(0)
        expect(at).toBeGreaterThanOrEqual(span.from)
        expect(at).toBeLessThanOrEqual(span.to)
        expect(day).toBe(local.getHours() === 0 && local.getMinutes() === 0)
        if (index > 0) expect(at).toBeGreaterThan(ticks[index - 1]?.at ?? 0)
      }
    }
  })

  it('has every day once where the clock is put forward or back', () => {
    for (const [month, date] of [
      [2, 27],
      [9, 23],
    ] as const) {
      const from = new Date(2026, month, date).getTime()
      const days = ticksOf({ from, to: from + 7 * 24 * HOUR }, 700).filter((tick) => tick.day)
      expect(days.length).toBeGreaterThanOrEqual(7)
      expect(new Set(days.map((tick) => new Date(tick.at).getDate())).size).toBe(days.length)
    }
  })
})
