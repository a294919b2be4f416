/** The state of a replay, as a pure machine: the clock only tells it how much time has passed. */

export const SPEEDS = [1, 2, 5, 10, 20, 50] as const
export type Speed = (typeof SPEEDS)[number]
export const USUAL_SPEED: Speed = 10

/** From one event to the next a person needs so long at least, to see it happen; milliseconds of playing. */
export const LEAST_GAP_MS = 100
export const LAST_GAP_MS = 500
/** With quiet times skipped, a gap takes so long at most. */
export const MOST_QUIET_MS = 1500

export interface ReplayTrack {
  /** Where the range begins and ends, epoch milliseconds. */
  readonly from: number
  readonly to: number
  /** When something happened, in order, each moment once. */
  readonly moments: readonly number[]
}

export interface ReplayState {
  readonly phase: 'paused' | 'playing' | 'ended'
  /** The moment that is shown. */
  readonly at: number
  readonly speed: Speed
  readonly skipQuiet: boolean
  /** How long has been played, milliseconds: what lights up fades by it. */
  readonly played: number
}

export function trackOf(from: number, to: number, moments: Iterable<number>): ReplayTrack {
  const inside = [...new Set(moments)].filter((at) => at >= from && at <= to)
  return { from, to, moments: inside.sort((a, b) => a - b) }
}

export const begun = (track: ReplayTrack): ReplayState => ({
  phase: 'paused',
  at: track.from,
  speed: USUAL_SPEED,
  skipQuiet: true,
  played: 0,
})

/** How many moments are not after this one. */
export function passed(moments: readonly number[], at: number): number {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((moments[middle] ?? 0) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** How long it is played from one moment to the next. */
export function gapMs(
  gap: number,
  last: boolean,
  state: Pick<ReplayState, 'speed' | 'skipQuiet'>,
): number {
  const least = last ? LAST_GAP_MS : LEAST_GAP_MS
  const real = Math.max(least, gap / state.speed)
  return state.skipQuiet ? Math.min(real, MOST_QUIET_MS) : real
}

/** Between which two moments something is, the ends of the range included. */
function gapAround(track: ReplayTrack, at: number): { from: number; to: number; last: boolean } {
  const next = passed(track.moments, at)
  return {
    from: track.moments[next - 1] ?? track.from,
    to: track.moments[next] ?? track.to,
    last: next >= track.moments.length,
  }
}

/** So much time has passed. Moves on evenly between two events; past the last one it comes to its end. */
export function advanced(state: ReplayState, track: ReplayTrack, elapsed: number): ReplayState {
  if (state.phase !== 'playing' || elapsed <= 0) return state
  let { at } = state
  let left = elapsed
  // Every round leads to another event, and each takes its time: the rounds of a frame are few.
  while (left > 0 && at < track.to) {
    const gap = gapAround(track, at)
    const length = gap.to - gap.from
    const rate = length <= 0 ? Infinity : length / gapMs(length, gap.last, state)
    const needed = rate === Infinity ? 0 : (gap.to - at) / rate
    if (needed > left) {
      at += rate * left
      left = 0
    } else {
      at = gap.to
      left -= needed
    }
  }
  const ended = at >= track.to
  return { ...state, at, played: state.played + elapsed, phase: ended ? 'ended' : 'playing' }
}

/** Plays on, or from the beginning once it has ended. */
export function playing(state: ReplayState, track: ReplayTrack): ReplayState {
  return { ...state, phase: 'playing', at: state.phase === 'ended' ? track.from : state.at }
}

export const paused = (state: ReplayState): ReplayState =>
  state.phase === 'playing' ? { ...state, phase: 'paused' } : state

export const stopped = (state: ReplayState, track: ReplayTrack): ReplayState => ({
  ...state,
  phase: 'paused',
  at: track.from,
})

/** To any moment; a playing one plays on from there. */
export function jumped(state: ReplayState, track: ReplayTrack, to: number): ReplayState {
  const at = Math.max(track.from, Math.min(track.to, to))
  const phase = at >= track.to ? 'ended' : state.phase === 'ended' ? 'paused' : state.phase
  return { ...state, at, phase }
}

/** To the event before or after what is shown; pauses. Beyond the first and the last are the ends of the range. */
export function stepped(state: ReplayState, track: ReplayTrack, step: 1 | -1): ReplayState {
  const here = passed(track.moments, state.at)
  const onOne = track.moments[here - 1] === state.at
  const to =
    step === 1
      ? (track.moments[here] ?? track.to)
      : (track.moments[here - (onOne ? 2 : 1)] ?? track.from)
  return paused(jumped({ ...state, phase: 'paused' }, track, to))
}
