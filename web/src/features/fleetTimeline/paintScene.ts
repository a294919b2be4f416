import type { Message } from './historyModel'
import type { Line } from './lines'
import { FONT, paintLine, type Scene } from './paintRuns'
import { tickLabel, type Tick } from './ticks'

type Pen = CanvasRenderingContext2D

/** More in one picture could not be told apart; the newest are drawn. */
const MOST_ARROWS = 1500

export interface RowsScene extends Scene {
  readonly lines: readonly Line[]
  /** Which rows the canvas holds; its upper edge is the first of them. */
  readonly first: number
  readonly last: number
  readonly ticks: readonly Tick[]
  readonly messages: readonly Message[]
  /** The row of every agent. */
  readonly rowOf: ReadonlyMap<string, number>
  /** Its messages stand out. */
  readonly agent: string | null
  /** Nothing before has been loaded: no quiet time, and it must not look like one. */
  readonly unknownBefore: number | null
  readonly unknownWord: string
}

const HATCH = 9

/** Where nothing has been loaded: hatched, with the word for it. */
function paintUnknown(pen: Pen, scene: RowsScene, height: number): void {
  const { inks, unknownBefore, span, width } = scene
  if (unknownBefore === null || unknownBefore <= span.from) return
  const end = Math.min(width, scene.x(unknownBefore))
  pen.save()
  pen.beginPath()
  pen.rect(0, 0, end, height)
  pen.clip()
  pen.fillStyle = inks['surface-2']
  pen.fillRect(0, 0, end, height)
  pen.strokeStyle = inks['surface-4']
  pen.lineWidth = 1
  pen.beginPath()
  for (let x = -height; x < end; x += HATCH) {
    pen.moveTo(x, height)
    pen.lineTo(x + height, 0)
  }
  pen.stroke()
  const wide = pen.measureText(scene.unknownWord).width
  if (wide + 24 < end) {
    const [x, y] = [(end - wide) / 2, Math.min(height, scene.row) / 2]
    pen.fillStyle = inks['surface-2']
    pen.fillRect(x - 6, y - 10, wide + 12, 20)
    pen.fillStyle = inks['text-2']
    pen.fillText(scene.unknownWord, x, y)
  }
  pen.restore()
}

function paintGround(pen: Pen, scene: RowsScene, height: number): void {
  const { inks, width, row } = scene
  pen.fillStyle = inks.hairline
  for (const tick of scene.ticks) {
    pen.globalAlpha = tick.major ? 1 : 0.55
    pen.fillRect(Math.round(scene.x(tick.at)), 0, 1, height)
  }
  pen.globalAlpha = 0.7
  for (let y = row; y <= height; y += row) pen.fillRect(0, y - 1, width, 1)
  pen.globalAlpha = 1
  if (scene.agent !== null) {
    const at = scene.rowOf.get(scene.agent)
    if (at === undefined) return
    pen.fillStyle = inks['surface-2']
    pen.globalAlpha = 0.6
    pen.fillRect(0, (at - scene.first) * row, width, row - 1)
    pen.globalAlpha = 1
  }
}

interface Arrow {
  x: number
  from: number
  to: number
  failed: boolean
  strong: boolean
  later: boolean
}

/** The messages of the view as arrows from row to row, cut off where the canvas ends. */
function arrowsOf(scene: RowsScene): readonly Arrow[] {
  const { messages, span, row, first, last, rowOf, cursor } = scene
  const arrows: Arrow[] = []
  for (let index = messages.length - 1; index >= 0 && arrows.length < MOST_ARROWS; index -= 1) {
    const one = messages[index]
    if (one === undefined || one.at < span.from) break
    if (one.at > span.to) continue
    const [source, target] = [rowOf.get(one.source), rowOf.get(one.target)]
    if (source === undefined || target === undefined) continue
    if (Math.max(source, target) < first || Math.min(source, target) >= last) continue
    arrows.push({
      x: scene.x(one.at),
      from: (source - first + 0.5) * row,
      to: (target - first + 0.5) * row,
      failed: one.outcome === 'failed',
      strong: scene.agent === one.source || scene.agent === one.target,
      later: cursor !== null && one.at > cursor,
    })
  }
  return arrows
}

