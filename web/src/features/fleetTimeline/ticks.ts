import type { Span } from './range'

const MINUTE = 60_000
/** Steps of the scale, in minutes; a day is the largest. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440] as const
const DAY_MINUTES = 1440

/** A label needs so much room, pixels. */
const ROOM = 76

export interface Tick {
  readonly at: number
  /** The first of a day, or the full hour of a fine scale: drawn stronger. */
  readonly major: boolean
  readonly day: boolean
}

/** The finest step, in minutes, whose labels do not touch each other. */
export function tickStep(span: number, width: number): number {
  const most = Math.max(1, width / ROOM)
  return STEPS.find((step) => span / (step * MINUTE) <= most) ?? DAY_MINUTES
}

/** Where the scale has lines: at full steps of the local clock, whatever the zone and its summer time. */
export function ticksOf({ from, to }: Span, width: number): readonly Tick[] {
  const step = tickStep(to - from, width)
  const ticks: Tick[] = []
  const first = new Date(from)
  for (let day = 0; ; day += 1) {
    const [year, month, date] = [first.getFullYear(), first.getMonth(), first.getDate() + day]
    const midnight = new Date(year, month, date).getTime()
    if (midnight > to) return ticks
    // An hour less: on some days the clock is put forward.
    const skipped = Math.max(
      0,
      Math.floor((from - midnight) / MINUTE / step) - Math.ceil(60 / step),
    )
    for (let minute = skipped * step; minute < DAY_MINUTES; minute += step) {
      const at = new Date(year, month, date, 0, minute).getTime()
      if (at > to) return ticks
      const known = ticks[ticks.length - 1]?.at ?? -Infinity
      if (at < from || at <= known) continue
      const isDay = minute === 0
      ticks.push({ at, day: isDay, major: isDay || (step < 60 && minute % 60 === 0) })
    }
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' })
const moment = new Intl.DateTimeFormat(undefined, {
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** Made once: a formatter per label would cost more than the whole picture. */
export const tickLabel = (tick: Tick): string => (tick.day ? day : clock).format(tick.at)
export const momentLabel = (at: number): string => moment.format(at)
