import { describe, expect, it } from 'vitest'
import type { Inks } from '@/features/fleetTimeline/inks'
import { paintRows, type RowsScene } from '@/features/fleetTimeline/paintScene'

/** What is drawn, as the calls that draw it. */
function drawn(change: Partial<RowsScene>) {
  const calls: unknown[][] = []
  const pen = new Proxy({} as CanvasRenderingContext2D, {
    get:
      (_, name) =>
      (...given: unknown[]) => {
        calls.push([String(name), ...given])
        return { width: 60 }
      },
    set: () => true,
  })
  const scene: RowsScene = {
    span: { from: 1000, to: 2000 },
    now: 2000,
    width: 1000,
    row: 36,
    inks: {} as Inks,
    x: (moment) => moment - 1000,
    cursor: null,
    hovered: null,
    selected: null,
    lines: [],
    first: 0,
    last: 0,
    ticks: [],
    messages: [],
    rowOf: new Map(),
    agent: null,
    unknownBefore: null,
    unknownWord: 'Not loaded',
    ...change,
  }
  paintRows(pen, scene, 360)
  const words = calls.filter(([name]) => name === 'fillText').map(([, word]) => word)
  const clip = calls.find(([name]) => name === 'rect')
  return { words, shaded: clip === undefined ? 0 : clip[3] }
}

describe('a part of the range that has not been loaded', () => {
  it('is shaded, and says so where there is room for the word', () => {
    expect(drawn({ unknownBefore: 1400 })).toEqual({ words: ['Not loaded'], shaded: 400 })
    expect(drawn({ unknownBefore: 1040 })).toEqual({ words: [], shaded: 40 })
    expect(drawn({ unknownBefore: 9000 })).toEqual({ words: ['Not loaded'], shaded: 1000 })
  })

  it('is nothing when all has been, or when it lies before what is seen', () => {
    expect(drawn({})).toEqual({ words: [], shaded: 0 })
    expect(drawn({ unknownBefore: 900 })).toEqual({ words: [], shaded: 0 })
  })
})
