import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import { pollerKey } from '@/app/poller'
import PressurePanel from '@/features/pressure/PressurePanel.vue'
import type { TopicListener } from '@/live/client'
import { FallbackPoller, GRACE_MS } from '@/live/fallback'
import { agent, fakeServer } from '../../helpers'

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

const STALLS = { some_avg10: null, full_avg10: null }
const THROTTLED = {
  name: 'bot',
  status: 'running',
  sampled_at: new Date().toISOString(),
  cpu: {
    percent: 100,
    limit_cores: 1,
    throttled_percent: 80,
    throttled_ms_per_s: 700,
    ...STALLS,
  },
  memory: {
    used_bytes: 1e6,
    limit_bytes: 1e9,
    percent: 0.1,
    high_events: null,
    max_events: 0,
    oom_events: null,
    oom_kills: 0,
    ...STALLS,
  },
  disk: { read_bytes_per_s: 0, write_bytes_per_s: 0, ...STALLS },
  network: { rx_bytes_per_s: 10, tx_bytes_per_s: 20 },
  turn: {
    execution_id: 'run-7',
    started_at: '2026-01-01T10:00:00Z',
    elapsed_ms: 10_000,
    model_wait_ms: 2_000,
    tool_wait_ms: 8_000,
    own_ms: 0,
    now: 'tool',
    now_since: '2026-01-01T10:00:04Z',
    tool: { name: 'Bash', input_summary: 'npm test' },
  },
}

let shown: VueWrapper | undefined
beforeEach(() => {
  vi.useFakeTimers({ now: Date.now() })
  setActivePinia(createPinia())
})
afterEach(() => {
  shown?.unmount()
  vi.useRealTimers()
})

function panel(change = {}) {
  const poller = new FallbackPoller(() => false)
  const { calls } = fakeServer({ 'GET /api/agents/bot/pressure': () => [200, THROTTLED] })
  const routes = [
    { path: '/', component: { template: '' } },
    { path: '/agents/:name/executions/:id', name: 'execution', component: { template: '' } },
  ]
  shown = mount(PressurePanel, {
    props: { agent: agent('bot', change) },
    global: {
      plugins: [createRouter({ history: createMemoryHistory(), routes })],
      provide: { [pollerKey as symbol]: poller },
    },
  })
  if (heard.listener === null) throw new Error('no topic')
  return { wrapper: shown, poller, calls, listener: heard.listener }
}

const part = (wrapper: VueWrapper, name: string) => wrapper.get(`[data-testid=pressure-${name}]`)

describe('the panel that says why an agent is slow', () => {
  it('comes over its topic alone, and says what holds the agent back', async () => {
    const { wrapper, calls, listener } = panel()
    expect(heard.topic()).toBe('agent:bot:pressure')
    listener.snapshot(THROTTLED, null)
    await flushPromises()
    expect(part(wrapper, 'verdict').text()).toBe('Its CPU limit holds it back')
    expect(part(wrapper, 'cpu').attributes('data-level')).toBe('bad')
    expect(part(wrapper, 'memory').attributes('data-level')).toBe('good')
    expect(part(wrapper, 'disk').attributes('data-level')).toBe('unknown')
    expect(part(wrapper, 'turn').text()).toContain('Bash')
    expect(part(wrapper, 'turn').text()).toContain('npm test')
    expect(part(wrapper, 'now').text()).toContain('for 6 s')
    expect(wrapper.text()).toContain('PSI')
    expect(calls).toEqual([])
  })

  it('counts on between two reports', async () => {
    const { wrapper, listener } = panel()
    listener.snapshot(THROTTLED, null)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(part(wrapper, 'now').text()).toContain('for 9 s')
  })

  it('leads to the limits, for who may change them', async () => {
    const { wrapper, listener } = panel({ is_owner: true })
    listener.snapshot(THROTTLED, null)
    await flushPromises()
    await part(wrapper, 'raise').trigger('click')
    expect(wrapper.emitted('settings')).toHaveLength(1)
  })

  it('names who may, to others', async () => {
    const { wrapper, listener } = panel({ is_owner: false })
    listener.snapshot(THROTTLED, null)
    await flushPromises()
    expect(wrapper.find('[data-testid=pressure-raise]').exists()).toBe(false)
    expect(wrapper.text()).toContain('Its owner can raise the limit.')
  })

  it('is quiet and asks for nothing when the agent does not run', () => {
    const { wrapper } = panel({ status: 'stopped' })
    expect(heard.topic()).toBeNull()
    expect(part(wrapper, 'verdict').text()).toContain('not running')
  })

  it('asks every 10 s while the socket is down, and says when figures are old', async () => {
    const { wrapper, poller, calls, listener } = panel()
    poller.socketDown()
    await vi.advanceTimersByTimeAsync(GRACE_MS + 20_000)
    expect(calls).toHaveLength(3)
    poller.socketUp()
    listener.snapshot(THROTTLED, null)
    await vi.advanceTimersByTimeAsync(40_000)
    expect(calls).toHaveLength(3)
    expect(wrapper.text()).toContain('These figures are 40 s old')
  })

  it('says why nothing could be had, and tries again', async () => {
    const { wrapper, listener } = panel()
    fakeServer({ 'GET /api/agents/bot/pressure': () => [503, { detail: 'The engine is away.' }] })
    listener.refused?.(503, 'no')
    await flushPromises()
    expect(wrapper.text()).toContain('The engine is away.')
    fakeServer({ 'GET /api/agents/bot/pressure': () => [200, THROTTLED] })
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(part(wrapper, 'verdict').text()).toBe('Its CPU limit holds it back')
  })
})
