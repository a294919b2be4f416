import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, ref, type App } from 'vue'
import { pollerKey } from '@/app/poller'
import { useActivity, type LiveActivityOf } from '@/features/activity/useActivity'
import type { TopicListener } from '@/live/client'
import { FallbackPoller, GRACE_MS } from '@/live/fallback'
import { fakeServer } from '../../helpers'

const heard = vi.hoisted(() => ({
  listener: null as TopicListener | null,
  topic: (() => null) as () => string | null,
}))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  useTopic: (topic: () => string | null, listener: TopicListener) => {
    heard.topic = topic
    heard.listener = listener
  },
}))

let app: App | undefined
beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  app?.unmount()
  vi.useRealTimers()
})

const call = { id: '1', tool: 'Bash', input_summary: 'ls', started_at: '', status: 'running' }
const ROUTES = {
  'GET /api/agents/bot/activity': (): [number, unknown] => [
    200,
    {
      status: 'idle',
      active_tool: null,
      tool_counts: { Bash: 1 },
      timeline: [call],
      totals: { calls: 1, duration_ms: 5, started_at: null },
    },
  ],
  'GET /api/agents/bot/chat/session': (): [number, unknown] => [200, { total_cost_usd: 1.5 }],
}

function page() {
  const running = ref(true)
  const poller = new FallbackPoller(() => false)
  const { calls } = fakeServer(ROUTES)
  let live: LiveActivityOf | undefined
  app = createApp({
    setup() {
      live = useActivity(
        () => 'bot',
        () => running.value,
      )
      return () => null
    },
  })
  app.provide(pollerKey, poller)
  app.mount(document.createElement('div'))
  if (live === undefined || heard.listener === null) throw new Error('not set up')
  return { live, running, poller, calls, listener: heard.listener }
}

describe('the activity of an agent', () => {
  it('comes over the topic alone', async () => {
    const { live, calls, listener } = page()
    expect(heard.topic()).toBe('agent:bot:activity')
    listener.snapshot({ status: 'running', timeline: [call], timeline_total: 3 }, null)
    listener.event({
      event: 'agent_session_update',
      topic: '',
      seq: 1,
      data: { context_tokens: 7 },
    })
    listener.event({
      event: 'agent_startup_update',
      topic: '',
      seq: 2,
      data: { workspace: 'failed', workspace_error: 'No.', setup: 'none' },
    })
    listener.event({
      event: 'agent_activity_update',
      topic: '',
      seq: 3,
      data: { connection: 'connecting' },
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(live.activity.value).toMatchObject({
      connection: 'connecting',
      kept: 3,
      session: { context_tokens: 7 },
      startup: { workspace: 'failed' },
    })
    expect(calls).toEqual([])
  })

  it('is asked for at once when the topic is refused, and every 5 s from then on', async () => {
    const { live, calls, listener } = page()
    listener.refused?.(404, 'Unknown topic')
    await flushPromises()
    expect(live.activity.value.session?.total_cost_usd).toBe(1.5)
    expect(live.activity.value.calls).toHaveLength(1)
    expect(calls).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(GRACE_MS + 5100)
    // The figures of its conversation have not moved, as nothing was called.
    expect(calls).toHaveLength(4)
    listener.snapshot({ timeline: [] }, null)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(calls).toHaveLength(4)
  })

  it('is polled while the socket is down, and only for an agent that runs', async () => {
    const { live, running, poller, calls } = page()
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS + 10)
    expect(live.known.value).toBe(true)
    expect(calls).toHaveLength(2)
    running.value = false
    await flushPromises()
    expect(heard.topic()).toBeNull()
    expect(live.activity.value.calls[0]).toMatchObject({ status: 'completed', success: false })
    await vi.advanceTimersByTimeAsync(30_000)
    expect(calls).toHaveLength(2)
  })

  it('brings the older calls when they are asked for', async () => {
    const { live, calls } = page()
    await live.loadOlder()
    expect(calls).toEqual(['GET /api/agents/bot/activity'])
    expect(live.activity.value.kept).toBe(1)
  })
})
