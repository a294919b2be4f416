import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import { SETTLE_MS, useSettledFigures } from '@/features/agents/settledFigures'
import { useStats } from '@/stores/stats'

let scope: EffectScope
const live = ref(true)
const pointed = ref(false)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  live.value = true
  pointed.value = false
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

function figures() {
  const settled = scope.run(() =>
    useSettledFigures(
      () => live.value,
      () => pointed.value,
    ),
  )
  if (settled === undefined) throw new Error('no scope')
  return () => settled.value.get('a')?.cpuPercent
}
const measure = (cpu_percent: number) =>
  useStats().update('a', { cpu_percent, memory_used_bytes: 1 }, Date.now())

describe('the figures a list is ordered by', () => {
  it('are the first ones at once, and then stand still for a while', async () => {
    const cpu = figures()
    measure(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(cpu()).toBe(1)
    measure(9)
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 2000)
    expect(cpu()).toBe(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(cpu()).toBe(9)
  })

  it('wait while somebody points at the list', async () => {
    measure(1)
    const cpu = figures()
    pointed.value = true
    measure(9)
    await vi.advanceTimersByTimeAsync(5 * SETTLE_MS)
    expect(cpu()).toBe(1)
    pointed.value = false
    await vi.advanceTimersByTimeAsync(1000)
    expect(cpu()).toBe(9)
  })

  it('are not kept when the order needs none', async () => {
    measure(1)
    const cpu = figures()
    live.value = false
    await nextTick()
    expect(cpu()).toBeUndefined()
    live.value = true
    await nextTick()
    expect(cpu()).toBe(1)
  })
})
