import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import {
  advanced,
  begun,
  gapMs,
  jumped,
  LAST_GAP_MS,
  LEAST_GAP_MS,
  MOST_QUIET_MS,
  passed,
  paused,
  playing,
  stepped,
  stopped,
  trackOf,
  type ReplayState,
} from '@/features/replay/replayModel'
import { useReplay } from '@/features/replay/useReplay'

const track = trackOf(0, 100_000, [60_000, 10_000, 10_000, 20_000, -5, 200_000])
const play = (change: Partial<ReplayState> = {}): ReplayState => ({
  ...playing(begun(track), track),
  skipQuiet: false,
  ...change,
})

describe('a track', () => {
  it('has each moment of the range once, in order', () => {
    expect(track.moments).toEqual([10_000, 20_000, 60_000])
    expect(passed(track.moments, 9_999)).toBe(0)
    expect(passed(track.moments, 10_000)).toBe(1)
    expect(passed(track.moments, 99_999)).toBe(3)
  })
})

describe('playing', () => {
  it('takes the real time by the speed, with a least and, without quiet times, a most', () => {
    const state = { speed: 10, skipQuiet: false } as const
    expect(gapMs(20_000, false, state)).toBe(2000)
    expect(gapMs(10, false, state)).toBe(LEAST_GAP_MS)
    expect(gapMs(10, true, state)).toBe(LAST_GAP_MS)
    expect(gapMs(1e9, false, { ...state, skipQuiet: true })).toBe(MOST_QUIET_MS)
  })

  it('moves on evenly between two events, and through them', () => {
    expect(advanced(play(), track, 500).at).toBe(5_000)
    expect(advanced(play(), track, 1_000).at).toBe(10_000)
    // One second to the first, and one more of the ten to the second.
    expect(advanced(play(), track, 1_500).at).toBe(15_000)
    const steps = [1, 2, 3, 4, 5].reduce((state) => advanced(state, track, 300), play())
    expect(steps.at).toBeCloseTo(15_000)
    expect(steps.played).toBe(1_500)
  })

  it('at a higher speed is faster by as much', () => {
    expect(advanced(play({ speed: 50 }), track, 100).at).toBe(5_000)
    expect(advanced(play({ speed: 1 }), track, 1_000).at).toBe(1_000)
  })

  it('comes to its end, and begins anew from there', () => {
    const end = advanced(play(), track, 1e9)
    expect(end).toMatchObject({ phase: 'ended', at: 100_000 })
    expect(playing(end, track)).toMatchObject({ phase: 'playing', at: 0 })
    expect(advanced(end, track, 100)).toBe(end)
  })

  it('shows every event for a moment, however many there are', () => {
    const dense = trackOf(
      0,
      1000,
      Array.from({ length: 500 }, (_, n) => n),
    )
    expect(passed(dense.moments, advanced(play(), dense, 16).at)).toBeLessThanOrEqual(2)
  })

  it('does not move while it is paused', () => {
    const state = paused(play({ at: 7 }))
    expect(advanced(state, track, 1000)).toBe(state)
    expect(paused(state)).toBe(state)
    expect(stopped(play({ at: 7 }), track)).toMatchObject({ phase: 'paused', at: 0 })
  })
})

describe('stepping and jumping', () => {
  it('goes to the event before and after, and to the ends beyond them', () => {
    let state = begun(track)
    const seen: number[] = []
    for (let n = 0; n < 5; n += 1) seen.push((state = stepped(state, track, 1)).at)
    expect(seen).toEqual([10_000, 20_000, 60_000, 100_000, 100_000])
    expect(stepped(play({ at: 15_000 }), track, -1).at).toBe(10_000)
    expect(stepped(play({ at: 20_000 }), track, -1).at).toBe(10_000)
    expect(stepped(play({ at: 10_000 }), track, -1).at).toBe(0)
    expect(stepped(play(), track, 1).phase).toBe('paused')
  })

  it('stays in the range and goes on playing', () => {
    expect(jumped(play(), track, 30_000)).toMatchObject({ phase: 'playing', at: 30_000 })
    expect(jumped(play(), track, -9).at).toBe(0)
    expect(jumped(play(), track, 1e9)).toMatchObject({ phase: 'ended', at: 100_000 })
    expect(jumped(jumped(play(), track, 1e9), track, 5).phase).toBe('paused')
  })
})

describe('the clock of a replay', () => {
  let frames: ((time: number) => void)[] = []
  beforeEach(() => {
    frames = []
    vi.stubGlobal('requestAnimationFrame', (run: (time: number) => void) => frames.push(run))
    vi.stubGlobal('cancelAnimationFrame', () => {
      frames = []
    })
    vi.spyOn(performance, 'now').mockReturnValue(0)
  })
  afterEach(() => vi.unstubAllGlobals())
  const frame = (time: number) => {
    const due = frames
    frames = []
    for (const run of due) run(time)
  }

  it('asks for frames only while it plays', () => {
    const scope = effectScope()
    const replay = scope.run(() => useReplay())
    if (replay === undefined) throw new Error('no replay')
    expect(replay.on.value).toBe(false)
    replay.enter(0, 100_000, [10_000])
    expect(frames).toHaveLength(0)
    replay.play()
    expect(frames).toHaveLength(1)
    frame(100)
    expect(replay.at.value).toBeGreaterThan(0)
    expect(frames).toHaveLength(1)
    replay.pause()
    expect(frames).toHaveLength(0)
    replay.step(1)
    expect(replay.at.value).toBe(10_000)
    expect(replay.eventAt.value).toBe(10_000)
    expect(replay.index.value).toBe(1)
    replay.toggle()
    expect(frames).toHaveLength(1)
    scope.stop()
    expect(frames).toHaveLength(0)
  })

  it('does not jump ahead after a tab was hidden', () => {
    const replay = effectScope().run(() => useReplay())
    replay?.enter(0, 1e9, [])
    replay?.setSkipQuiet(false)
    replay?.setSpeed(1)
    replay?.play()
    frame(3_600_000)
    expect(replay?.at.value).toBeLessThan(1000)
    replay?.leave()
    expect(replay?.at.value).toBeNull()
    expect(frames).toHaveLength(0)
  })
})
