import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useToasts } from '@/stores/toasts'

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
})

const titles = () => useToasts().shown.map((toast) => toast.title)

describe('notices', () => {
  it('that tell of an error outlast every success, and its time', () => {
    const toasts = useToasts()
    toasts.show('error', 'Stopping a failed')
    for (const name of ['b', 'c', 'd', 'e']) toasts.show('success', `${name} stopped`)
    expect(titles()).toEqual(['Stopping a failed', 'd stopped', 'e stopped'])
    vi.advanceTimersByTime(60_000)
    expect(titles()).toEqual(['Stopping a failed'])
    expect(toasts.waiting).toBe(0)
  })

  it('are three at most, and what stays beyond them is counted and comes when there is room', () => {
    const toasts = useToasts()
    const ids = ['a', 'b', 'c', 'd', 'e'].map((name) => toasts.show('error', name))
    expect(titles()).toEqual(['c', 'd', 'e'])
    expect(toasts.waiting).toBe(2)
    toasts.dismiss(ids[4] ?? 0)
    expect(titles()).toEqual(['b', 'c', 'd'])
    expect(toasts.waiting).toBe(1)
  })

  it('of a success are seen once even among errors, which come back after it', () => {
    const toasts = useToasts()
    for (const name of ['a', 'b', 'c']) toasts.show('warning', name)
    toasts.show('success', 'done')
    expect(titles()).toEqual(['b', 'c', 'done'])
    expect(toasts.waiting).toBe(1)
    vi.advanceTimersByTime(5000)
    expect(titles()).toEqual(['a', 'b', 'c'])
    expect(toasts.waiting).toBe(0)
  })

  it('of successes alone give way to newer ones', () => {
    const toasts = useToasts()
    for (const name of ['a', 'b', 'c', 'd']) toasts.show('info', name)
    expect(titles()).toEqual(['b', 'c', 'd'])
    expect(toasts.items).toHaveLength(3)
  })

  it('of the same words are shown once', () => {
    const toasts = useToasts()
    toasts.show('error', 'a')
    toasts.show('error', 'b')
    toasts.show('error', 'a')
    expect(titles()).toEqual(['b', 'a'])
  })

  it('are bounded', () => {
    const toasts = useToasts()
    for (let n = 0; n < 100; n += 1) toasts.show('error', String(n))
    expect(toasts.items).toHaveLength(30)
    expect(titles()).toEqual(['97', '98', '99'])
    toasts.clear()
    expect(toasts.items).toEqual([])
  })
})
