import { NODE, type Point } from './layouts'

export interface LineShape {
  readonly path: string
  /** The head of the arrow. */
  readonly head: string
  /** Where its words stand: in the middle, or where no box lies over them. */
  readonly words: Point
  /** Points of the line, as far apart in its course: from its beginning to its head. */
  readonly course: readonly [Point, Point, Point, Point, Point]
}

const PAD = 6
const HEAD = 9

/** Where a ray from the middle of a box leaves it. */
function edgeOfBox(middle: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - middle.x, towards.y - middle.y]
  const reach = Math.min(
    dx === 0 ? Infinity : (NODE.width / 2 + PAD) / Math.abs(dx),
    dy === 0 ? Infinity : (NODE.height / 2 + PAD) / Math.abs(dy),
  )
  return reach === Infinity ? middle : { x: middle.x + dx * reach, y: middle.y + dy * reach }
}

/** A point of a line that bends towards `control`; `part` from 0 to 1. */
function on(from: Point, control: Point, to: Point, part: number): Point {
  const [a, b, c] = [(1 - part) ** 2, 2 * part * (1 - part), part ** 2]
  return { x: a * from.x + b * control.x + c * to.x, y: a * from.y + b * control.y + c * to.y }
}

const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`

/** Half of what words of a line need. */
const WORDS = { width: 36, height: 18 } as const
/** From the middle outwards. */
const WORDS_AT = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74]

const isFree = (at: Point, boxes: Iterable<Point>): boolean => {
  for (const { x, y } of boxes)
    if (
      Math.abs(x - at.x) < NODE.width / 2 + WORDS.width &&
      Math.abs(y - at.y) < NODE.height / 2 + WORDS.height
    )
      return false
  return true
}

/**
 * A line from box to box. It bends to its left, so that there and back do not lie on each other. Its words avoid the
 * `boxes`, given by their middles, where there is room.
 */
export function lineShape(source: Point, target: Point, boxes: Iterable<Point> = []): LineShape {
  const [dx, dy] = [target.x - source.x, target.y - source.y]
  const length = Math.hypot(dx, dy) || 1
  const bend = Math.min(56, 12 + length * 0.1)
  const control = {
    x: (source.x + target.x) / 2 + (dy / length) * bend,
    y: (source.y + target.y) / 2 - (dx / length) * bend,
  }
  const from = edgeOfBox(source, control)
  const to = edgeOfBox(target, control)
  const away = Math.hypot(to.x - control.x, to.y - control.y) || 1
  const [ux, uy] = [(to.x - control.x) / away, (to.y - control.y) / away]
  const back = { x: to.x - ux * HEAD, y: to.y - uy * HEAD }
  const [left, right] = [
    { x: back.x - uy * HEAD * 0.5, y: back.y + ux * HEAD * 0.5 },
    { x: back.x + uy * HEAD * 0.5, y: back.y - ux * HEAD * 0.5 },
  ]
  const half = on(from, control, back, 0.5)
  const places = WORDS_AT.map((part) => on(from, control, back, part))
  return {
    path: `M${at(from)}Q${at(control)} ${at(back)}`,
    head: `M${at(to)}L${at(left)}L${at(right)}Z`,
    words: places.find((place) => isFree(place, boxes)) ?? half,
    course: [from, on(from, control, back, 0.25), half, on(from, control, back, 0.75), back],
  }
}

export type Direction = 'up' | 'down' | 'left' | 'right'

/** The nearest of the others in a direction; what lies aside counts as farther. */
export function neighbour(
  places: ReadonlyMap<string, Point>,
  from: string,
  direction: Direction,
): string | null {
  const here = places.get(from)
  if (here === undefined) return null
  let best: string | null = null
  let distance = Infinity
  for (const [name, { x, y }] of places) {
    if (name === from) continue
    const [dx, dy] = [x - here.x, (y - here.y) * (NODE.width / NODE.height) * 0.6]
    const ahead = { up: -dy, down: dy, left: -dx, right: dx }[direction]
    const aside = direction === 'up' || direction === 'down' ? Math.abs(dx) : Math.abs(dy)
    if (ahead <= 1 || aside > ahead * 2) continue
    const off = ahead + aside * 2
    if (off < distance) {
      best = name
      distance = off
    }
  }
  return best
}
