import { describe, expect, it } from 'vitest'
import { edgeKey, edgesOf, tiesOf } from '@/features/fleetGraph/edges'
import {
  bringing,
  fitted,
  NAMES_FROM,
  scaled,
  seen,
  LEAST_SCALE,
  MOST_SCALE,
} from '@/features/fleetGraph/camera'
import {
  boundsOf,
  CELL,
  gridLayout,
  groupLayout,
  NODE,
  type Layout,
} from '@/features/fleetGraph/layouts'
import { lineShape, neighbour } from '@/features/fleetGraph/lineShape'
import { networkLayout } from '@/features/fleetGraph/network'
import { parsePlaces } from '@/features/fleetGraph/places'
import { HistoryBook } from '@/features/fleetTimeline/historyModel'
import { asks, MINUTE, NOW } from './making'

const names = (count: number) => Array.from({ length: count }, (_, n) => `agent-${n}`)

function noneOverlap({ places }: Layout): boolean {
  const all = [...places.values()]
  return all.every((a, i) =>
    all
      .slice(i + 1)
      .every((b) => Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height),
  )
}

describe('edges', () => {
  const book = new HistoryBook()
  book.take([
    ...asks('1', 30, 'a', 'b'),
    ...asks('2', 20, 'a', 'b'),
    ...asks('3', 10, 'b', 'a'),
    ...asks('4', 5, 'a', 'gone'),
    ...asks('5', 500, 'a', 'c'),
  ])
  book.take(asks('6', 1, 'c', 'a').map((row) => ({ ...row, activity_state: 'failed' as const })))
  const agents = new Set(['a', 'b', 'c'])

  it('count what one asked another in the range, the busiest first', () => {
    const edges = edgesOf(book.messages, agents, NOW - 60 * MINUTE)
    expect(edges.map((edge) => [edge.source, edge.target, edge.sent, edge.failed])).toEqual([
      ['a', 'b', 2, 0],
      ['b', 'a', 1, 0],
      ['c', 'a', 1, 1],
    ])
    expect(edges[0]?.last).toBe(NOW - 20 * MINUTE)
  })

  it('of a moment of the past know nothing of later', () => {
    const then = NOW - 25 * MINUTE
    expect(edgesOf(book.messages, agents, NOW - 60 * MINUTE, then)).toEqual([
      expect.objectContaining({ key: edgeKey('a', 'b'), sent: 1 }),
    ])
  })

  it('are told from both sides', () => {
    const ties = tiesOf(edgesOf(book.messages, agents, NOW - 60 * MINUTE))
    expect(ties.get('a')).toMatchObject({ sentCount: 2, receivedCount: 2, failed: 1 })
    expect(ties.get('c')).toMatchObject({ sentCount: 1, receivedCount: 0 })
    expect(ties.get('nobody')).toBeUndefined()
  })
})

describe('layouts', () => {
  const many = names(200)
  const pairs = many.slice(0, 120).map((name, n) => [many[n - (n % 6)] ?? '', name] as const)

  it('place everybody once and on nobody else, the same every time', () => {
    for (const make of [
      () => gridLayout(many, 2),
      () => groupLayout(many, (name) => name.slice(-1), 2),
      () => networkLayout(many, pairs, 2),
    ]) {
      const layout = make()
      expect(layout.places.size).toBe(200)
      expect(noneOverlap(layout)).toBe(true)
      expect([...make().places]).toEqual([...layout.places])
    }
  })

  it('have about the wished shape', () => {
    const { left, right, top, bottom } = boundsOf(gridLayout(many, 2).places.values())
    expect((right - left) / (bottom - top)).toBeGreaterThan(1.5)
    expect((right - left) / (bottom - top)).toBeLessThan(2.6)
  })

  it('keep a group inside of its frame, the largest first', () => {
    const { places, frames } = groupLayout(
      ['a', 'b', 'c'],
      (name) => (name === 'c' ? 'two' : 'one'),
      2,
    )
    expect(frames.map((frame) => frame.title)).toEqual(['one', 'two'])
    const [one] = frames
    for (const name of ['a', 'b']) {
      const place = places.get(name)
      expect(place?.x).toBeGreaterThan((one?.x ?? 0) + NODE.width / 2)
      expect((place?.y ?? 0) + NODE.height / 2).toBeLessThan((one?.y ?? 0) + (one?.height ?? 0))
    }
  })

  it('put those together who work together', () => {
    const two = names(24)
    const ties = two.map((name, n) => [two[n < 12 ? 0 : 12] ?? '', name] as const)
    const { places } = networkLayout(two, ties, 2)
    const middle = (list: readonly string[]) => {
      const all = list.flatMap((name) => places.get(name) ?? [])
      const sum = (pick: 'x' | 'y') =>
        all.reduce((total, place) => total + place[pick], 0) / all.length
      return { x: sum('x'), y: sum('y') }
    }
    const spread = (list: readonly string[]) => {
      const at = middle(list)
      return (
        list.reduce((total, name) => {
          const place = places.get(name) ?? at
          return total + Math.hypot(place.x - at.x, place.y - at.y)
        }, 0) / list.length
      )
    }
    expect(spread(two.slice(0, 12))).toBeLessThan(spread(two))
    expect(spread(two.slice(12))).toBeLessThan(spread(two))
  })

  it('put those without partners below, and need no connection at all', () => {
    const { places } = networkLayout(['a', 'b', 'alone'], [['a', 'b']], 2)
    expect(places.get('alone')?.y).toBeGreaterThan(
      Math.max(places.get('a')?.y ?? 0, places.get('b')?.y ?? 0),
    )
    expect(networkLayout(['a', 'b'], [], 2).places.size).toBe(2)
    expect(networkLayout([], [], 2).places.size).toBe(0)
    expect(networkLayout(['a'], [['a', 'a']], 2).places.size).toBe(1)
  })

  it('place a thousand, each somewhere else', () => {
    const all = names(1000)
    const ties = all.map((name, n) => [all[n - (n % 8)] ?? '', name] as const)
    const { places } = networkLayout(all, ties, 2)
    expect(places.size).toBe(1000)
    expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(1000)
  })
})

