import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { factsIn, SETTLE_MS, useOrderFacts } from '@/features/fleetGrid/orderFacts'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import { useStats } from '@/stores/stats'
import { agent } from '../../helpers'

let scope: EffectScope
const pointed = ref(false)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  pointed.value = false
  scope = effectScope()
  useFleet().takeSnapshot({ agents: [agent('a'), agent('b')] })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

function facts() {
  const found = scope.run(() => useOrderFacts(() => pointed.value))
  if (found === undefined) throw new Error('no scope')
  return (name: string) => factsIn(found.value)(name)
}
const measure = (cpu_percent: number) =>
  useStats().update('a', { cpu_percent, memory_used_bytes: 1 }, Date.now())
const need = () =>
  useAttention().replace([
    {
      name: 'b',
      attention: [
        { kind: 'waiting', since: '2026-01-14T10:00:00Z', detail: '', execution_id: null },
      ],
    },
  ])

describe('what the grid is ordered by', () => {
  it('is the first figure at once, then stands still for a while', async () => {
    const of = facts()
    expect(of('a').cpu).toBe(-1)
    measure(20)
    await vi.advanceTimersByTimeAsync(0)
    // Two cores: 20 % of one is 10 % of what it may use.
    expect(of('a').cpu).toBe(10)
    measure(80)
    await vi.advanceTimersByTimeAsync(SETTLE_MS - 2000)
    expect(of('a').cpu).toBe(10)
    await vi.advanceTimersByTimeAsync(3000)
    expect(of('a').cpu).toBe(40)
  })

  it('sees at once who needs a person, but not under a pointing hand', async () => {
    const of = facts()
    pointed.value = true
    need()
    await vi.advanceTimersByTimeAsync(3 * SETTLE_MS)
    expect(of('b').needs).toBe(false)
    pointed.value = false
    await vi.advanceTimersByTimeAsync(1000)
    expect(of('b')).toMatchObject({ needs: true, urgency: 0 })
  })

  it('knows agents that come', async () => {
    const of = facts()
    useFleet().takeEvent({
      event: 'agent_created',
      topic: 'agents',
      seq: 1,
      data: { ...agent('c', { status: 'stopped' }) },
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(of('c').urgency).toBe(60)
  })
})
