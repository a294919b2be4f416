import { CELL, columnsFor, middleOf, type Layout, type Point } from './layouts'

/** Who works together stands together. A fixed number of steps, no chance and no clock. */

type Pair = readonly [source: string, target: string]

const STEPS_MOST = 120
const STEPS_LEAST = 6
/** Pairs of agents looked at altogether, so that a thousand agents cost no more than a hundred. */
const WORK = 1_600_000
/** Share of the cells that are taken: the rest is room for lines. */
const FILLED = 0.6
const GOLDEN = Math.PI * (3 - Math.sqrt(5))

interface Body {
  x: number
  y: number
  dx: number
  dy: number
}

/** Those with many partners begin in the middle. */
function begin(count: number): Body[] {
  return Array.from({ length: count }, (_, index) => {
    const radius = Math.sqrt(index + 0.5)
    const angle = index * GOLDEN
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), dx: 0, dy: 0 }
  })
}

function repel(bodies: readonly Body[]): void {
  for (let i = 0; i < bodies.length; i += 1) {
    const a = bodies[i]
    if (a === undefined) continue
    for (let j = i + 1; j < bodies.length; j += 1) {
      const b = bodies[j]
      if (b === undefined) continue
      const [x, y] = [a.x - b.x, a.y - b.y]
      const push = 1 / Math.max(0.01, x * x + y * y)
      a.dx += x * push
      a.dy += y * push
      b.dx -= x * push
      b.dy -= y * push
    }
  }
}

function attract(bodies: readonly Body[], links: readonly (readonly [number, number])[]): void {
  for (const [i, j] of links) {
    const [a, b] = [bodies[i], bodies[j]]
    if (a === undefined || b === undefined) continue
    const [x, y] = [a.x - b.x, a.y - b.y]
    const pull = Math.hypot(x, y)
    a.dx -= x * pull
    a.dy -= y * pull
    b.dx += x * pull
    b.dy += y * pull
  }
}

function settle(bodies: readonly Body[], links: readonly (readonly [number, number])[]): void {
  const steps = Math.max(STEPS_LEAST, Math.min(STEPS_MOST, Math.floor(WORK / bodies.length ** 2)))
  const reach = Math.sqrt(bodies.length)
  for (let step = 0; step < steps; step += 1) {
    for (const body of bodies) {
      // Parts that have nothing to do with each other do not drift apart for ever.
      body.dx = -body.x * 0.08
      body.dy = -body.y * 0.08
    }
    repel(bodies)
    attract(bodies, links)
    const heat = reach * 0.25 * (1 - step / steps) + 0.02
    for (const body of bodies) {
      const length = Math.hypot(body.dx, body.dy)
      if (length === 0) continue
      const move = Math.min(length, heat) / length
      body.x += body.dx * move
      body.y += body.dy * move
    }
  }
}

/** The free cell nearest to the wished one: looked for in rings around it. */
function freeCell(taken: ReadonlySet<string>, column: number, row: number): [number, number] {
  for (let ring = 0; ; ring += 1) {
    let best: [number, number] | null = null
    let distance = Infinity
    for (let dx = -ring; dx <= ring; dx += 1)
      for (let dy = -ring; dy <= ring; dy += 1) {
        if (Math.max(Math.abs(dx), Math.abs(dy)) !== ring) continue
        // Cells are wider than high.
        const off = (dx * CELL.width) ** 2 + (dy * CELL.height) ** 2
        if (off < distance && !taken.has(`${column + dx} ${row + dy}`)) {
          best = [column + dx, row + dy]
          distance = off
        }
      }
    if (best !== null) return best
  }
}

/** In cells, so that boxes never overlap and stand in line with each other. */
function inCells(
  names: readonly string[],
  bodies: readonly Body[],
  aspect: number,
): Map<string, [number, number]> {
  const spread = (pick: (body: Body) => number) =>
    Math.max(0.001, ...bodies.map((body) => Math.abs(pick(body))))
  const columns = columnsFor(names.length / FILLED, aspect)
  const rows = Math.max(1, Math.ceil(names.length / FILLED / columns))
  const [wide, high] = [spread((body) => body.x), spread((body) => body.y)]
  const taken = new Set<string>()
  const cells = new Map<string, [number, number]>()
  for (const [index, name] of names.entries()) {
    const body = bodies[index]
    if (body === undefined) continue
    const wished: [number, number] = [
      Math.round((body.x / wide) * (columns / 2)),
      Math.round((body.y / high) * (rows / 2)),
    ]
    const cell = freeCell(taken, ...wished)
    taken.add(cell.join(' '))
    cells.set(name, cell)
  }
  return cells
}

/** Without the rows and columns in which nobody stands. */
function closedUp(cells: ReadonlyMap<string, [number, number]>): Map<string, [number, number]> {
  const ranks = (part: 0 | 1) => {
    const taken = [...new Set([...cells.values()].map((cell) => cell[part]))].sort((a, b) => a - b)
    return new Map(taken.map((at, rank) => [at, rank] as const))
  }
  const [columns, rows] = [ranks(0), ranks(1)]
  return new Map(
    [...cells].map(([name, [column, row]]) => [
      name,
      [columns.get(column) ?? 0, rows.get(row) ?? 0],
    ]),
  )
}

function linksAmong(names: readonly string[], pairs: readonly Pair[]) {
  const index = new Map(names.map((name, at) => [name, at] as const))
  const links = new Map<string, readonly [number, number]>()
  for (const [source, target] of pairs) {
    const [a, b] = [index.get(source), index.get(target)]
    if (a === undefined || b === undefined || a === b) continue
    const link = a < b ? ([a, b] as const) : ([b, a] as const)
    links.set(link.join(' '), link)
  }
  return [...links.values()]
}

/** Connected agents as a net, the others below it in rows. */
export function networkLayout(
  names: readonly string[],
  pairs: readonly Pair[],
  aspect: number,
): Layout {
  const known = new Set(names)
  const partners = new Map<string, Set<string>>()
  for (const [source, target] of pairs) {
    if (source === target || !known.has(source) || !known.has(target)) continue
    for (const [one, other] of [
      [source, target],
      [target, source],
    ] as const)
      partners.set(one, (partners.get(one) ?? new Set()).add(other))
  }
  const degree = (name: string) => partners.get(name)?.size ?? 0
  const joined = names
    .filter((name) => degree(name) > 0)
    .sort((a, b) => degree(b) - degree(a) || a.localeCompare(b))
  const alone = names.filter((name) => degree(name) === 0)

  const bodies = begin(joined.length)
  settle(bodies, linksAmong(joined, pairs))
  const cells = closedUp(inCells(joined, bodies, aspect))
  const size = (part: 0 | 1) => Math.max(0, ...[...cells.values()].map((cell) => cell[part] + 1))

  const places = new Map<string, Point>()
  for (const [name, [column, row]] of cells) places.set(name, middleOf(column, row))
  const width = size(0)
  const columns = Math.max(1, width, columnsFor(names.length, aspect))
  const below = joined.length === 0 ? 0 : size(1) + 0.5
  for (const [index, name] of alone.entries())
    places.set(name, middleOf(index % columns, below + Math.floor(index / columns)))
  return { places, frames: [] }
}
