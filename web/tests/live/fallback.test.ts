import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FallbackPoller, GRACE_MS } from '@/live/fallback'

let hidden = false
let poller: FallbackPoller
let active: boolean[]

beforeEach(() => {
  vi.useFakeTimers()
  hidden = false
  active = []
  poller = new FallbackPoller(
    () => hidden,
    (now) => active.push(now),
  )
})
afterEach(() => vi.useRealTimers())

describe('polling while the socket is down', () => {
  it('never asks while the socket is up', async () => {
    const load = vi.fn(async () => undefined)
    poller.add({ key: 'agents', intervalMs: 15_000, load })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(load).not.toHaveBeenCalled()
  })

  it('starts after five seconds, repeats at its interval, and stops with the socket', async () => {
    const load = vi.fn(async () => undefined)
    poller.add({ key: 'agents', intervalMs: 15_000, load })
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1)
    expect(load).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(load).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(load).toHaveBeenCalledTimes(3)
    poller.socketUp()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(load).toHaveBeenCalledTimes(3)
    expect(active).toEqual([true, false])
  })

  it('asks for nothing when the socket is back within the grace', async () => {
    const load = vi.fn(async () => undefined)
    poller.add({ key: 'agents', intervalMs: 15_000, load })
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(3000)
    poller.socketUp()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(load).not.toHaveBeenCalled()
  })

  it('never overlaps: the next request is planned after the answer', async () => {
    let answer: () => void = () => undefined
    const load = vi.fn(() => new Promise<void>((done) => (answer = done)))
    poller.add({ key: 'slow', intervalMs: 1000, load })
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS + 20_000)
    expect(load).toHaveBeenCalledTimes(1)
    answer()
    await vi.advanceTimersByTimeAsync(1000)
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('slows down after three failures in a row, up to a minute', async () => {
    const at: number[] = []
    const load = vi.fn(async () => {
      at.push(Date.now())
      throw new Error('no')
    })
    poller.add({ key: 'agents', intervalMs: 10_000, load })
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS + 400_000)
    const gaps = at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / 1000)
    expect(gaps.slice(0, 6)).toEqual([10, 10, 20, 40, 60, 60])
  })

  it('leaves nothing running when the page that showed a resource is left', async () => {
    let signal: AbortSignal | null = null
    const load = vi.fn((given: AbortSignal) => {
      signal = given
      return new Promise<void>(() => undefined)
    })
    const remove = poller.add({ key: 'stats', intervalMs: 1000, load })
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS)
    remove()
    expect((signal as AbortSignal | null)?.aborted).toBe(true)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(load).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('pauses in a hidden tab and asks at once when it is seen again', async () => {
    const load = vi.fn(async () => undefined)
    poller.add({ key: 'agents', intervalMs: 15_000, load })
    hidden = true
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS + 60_000)
    expect(load).not.toHaveBeenCalled()
    hidden = false
    poller.visible()
    await vi.advanceTimersByTimeAsync(0)
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('asks at once for a resource that appears during an outage', async () => {
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS)
    const load = vi.fn(async () => undefined)
    poller.add({ key: 'late', intervalMs: 10_000, load })
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('polls the one resource whose topic was refused, until it is given', async () => {
    poller.socketUp()
    const other = vi.fn(() => Promise.resolve())
    const loads = vi.fn(() => Promise.resolve())
    poller.add({ key: 'other', intervalMs: 10_000, load: other })
    poller.add({ key: 'one', intervalMs: 10_000, load: loads })
    poller.refused('one')
    poller.refused('one')
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1)
    expect(loads).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(10_001)
    expect(loads).toHaveBeenCalledTimes(2)
    expect(other).not.toHaveBeenCalled()
    expect(poller.active).toBe(false)
    poller.subscribed('one')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(loads).toHaveBeenCalledTimes(2)
  })
})