function paintArrow(pen: Pen, { x, from, to }: Arrow): void {
  const down = to > from ? 1 : -1
  pen.beginPath()
  pen.moveTo(x, from)
  pen.lineTo(x, to - down * 5)
  pen.stroke()
  pen.beginPath()
  pen.arc(x, from, 2.2, 0, Math.PI * 2)
  pen.moveTo(x, to)
  pen.lineTo(x - 3.5, to - down * 6)
  pen.lineTo(x + 3.5, to - down * 6)
  pen.closePath()
  pen.fill()
}

function paintArrows(pen: Pen, scene: RowsScene): void {
  const { inks } = scene
  const arrows = arrowsOf(scene)
  // In a crowd the lines step back; those of the row under the pointer never do.
  const usual = arrows.length > 200 ? 0.22 : arrows.length > 60 ? 0.38 : 0.55
  pen.lineWidth = 1
  for (const arrow of arrows) {
    pen.globalAlpha = arrow.later
      ? 0.12
      : arrow.strong
        ? 1
        : scene.agent === null
          ? usual
          : usual / 2
    pen.strokeStyle = pen.fillStyle = arrow.failed
      ? inks.bad
      : arrow.strong
        ? inks['text-1']
        : inks['text-3']
    if (arrow.failed) pen.setLineDash([3, 3])
    paintArrow(pen, arrow)
    if (arrow.failed) pen.setLineDash([])
  }
  pen.globalAlpha = 1
}

function paintEdge(pen: Pen, scene: Scene, height: number): void {
  const { inks, cursor, now, span } = scene
  if (now <= span.to + 1000) {
    pen.fillStyle = inks.good
    pen.fillRect(Math.round(scene.x(now)), 0, 1.5, height)
  }
  if (cursor === null || cursor < span.from || cursor > span.to) return
  pen.fillStyle = inks.accent
  pen.fillRect(Math.round(scene.x(cursor)) - 0.5, 0, 2, height)
}

/** The rows: ground, arrows, bars, and the live edge. */
export function paintRows(pen: Pen, scene: RowsScene, height: number): void {
  pen.clearRect(0, 0, scene.width + 40, height)
  pen.font = FONT
  pen.textBaseline = 'middle'
  paintGround(pen, scene, height)
  paintUnknown(pen, scene, height)
  for (let index = scene.first; index < scene.last; index += 1) {
    const line = scene.lines[index]
    if (line !== undefined) paintLine(pen, line, (index - scene.first) * scene.row, scene)
  }
  paintArrows(pen, scene)
  paintEdge(pen, scene, height)
}

/** The scale over the rows. */
export function paintScale(
  pen: Pen,
  scene: Scene & { ticks: readonly Tick[]; nowWord: string },
  height: number,
): void {
  const { inks, width } = scene
  pen.clearRect(0, 0, width + 40, height)
  pen.font = FONT
  pen.textBaseline = 'middle'
  const edge = scene.now <= scene.span.to + 1000 ? scene.x(scene.now) : Infinity
  const word = pen.measureText(scene.nowWord).width
  for (const tick of scene.ticks) {
    const x = Math.round(scene.x(tick.at))
    const label = tickLabel(tick)
    pen.fillStyle = tick.major ? inks['control-edge'] : inks['surface-4']
    pen.fillRect(x, height - 6, 1, 6)
    if (x + 5 + pen.measureText(label).width > Math.min(width, edge - word - 6)) continue
    pen.fillStyle = tick.major ? inks['text-1'] : inks['text-3']
    pen.fillText(label, x + 5, height / 2)
  }
  if (edge !== Infinity) {
    pen.fillStyle = inks.good
    pen.fillRect(Math.round(edge), height - 8, 1.5, 8)
    pen.fillText(scene.nowWord, edge - word - 4, height / 2)
  }
  paintCursor(pen, scene, height)
}

function paintCursor(pen: Pen, { cursor, span, x, inks }: Scene, height: number): void {
  if (cursor === null || cursor < span.from || cursor > span.to) return
  const at = Math.round(x(cursor)) + 0.5
  pen.fillStyle = inks.accent
  pen.beginPath()
  pen.moveTo(at - 5, 4)
  pen.lineTo(at + 5, 4)
  pen.lineTo(at, 11)
  pen.closePath()
  pen.fill()
  pen.fillRect(at - 1, 11, 2, height - 11)
}