describe('the camera', () => {
  const view = { width: 1000, height: 500 }
  it('fits everything into view, and blows nothing up', () => {
    const box = { left: -500, top: 0, right: 3500, bottom: 1000 }
    const part = seen(fitted(box, view), view)
    expect(part.left).toBeLessThanOrEqual(box.left)
    expect(part.right).toBeGreaterThanOrEqual(box.right)
    expect(part.bottom).toBeGreaterThanOrEqual(box.bottom)
    expect(fitted({ left: 0, top: 0, right: 100, bottom: 50 }, view).scale).toBe(1)
  })

  it('goes no farther away than it is told, and shows the middle then', () => {
    const box = { left: -500, top: 0, right: 3500, bottom: 1000 }
    const camera = fitted(box, view, NAMES_FROM)
    expect(camera.scale).toBe(NAMES_FROM)
    const part = seen(camera, view)
    expect((part.left + part.right) / 2).toBeCloseTo(1500)
    expect((part.top + part.bottom) / 2).toBeCloseTo(500)
  })

  it('zooms around a point, within its bounds', () => {
    const camera = scaled({ x: 10, y: 20, scale: 1 }, 1.5, { x: 100, y: 80 })
    expect((100 - camera.x) / camera.scale).toBeCloseTo(90)
    expect((80 - camera.y) / camera.scale).toBeCloseTo(60)
    expect(scaled(camera, 1e9, { x: 0, y: 0 }).scale).toBe(MOST_SCALE)
    expect(scaled(camera, 1e-9, { x: 0, y: 0 }).scale).toBe(LEAST_SCALE)
  })

  it('moves just far enough to show a box', () => {
    const camera = { x: 0, y: 0, scale: 1 }
    const half = { width: 90, height: 30 }
    expect(bringing(camera, { x: 500, y: 250 }, half, view)).toEqual(camera)
    expect(bringing(camera, { x: 1200, y: 250 }, half, view).x).toBe(-302)
    expect(bringing(camera, { x: 0, y: -100 }, half, view)).toMatchObject({ x: 102, y: 142 })
  })
})

describe('lines and neighbours', () => {
  it('go from edge to edge, and there and back lie apart', () => {
    const there = lineShape({ x: 0, y: 0 }, { x: 600, y: 0 })
    const back = lineShape({ x: 600, y: 0 }, { x: 0, y: 0 })
    expect(there.words.y).toBeLessThan(0)
    expect(back.words.y).toBeGreaterThan(0)
    const [, x] = /^M(-?[\d.]+) /.exec(there.path) ?? []
    expect(Number(x)).toBeGreaterThan(NODE.width / 2)
    expect(there.path).not.toContain('NaN')
    expect(lineShape({ x: 5, y: 5 }, { x: 5, y: 5 }).path).not.toContain('NaN')
  })

  it('have their words where no box lies over them, when there is room', () => {
    const [source, target] = [
      { x: 0, y: 0 },
      { x: 1200, y: 0 },
    ]
    const free = lineShape(source, target).words
    const box = { x: free.x, y: free.y }
    const moved = lineShape(source, target, [source, target, box]).words
    expect(Math.abs(moved.x - box.x)).toBeGreaterThanOrEqual(NODE.width / 2)
    const wall = Array.from({ length: 60 }, (_, n) => ({ x: n * 20, y: free.y }))
    expect(lineShape(source, target, wall).words).toEqual(free)
  })

  it('have a course from one end to the other, through where their words stand', () => {
    const { path, course, words } = lineShape({ x: 0, y: 0 }, { x: 600, y: 300 })
    const [from, , half, , to] = course
    expect(path.startsWith(`M${from.x.toFixed(1)} ${from.y.toFixed(1)}Q`)).toBe(true)
    expect(path.endsWith(` ${to.x.toFixed(1)} ${to.y.toFixed(1)}`)).toBe(true)
    expect(half).toEqual(words)
    expect(course.map(({ x }) => x)).toEqual(course.map(({ x }) => x).sort((a, b) => a - b))
    for (const { x, y } of lineShape({ x: 5, y: 5 }, { x: 5, y: 5 }).course)
      expect(Number.isFinite(x + y)).toBe(true)
  })

  it('are found by direction', () => {
    const { places } = gridLayout(names(9), CELL.width / CELL.height)
    expect(places.size).toBe(9)
    const centre = 'agent-4'
    const found = (['up', 'down', 'left', 'right'] as const).map((one) =>
      neighbour(places, centre, one),
    )
    expect(found).toEqual(['agent-1', 'agent-7', 'agent-3', 'agent-5'])
    expect(neighbour(places, 'agent-0', 'up')).toBeNull()
    expect(neighbour(places, 'nobody', 'up')).toBeNull()
  })
})

describe('places kept by hand', () => {
  it('are read back, and whatever is none is left out', () => {
    expect(parsePlaces('{"grid":{"a":[1,2],"b":["x",2],"c":[1],"d":[1e9,0]},"net":7}')).toEqual({
      grid: { a: [1, 2] },
    })
    for (const odd of [null, '', '{', '[]', '7', 'null']) expect(parsePlaces(odd)).toEqual({})
  })
})
