import type { Run, Trigger } from './historyModel'
import type { Inks } from './inks'
import { barsIn, laneBox, type Line } from './lines'
import type { Span } from './range'

/** What a picture is drawn of. */
export interface Scene {
  readonly span: Span
  readonly now: number
  readonly width: number
  readonly row: number
  readonly inks: Inks
  /** Moments to pixels. */
  readonly x: (moment: number) => number
  /** Replay: what begins later is only hinted at. Null while live. */
  readonly cursor: number | null
  readonly hovered: string | null
  readonly selected: string | null
}

/** Narrower than this a run has no room for more than its colour. */
const THIN = 7
const ROOM_FOR_ICON = 24
const ROOM_FOR_WORDS = 64
const LEAST = 3
export const FONT = '12px "Inter Variable", system-ui, sans-serif'

/** Who began it: solid, grey or bordered, so that the three differ without colour. */
function fills(inks: Inks, trigger: Trigger): { soft: string; strong: string } {
  switch (trigger) {
    case 'schedule':
      return { soft: inks['surface-3'], strong: inks['chart-line'] }
    case 'agent':
      return { soft: inks['working-soft'], strong: inks.working }
    case 'person':
      return { soft: inks['accent-soft'], strong: inks.accent }
  }
}

type Pen = CanvasRenderingContext2D

function box(pen: Pen, x: number, y: number, width: number, height: number): void {
  pen.beginPath()
  pen.roundRect(x, y, width, height, Math.min(4, height / 2, width / 2))
}

function glyph(pen: Pen, kind: Trigger | 'failed', x: number, y: number): void {
  pen.beginPath()
  if (kind === 'failed') {
    pen.moveTo(x - 3.5, y - 3.5)
    pen.lineTo(x + 3.5, y + 3.5)
    pen.moveTo(x + 3.5, y - 3.5)
    pen.lineTo(x - 3.5, y + 3.5)
  } else if (kind === 'schedule') {
    pen.arc(x, y, 4.5, 0, Math.PI * 2)
    pen.moveTo(x, y - 2.5)
    pen.lineTo(x, y)
    pen.lineTo(x + 2, y + 1)
  } else if (kind === 'agent') {
    pen.moveTo(x - 4, y)
    pen.lineTo(x + 4, y)
    pen.moveTo(x + 1, y - 3)
    pen.lineTo(x + 4, y)
    pen.lineTo(x + 1, y + 3)
  } else {
    pen.arc(x, y - 2, 2.2, 0, Math.PI * 2)
    pen.moveTo(x + 4, y + 4.5)
    pen.arc(x, y + 4.5, 4, 0, Math.PI, true)
  }
  pen.stroke()
}

/** Still at work: the right end is open, two strokes point on. */
function openEnd(pen: Pen, right: number, middle: number): void {
  pen.beginPath()
  for (const at of [right - 8, right - 4]) {
    pen.moveTo(at - 3, middle - 3.5)
    pen.lineTo(at, middle)
    pen.lineTo(at - 3, middle + 3.5)
  }
  pen.stroke()
}

export const wordsOf = (run: Run): string => run.preview || run.by

interface Box {
  left: number
  top: number
  width: number
  height: number
  /** It began before what is seen. */
  cut: boolean
}

/** What the mark of an earlier beginning takes of a bar. */
const CUT_ROOM = 12

/** It began earlier: the left end is open, two strokes point back. */
function openStart(pen: Pen, left: number, middle: number): void {
  pen.beginPath()
  for (const at of [left + 3, left + 7]) {
    pen.moveTo(at + 3, middle - 3.5)
    pen.lineTo(at, middle)
    pen.lineTo(at + 3, middle + 3.5)
  }
  pen.stroke()
}

function paintInside(pen: Pen, run: Run, at: Box, scene: Scene, ink: string, strong: string): void {
  const middle = at.top + at.height / 2
  pen.lineWidth = 1.4
  pen.strokeStyle = strong
  const room = at.cut ? CUT_ROOM : 0
  if (at.cut && at.width > 16) openStart(pen, at.left, middle)
  if (run.outcome === 'running' && at.width > 16 + room) openEnd(pen, at.left + at.width, middle)
  if (at.width < ROOM_FOR_ICON + room) return
  glyph(pen, run.outcome === 'failed' ? 'failed' : run.trigger, at.left + room + 12, middle)
  if (at.width < ROOM_FOR_WORDS + room) return
  const words = wordsOf(run)
  if (words === '') return
  pen.save()
  const from = at.left + room + 22
  pen.beginPath()
  pen.rect(from, at.top, Math.min(at.left + at.width, scene.width) - from - 14, at.height)
  pen.clip()
  pen.fillStyle = ink
  pen.fillText(words, from, middle + 0.5)
  pen.restore()
}

function paintRun(pen: Pen, run: Run, at: Box, scene: Scene): void {
  const { inks, cursor } = scene
  const bad = run.outcome === 'failed'
  const { soft, strong } = bad
    ? { soft: inks['bad-soft'], strong: inks.bad }
    : fills(inks, run.trigger)
  pen.globalAlpha = cursor !== null && run.start > cursor ? 0.28 : 1
  const marked = scene.selected === run.id || scene.hovered === run.id
  if (at.width < THIN) {
    pen.fillStyle = strong
    box(pen, at.left, at.top, at.width, at.height)
    pen.fill()
    // A failure sticks out at both ends, too.
    if (bad) pen.fillRect(at.left, at.top - 3, at.width, at.height + 6)
  } else {
    pen.fillStyle = soft
    box(pen, at.left, at.top, at.width, at.height)
    pen.fill()
    pen.fillStyle = strong
    // The solid edge is where it began.
    if (!at.cut) pen.fillRect(at.left, at.top, 3, at.height)
    if (run.trigger !== 'schedule' || bad) {
      pen.strokeStyle = strong
      pen.lineWidth = 1
      pen.stroke()
    }
    if (at.height >= 14) paintInside(pen, run, at, scene, inks['text-1'], strong)
  }
  if (marked) {
    pen.strokeStyle = inks['text-1']
    pen.lineWidth = 1.5
    box(pen, at.left - 2, at.top - 2, at.width + 4, at.height + 4)
    pen.stroke()
  }
  pen.globalAlpha = 1
}

/** All bars of one row. `top` is where the row begins. */
export function paintLine(pen: Pen, line: Line, top: number, scene: Scene): void {
  for (const { run, lane } of barsIn(line, scene.span, scene.now)) {
    const { top: inRow, height } = laneBox(lane, line.lanes, scene.row)
    const start = scene.x(run.start)
    const cut = start < 0
    const left = Math.max(0, start)
    const until =
      scene.cursor === null ? scene.now : Math.min(scene.now, Math.max(scene.cursor, run.start))
    // In a replay nobody knows yet when a run will end that has begun.
    const end = scene.cursor === null ? (run.end ?? scene.now) : shownEnd(run, scene.cursor, until)
    const width = Math.max(LEAST, scene.x(end) - left)
    paintRun(pen, run, { left, top: top + inRow, width, height, cut }, scene)
  }
}

function shownEnd(run: Run, cursor: number, until: number): number {
  const end = run.end ?? until
  return run.start > cursor ? end : Math.min(end, until)
}
