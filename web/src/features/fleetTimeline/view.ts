import type { Span } from './range'

/** What of the range is in view. */
export interface View {
  /** Its length, milliseconds. */
  readonly span: number
  /** Where it ends; null follows now. */
  readonly end: number | null
}

export const CLOSEST_MS = 5 * 60_000
const STEP = 1.6

const clamp = (value: number, least: number, most: number) => Math.max(least, Math.min(most, value))

/** The whole range, up to now. */
export const wholeView = (length: number): View => ({ span: length, end: null })

export function spanInView(view: View, range: Span): Span {
  const span = Math.min(view.span, range.to - range.from)
  const to = clamp(view.end ?? range.to, range.from + span, range.to)
  return { from: to - span, to }
}

/** Whoever comes to the end of the range follows it from then on. */
function settled(span: number, end: number, range: Span): View {
  const length = clamp(span, CLOSEST_MS, range.to - range.from)
  return {
    span: length,
    end: end >= range.to - length / 200 ? null : Math.max(range.from + length, end),
  }
}

/** Closer with a factor above 1; `anchor` (0 left, 1 right) stays where it is. */
export function zoomed(view: View, factor: number, anchor: number, range: Span): View {
  const { from, to } = spanInView(view, range)
  const span = clamp((to - from) / factor, CLOSEST_MS, range.to - range.from)
  const fixed = from + (to - from) * anchor
  return settled(span, fixed + span * (1 - anchor), range)
}

export const zoomStep = (closer: boolean): number => (closer ? STEP : 1 / STEP)

/** A zoom by buttons or keys keeps the live end, or else the middle. */
export const stepZoomed = (view: View, closer: boolean, range: Span): View =>
  zoomed(view, zoomStep(closer), view.end === null ? 1 : 0.5, range)

/** Later with more than 0. */
export function panned(view: View, by: number, range: Span): View {
  const { from, to } = spanInView(view, range)
  return settled(to - from, to + by, range)
}

/** Brings a moment into view when it is out of it, with some room on its side. */
export function bringing(view: View, at: number, range: Span): View {
  const { from, to } = spanInView(view, range)
  const span = to - from
  if (at >= from && at <= to) return view
  return settled(span, at < from ? at + span * 0.9 : at + span * 0.1, range)
}
