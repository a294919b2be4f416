import type { Run } from './historyModel'
import type { Span } from './range'

/** A run with its place among those that went on at the same time. */
export interface Bar {
  readonly run: Run
  readonly lane: number
}

/** The runs of one agent, ready to be drawn. */
export interface Line {
  readonly agent: string
  /** By their start. */
  readonly bars: readonly Bar[]
  readonly lanes: number
  readonly failed: number
  /** How long the longest lasts, so that what reaches into a view is found; Infinity while one goes on. */
  readonly longest: number
}

/** More at once are drawn over each other. */
export const MOST_LANES = 3

/** Of runs by their start. Each takes the first lane that is free. */
export function lineOf(agent: string, runs: readonly Run[]): Line {
  const free: number[] = []
  const bars: Bar[] = []
  let failed = 0
  let longest = 0
  for (const run of runs) {
    const end = run.end ?? Infinity
    let lane = free.findIndex((until) => until <= run.start)
    if (lane < 0) lane = free.length < MOST_LANES ? free.length : MOST_LANES - 1
    free[lane] = Math.max(end, free[lane] ?? 0)
    bars.push({ run, lane })
    if (run.outcome === 'failed') failed += 1
    longest = Math.max(longest, end - run.start)
  }
  return { agent, bars, lanes: Math.max(1, free.length), failed, longest }
}

/** The first index whose start is not before the moment. */
export function firstFrom(bars: readonly Bar[], moment: number): number {
  let low = 0
  let high = bars.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((bars[middle]?.run.start ?? 0) < moment) low = middle + 1
    else high = middle
  }
  return low
}

/** The bars of which some part is in the span. */
export function barsIn(line: Line, span: Span, now: number): readonly Bar[] {
  const first = line.longest === Infinity ? 0 : firstFrom(line.bars, span.from - line.longest)
  const found: Bar[] = []
  for (let index = first; index < line.bars.length; index += 1) {
    const bar = line.bars[index]
    if (bar === undefined || bar.run.start > span.to) break
    if ((bar.run.end ?? now) >= span.from) found.push(bar)
  }
  return found
}

/** What a lane and its bars measure in a row. */
export function laneBox(lane: number, lanes: number, row: number): { top: number; height: number } {
  const gap = lanes === 1 ? 0 : 2
  const room = row - (lanes === 1 ? 14 : 8)
  const height = (room - gap * (lanes - 1)) / lanes
  return { top: (row - room) / 2 + lane * (height + gap), height }
}

/** The bar under a point of its row, the nearest within some pixels; `x` maps moments to pixels. */
export function barAt(
  line: Line,
  point: { x: number; y: number },
  box: { span: Span; now: number; row: number; x: (moment: number) => number },
): Run | null {
  let best: Run | null = null
  let distance = 5
  for (const { run, lane } of barsIn(line, box.span, box.now)) {
    const { top, height } = laneBox(lane, line.lanes, box.row)
    if (line.lanes > 1 && (point.y < top - 2 || point.y > top + height + 2)) continue
    const [left, right] = [box.x(run.start), box.x(run.end ?? box.now)]
    const off = point.x < left ? left - point.x : Math.max(0, point.x - right)
    if (off < distance || (off === 0 && distance === 0)) {
      best = run
      distance = off
    }
  }
  return best
}

/** The run before or after one of the same line; the newest when there is none yet. */
export function nextRun(line: Line, run: Run | null, step: 1 | -1): Run | null {
  if (run === null) return line.bars[line.bars.length - 1]?.run ?? null
  const index = line.bars.findIndex((bar) => bar.run.id === run.id)
  return line.bars[index + step]?.run ?? run
}

/** The run of another line that is nearest in time. */
export function nearestRun(line: Line, moment: number): Run | null {
  const at = firstFrom(line.bars, moment)
  const [before, after] = [line.bars[at - 1]?.run, line.bars[at]?.run]
  if (before === undefined || after === undefined) return before ?? after ?? null
  return moment - before.start < after.start - moment ? before : after
}
