import { enableAutoUnmount, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { RunRow } from '@/api/types'
import RunHead from '@/features/runs/RunHead.vue'
import { formatClock, formatMoment } from '@/format/time'

enableAutoUnmount(afterEach)
const NOW = Date.UTC(2026, 0, 20, 12)
beforeEach(() => {
  setActivePinia(createPinia())
  vi.useFakeTimers({ now: NOW })
})
afterEach(() => vi.useRealTimers())

function head(change: Partial<RunRow>) {
  const page = { template: '<i />' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/agents/:name', name: 'agent', component: page },
      { path: '/agents/:name/executions/:id', name: 'execution', component: page },
    ],
  })
  const row = {
    id: 'r1',
    status: 'success',
    started_at: '2026-01-20T09:00:00',
    completed_at: '2026-01-20T09:01:00',
    duration_ms: 60_000,
    triggered_by: 'manual',
    schedule_id: '__manual__',
    cost: null,
    context_used: null,
    context_max: null,
    ...change,
  } as unknown as RunRow
  return mount(RunHead, {
    props: { name: 'writer', id: 'r1', row, waiting: false, stopping: false },
    global: { plugins: [router] },
  })
}

describe('the head of a run', () => {
  it('says the day on which it began, and how long ago that is', () => {
    const words = head({}).get('[data-testid=run-started]').text()
    expect(words).toBe(`Started ${formatMoment(Date.UTC(2026, 0, 20, 9))} · 3 h ago`)
    expect(words).toMatch(/2026/)
  })

  it('says the age of an old one beside its day, not the day twice', () => {
    const words = head({ started_at: '2026-01-02T12:00:00', completed_at: '2026-01-02T12:01:00' })
      .get('[data-testid=run-started]')
      .text()
    expect(words).toMatch(/ · 18 d ago$/)
  })

  it('says the day of its end where that is another one', () => {
    const same = head({})
    expect(same.text()).toContain(`ended ${formatClock(Date.UTC(2026, 0, 20, 9, 1), true)}`)
    const later = Date.UTC(2026, 0, 22, 9)
    const other = head({ completed_at: '2026-01-22T09:00:00' })
    expect(other.text()).toContain(`ended ${formatMoment(later)}`)
  })
})
