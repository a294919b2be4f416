/** Where agents stand, as pure functions: the same fleet always looks the same. Places are the middles of the boxes. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** The size of a box, and of the cell in which it stands. */
export const NODE = { width: 184, height: 56 } as const
export const CELL = { width: 216, height: 92 } as const
const FRAME = { side: 16, head: 40, gap: 40 } as const

export interface Frame {
  readonly title: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Layout {
  readonly places: ReadonlyMap<string, Point>
  readonly frames: readonly Frame[]
}

/** How many columns give the wished shape. */
export function columnsFor(count: number, aspect: number): number {
  return Math.max(1, Math.round(Math.sqrt((count * aspect * CELL.height) / CELL.width)))
}

export const middleOf = (column: number, row: number): Point => ({
  x: (column + 0.5) * CELL.width,
  y: (row + 0.5) * CELL.height,
})

export function gridLayout(names: readonly string[], aspect: number): Layout {
  const columns = columnsFor(names.length, aspect)
  const places = new Map<string, Point>()
  for (const [index, name] of names.entries())
    places.set(name, middleOf(index % columns, Math.floor(index / columns)))
  return { places, frames: [] }
}

interface Block {
  title: string
  names: readonly string[]
  columns: number
  width: number
  height: number
}

function blockOf(title: string, names: readonly string[], aspect: number): Block {
  // Small groups stay flat: a row of two is read faster than a column.
  const columns = Math.min(names.length, Math.max(2, columnsFor(names.length, aspect)))
  const rows = Math.ceil(names.length / columns)
  return {
    title,
    names,
    columns,
    width: columns * CELL.width + 2 * FRAME.side,
    height: rows * CELL.height + FRAME.head + FRAME.side,
  }
}

/** One frame per group, the largest first, in shelves about as wide as the wished shape. */
export function groupLayout(
  names: readonly string[],
  groupOf: (name: string) => string,
  aspect: number,
): Layout {
  const groups = new Map<string, string[]>()
  for (const name of names) {
    const group = groupOf(name)
    const list = groups.get(group)
    if (list === undefined) groups.set(group, [name])
    else list.push(name)
  }
  const blocks = [...groups]
    .map(([title, list]) => blockOf(title, list, aspect))
    .sort((a, b) => b.names.length - a.names.length || a.title.localeCompare(b.title))
  const area = blocks.reduce(
    (sum, one) => sum + (one.width + FRAME.gap) * (one.height + FRAME.gap),
    0,
  )
  const shelf = Math.max(Math.sqrt(area * aspect), ...blocks.map((one) => one.width))
  return shelved(blocks, shelf)
}

function shelved(blocks: readonly Block[], shelf: number): Layout {
  const places = new Map<string, Point>()
  const frames: Frame[] = []
  let [x, y, tallest] = [0, 0, 0]
  for (const block of blocks) {
    if (x > 0 && x + block.width > shelf) {
      y += tallest + FRAME.gap
      x = tallest = 0
    }
    frames.push({ title: block.title, x, y, width: block.width, height: block.height })
    for (const [index, name] of block.names.entries()) {
      const at = middleOf(index % block.columns, Math.floor(index / block.columns))
      places.set(name, { x: x + FRAME.side + at.x, y: y + FRAME.head + at.y })
    }
    x += block.width + FRAME.gap
    tallest = Math.max(tallest, block.height)
  }
  return { places, frames }
}

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** What all boxes and frames take up. */
export function boundsOf(places: Iterable<Point>, frames: readonly Frame[] = []): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  const add = (a: number, b: number, c: number, d: number) => {
    left = Math.min(left, a)
    top = Math.min(top, b)
    right = Math.max(right, c)
    bottom = Math.max(bottom, d)
  }
  for (const { x, y } of places)
    add(x - NODE.width / 2, y - NODE.height / 2, x + NODE.width / 2, y + NODE.height / 2)
  for (const { x, y, width, height } of frames) add(x, y, x + width, y + height)
  return left === Infinity ? { left: 0, top: 0, right: 1, bottom: 1 } : { left, top, right, bottom }
}
