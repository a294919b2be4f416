import { describe, expect, it } from 'vitest'
import {
  barAt,
  barsIn,
  firstFrom,
  laneBox,
  lineOf,
  MOST_LANES,
  nearestRun,
  nextRun,
} from '@/features/fleetTimeline/lines'
import { messageAt } from '@/features/fleetTimeline/messageAt'
import { run } from './making'

const ids = (bars: readonly { run: { id: string } }[]) => bars.map((bar) => bar.run.id)
const box = { span: { from: 0, to: 100 }, now: 100, row: 36, x: (at: number) => at }

describe('a line', () => {
  it('puts runs at the same time into lanes, and no more than fit', () => {
    const line = lineOf('a', [
      run('1', 0, 50),
      run('2', 10, 20),
      run('3', 25, 40),
      run('4', 60, 70),
    ])
    expect(line.bars.map((bar) => bar.lane)).toEqual([0, 1, 1, 0])
    expect(line.lanes).toBe(2)
    const crowd = lineOf(
      'a',
      Array.from({ length: 9 }, (_, n) => run(String(n), n, 1000)),
    )
    expect(crowd.lanes).toBe(MOST_LANES)
    expect(Math.max(...crowd.bars.map((bar) => bar.lane))).toBe(MOST_LANES - 1)
  })

  it('counts failures, and keeps its lane while one goes on', () => {
    const line = lineOf('a', [run('1', 0, null), run('2', 10, 20, { outcome: 'failed' })])
    expect(line.failed).toBe(1)
    expect(line.bars.map((bar) => bar.lane)).toEqual([0, 1])
    expect(line.longest).toBe(Infinity)
  })

  it('finds all that reaches into a view, and nothing else', () => {
    const runs = Array.from({ length: 1000 }, (_, n) => run(String(n), n * 10, n * 10 + 5))
    const line = lineOf('a', [run('long', -50, 5002), ...runs])
    const seen = ids(barsIn(line, { from: 5001, to: 5030 }, 10_000))
    expect(seen).toEqual(['long', '500', '501', '502', '503'])
    expect(ids(barsIn(line, { from: 5006, to: 5009 }, 10_000))).toEqual([])
    const open = lineOf('a', [run('open', 0, null)])
    expect(ids(barsIn(open, { from: 50, to: 60 }, 100))).toEqual(['open'])
    expect(ids(barsIn(open, { from: 150, to: 160 }, 100))).toEqual([])
    expect(firstFrom(line.bars, 20)).toBe(3)
  })

  it('has room for its lanes inside of the row', () => {
    for (const lanes of [1, 2, 3])
      for (let lane = 0; lane < lanes; lane += 1) {
        const { top, height } = laneBox(lane, lanes, 36)
        expect(top).toBeGreaterThanOrEqual(0)
        expect(top + height).toBeLessThanOrEqual(36)
        expect(height).toBeGreaterThan(4)
      }
  })

  it('tells which bar the pointer is at, the thin ones too', () => {
    const line = lineOf('a', [run('1', 10, 40), run('thin', 60, 60.1)])
    expect(barAt(line, { x: 20, y: 18 }, box)?.id).toBe('1')
    expect(barAt(line, { x: 43, y: 18 }, box)?.id).toBe('1')
    expect(barAt(line, { x: 57, y: 18 }, box)?.id).toBe('thin')
    expect(barAt(line, { x: 50, y: 18 }, box)).toBeNull()
    const two = lineOf('a', [run('up', 10, 40), run('down', 20, 40)])
    expect(barAt(two, { x: 30, y: 8 }, box)?.id).toBe('up')
    expect(barAt(two, { x: 30, y: 28 }, box)?.id).toBe('down')
  })

  it('is gone along by keys', () => {
    const line = lineOf('a', [run('1', 10, 20), run('2', 30, 40), run('3', 50, 60)])
    const [first, second, third] = line.bars.map((bar) => bar.run)
    expect(nextRun(line, null, -1)).toBe(third)
    expect(nextRun(line, second ?? null, -1)).toBe(first)
    expect(nextRun(line, third ?? null, 1)).toBe(third)
    expect(nearestRun(line, 33)).toBe(second)
    expect(nearestRun(line, 47)).toBe(third)
    expect(nearestRun(line, -5)).toBe(first)
    expect(nearestRun(lineOf('a', []), 5)).toBeNull()
  })
})

describe('an arrow between two rows', () => {
  const message = {
    id: 'm',
    source: 'a',
    target: 'c',
    at: 50,
    outcome: 'done' as const,
    preview: '',
    error: null,
    execution: null,
    secondHand: false,
  }
  const place = {
    from: 0,
    to: 100,
    row: 36,
    rowOf: new Map([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]),
    x: (at: number) => at,
  }
  it('is found along its whole length and nowhere else', () => {
    expect(messageAt([message], { x: 52, y: 54 }, place)).toBe(message)
    expect(messageAt([message], { x: 57, y: 54 }, place)).toBeNull()
    expect(messageAt([message], { x: 50, y: 2 }, place)).toBeNull()
    expect(messageAt([message], { x: 50, y: 105 }, place)).toBeNull()
    expect(messageAt([{ ...message, target: 'gone' }], { x: 50, y: 54 }, place)).toBeNull()
  })
})
