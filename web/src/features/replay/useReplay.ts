import { computed, onScopeDispose, shallowRef } from 'vue'
import {
  advanced,
  begun,
  jumped,
  passed,
  paused,
  playing,
  stepped,
  stopped,
  trackOf,
  type ReplayState,
  type ReplayTrack,
  type Speed,
} from './replayModel'

/** A tab that was hidden, or a machine that slept, does not jump ahead. */
const LONGEST_FRAME_MS = 250

/** Looks back on a range. The clock is the picture itself: frames are asked for only while it plays. */
export function useReplay() {
  const track = shallowRef<ReplayTrack | null>(null)
  const state = shallowRef<ReplayState | null>(null)
  let frame: number | null = null
  let before = 0

  function turn(time: number): void {
    frame = null
    if (track.value === null || state.value === null) return
    state.value = advanced(state.value, track.value, Math.min(LONGEST_FRAME_MS, time - before))
    before = time
    if (state.value.phase === 'playing') frame = requestAnimationFrame(turn)
  }

  function halt(): void {
    if (frame !== null) cancelAnimationFrame(frame)
    frame = null
  }

  function put(next: ReplayState): void {
    state.value = next
    if (next.phase !== 'playing') halt()
    else if (frame === null) {
      before = performance.now()
      frame = requestAnimationFrame(turn)
    }
  }

  function change(by: (state: ReplayState, track: ReplayTrack) => ReplayState): void {
    if (state.value !== null && track.value !== null) put(by(state.value, track.value))
  }

  function enter(from: number, to: number, moments: Iterable<number>): void {
    track.value = trackOf(from, to, moments)
    put(begun(track.value))
  }

  function leave(): void {
    halt()
    track.value = null
    state.value = null
  }

  const index = computed(() =>
    state.value === null || track.value === null ? 0 : passed(track.value.moments, state.value.at),
  )
  onScopeDispose(halt)
  return {
    track,
    state,
    on: computed(() => state.value !== null),
    /** The moment shown; null while live. */
    at: computed(() => state.value?.at ?? null),
    index,
    /** The moment of the newest event shown; null while live. */
    eventAt: computed(() =>
      track.value === null ? null : (track.value.moments[index.value - 1] ?? track.value.from),
    ),
    enter,
    leave,
    play: () => change(playing),
    pause: () => change(paused),
    stop: () => change(stopped),
    toggle: () => change((now, of) => (now.phase === 'playing' ? paused(now) : playing(now, of))),
    step: (by: 1 | -1) => change((now, of) => stepped(now, of, by)),
    jump: (to: number) => change((now, of) => jumped(now, of, to)),
    setSpeed: (speed: Speed) => change((now) => ({ ...now, speed })),
    setSkipQuiet: (skipQuiet: boolean) => change((now) => ({ ...now, skipQuiet })),
  }
}

export type Replay = ReturnType<typeof useReplay>
