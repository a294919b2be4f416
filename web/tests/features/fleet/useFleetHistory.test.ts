import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import type { Activity } from '@/api/types'
import type { Range } from '@/features/fleetTimeline/range'
import { MOST_EVENTS, useFleetHistory } from '@/features/fleetTimeline/useFleetHistory'
import type { EventFrame } from '@/live/frames'
import { inApp } from '../../helpers'
import { asks, MINUTE, NOW, row } from './making'

interface Listener {
  snapshot: (snapshot: unknown) => void
  event: (frame: EventFrame) => void
}
const live = vi.hoisted(() => ({ listeners: [] as unknown[] }))
vi.mock('@/live/client', async () => {
  const { ref } = await import('vue')
  return {
    liveStatus: ref('ready'),
    useTopic: (_: unknown, listener: unknown) => live.listeners.push(listener),
  }
})
const tell = (one: Activity) =>
  (live.listeners[live.listeners.length - 1] as Listener).event({
    event: 'activity_event',
    topic: 'activities',
    seq: 1,
    data: one as unknown as Record<string, unknown>,
  })

/** As the server pages: newest first, behind the given one. */
function serve(
  all: readonly Activity[],
  open: readonly Activity[] = [],
  reaching: readonly Activity[] = [],
) {
  const asked: URLSearchParams[] = []
  globalThis.fetch = ((path: string) => {
    const query = new URL(path, 'http://x').searchParams
    asked.push(query)
    const from = (query.get('start_time') ?? '').replace('Z', '')
    const fit = all.filter((one) => one.created_at >= from)
    const at = fit.findIndex((one) => one.id === query.get('before')) + 1
    const activities = fit.slice(at, at + Number(query.get('limit')))
    const extent =
      query.get('extent') === 'true' ? { total: fit.length, counted_all: true, open, reaching } : {}
    return Promise.resolve(
      new Response(JSON.stringify({ count: activities.length, activities, ...extent })),
    )
  }) as typeof fetch
  return asked
}

const many = (count: number) => Array.from({ length: count }, (_, n) => row(`r${n}`, n * 0.25))
function start(range: Range) {
  const chosen = ref<Range>(range)
  const scope = effectScope()
  const history = inApp(() => scope.run(() => useFleetHistory(() => chosen.value)))
  if (history === undefined) throw new Error('no history')
  return { history, chosen, stop: () => scope.stop() }
}

beforeEach(() => {
  setActivePinia(createPinia())
  live.listeners = []
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] })
})
afterEach(() => vi.useRealTimers())

describe('the history of the fleet', () => {
  it('takes one request to open, says what is missing, and loads it when asked', async () => {
    const asked = serve(many(2600))
    const { history } = start('24h')
    expect(history.store.known).toBe(false)
    await flushPromises()
    expect(asked).toHaveLength(1)
    expect(asked[0]?.get('start_time')).toBe('2026-01-13T12:00:00.000Z')
    expect(asked[0]?.get('activity_types')).toBe('chat_start,schedule_start,agent_collaboration')
    expect([history.shown.value, history.all.value, history.missing.value]).toEqual([
      1000,
      2600,
      true,
    ])
    await history.store.loadRest()
    expect(asked.slice(1).map((query) => query.get('before'))).toEqual(['r999', 'r1999'])
    expect([history.shown.value, history.all.value, history.missing.value]).toEqual([
      2600,
      2600,
      false,
    ])
    await history.store.loadRest()
    expect(asked).toHaveLength(3)
  })

  it('holds no more than it may', async () => {
    const asked = serve(Array.from({ length: 20_000 }, (_, n) => row(`r${n}`, n * 0.05)))
    const { history } = start('24h')
    await flushPromises()
    await history.store.loadRest()
    expect(history.shown.value).toBe(MOST_EVENTS)
    expect(history.all.value).toBe(20_000)
    expect(asked).toHaveLength(10)
  })

  it('is shared: the other view of the same range asks for nothing', async () => {
    const asked = serve(many(1200))
    const graph = start('24h')
    await flushPromises()
    graph.stop()
    const timeline = start('24h')
    await flushPromises()
    expect(asked).toHaveLength(1)
    expect(timeline.history.shown.value).toBe(1000)
    expect(timeline.history.all.value).toBe(1200)
    timeline.stop()
    vi.setSystemTime(NOW + 10_000)
    start('24h')
    expect(asked).toHaveLength(2)
  })

  it('asks again for a longer range, and not for a shorter one', async () => {
    const asked = serve(many(20))
    const { chosen } = start('24h')
    await flushPromises()
    chosen.value = '1h'
    await nextTick()
    expect(asked).toHaveLength(1)
    chosen.value = '3d'
    await nextTick()
    expect(asked).toHaveLength(2)
  })

  it('grows by what is told, each once, and knows a message from a run', async () => {
    serve(many(3))
    const { history } = start('1h')
    await flushPromises()
    tell(row('new', 0))
    tell(row('new', 0, { error: 'late' }))
    for (const one of asks('m', 0, 'a', 'b')) tell(one)
    tell(row('tool', 0, { activity_type: 'tool_call' }))
    expect(history.shown.value).toBe(6)
    expect(history.store.book.messages).toHaveLength(1)
    expect(history.store.book.runsOf('b')).toHaveLength(1)
  })

  it('has what began before the range and goes on', async () => {
    const open = row('open', 600, { activity_state: 'started', duration_ms: null })
    serve(many(3), [open])
    const { history } = start('1h')
    await flushPromises()
    expect(history.store.book.runsOf('a')[0]).toMatchObject({ id: 'open', end: null })
    expect(history.shown.value).toBe(3)
    serve(many(3))
    history.reload()
    await flushPromises()
    expect(history.store.book.runsOf('a').map((one) => one.id)).not.toContain('open')
  })

  it('has what began before the range and ended in it, beside what is counted', async () => {
    serve(many(3), [], [row('into', 90, { duration_ms: 45 * MINUTE })])
    const { history } = start('1h')
    await flushPromises()
    expect(history.store.book.runsOf('a')[0]).toMatchObject({ id: 'into', end: NOW - 45 * MINUTE })
    expect(history.shown.value).toBe(3)
    expect(history.all.value).toBe(3)
    history.reload()
    await flushPromises()
    expect(history.store.book.runsOf('a').map((one) => one.id)).toContain('into')
  })

  it('says why it could not be loaded, and loads when asked again', async () => {
    globalThis.fetch = () =>
      Promise.resolve(
        new Response(JSON.stringify({ detail: 'The database is busy' }), { status: 503 }),
      )
    const { history } = start('1h')
    await flushPromises()
    expect(history.store.known).toBe(false)
    expect(history.store.error).toContain('busy')
    serve(many(3))
    history.reload()
    await flushPromises()
    expect(history.store.error).toBeNull()
    expect(history.shown.value).toBe(3)
  })

  it('without the socket asks since the oldest run that goes on', async () => {
    const asked = serve([
      row('1', 1),
      row('2', 30, { activity_state: 'started', duration_ms: null }),
    ])
    const { history } = start('1h')
    await flushPromises()
    await history.store.loadNewer(new AbortController().signal)
    expect(asked[1]?.get('start_time')).toBe(new Date(NOW - 30 * MINUTE).toISOString())
    expect(asked[1]?.get('extent')).toBeNull()
  })
})
