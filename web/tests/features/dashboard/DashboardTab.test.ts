import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { AgentDashboard, DashboardWidget } from '@/api/types'
import DashboardTab from '@/features/dashboard/DashboardTab.vue'
import type { TopicListener } from '@/live/client'
import { agent } from '../../helpers'

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
beforeEach(() => setActivePinia(createPinia()))

async function tab(dashboard: Partial<AgentDashboard>, status = 'running') {
  const wrapper = mount(DashboardTab, { props: { agent: agent('bot', { status }) } })
  if (status === 'running')
    heard.listener?.snapshot(
      {
        dashboard: {
          agent_name: 'bot',
          has_dashboard: false,
          config: null,
          last_modified: null,
          status: 'running',
          error: null,
          ...dashboard,
        },
      },
      null,
    )
  await nextTick()
  return wrapper
}
const shown = (...widgets: unknown[]) =>
  tab({
    has_dashboard: true,
    config: {
      title: 'Mine',
      refresh: 30,
      sections: [{ layout: 'grid', columns: 3, widgets: widgets as DashboardWidget[] }],
    },
  })

describe('the dashboard of an agent', () => {
  it('shows each kind of widget', async () => {
    const wrapper = await shown(
      { type: 'metric', label: 'Users', value: 12, unit: 'people', trend: 'up', trend_value: '+2' },
      { type: 'status', label: 'State', value: 'Good', color: 'green' },
      { type: 'progress', label: 'Done', value: 40 },
      { type: 'text', content: 'plain words' },
      { type: 'markdown', content: '**bold**' },
      {
        type: 'table',
        title: 'T',
        columns: [{ key: 'n', label: 'N' }],
        rows: [{ n: 1 }, { n: 2 }],
        max_rows: 1,
      },
      { type: 'list', title: 'L', items: ['one', 'two'], style: 'number' },
      { type: 'link', label: 'There', url: 'https://example.com/', style: 'button' },
      { type: 'image', src: '/files/charts/a b.png', alt: 'A chart' },
      { type: 'divider' },
      { type: 'spacer', size: 'lg' },
    )
    const text = wrapper.text()
    for (const part of [
      'Users',
      '12',
      'people',
      '+2',
      'Good',
      '40',
      'plain words',
      'and 1 more',
      'two',
    ])
      expect(text).toContain(part)
    expect(wrapper.get('strong').text()).toBe('bold')
    expect(wrapper.get('[role=meter]').attributes('aria-valuenow')).toBe('40')
    expect(wrapper.get('a').attributes()).toMatchObject({
      href: 'https://example.com/',
      rel: expect.stringContaining('noopener'),
    })
    expect(wrapper.get('img').attributes('src')).toBe(
      '/api/agents/bot/files/preview?path=charts%2Fa+b.png',
    )
    expect(wrapper.find('hr').exists()).toBe(true)
  })

  it('runs nothing and loads nothing from elsewhere', async () => {
    const wrapper = await shown(
      { type: 'link', label: 'bad', url: 'javascript:alert(1)' },
      { type: 'image', src: 'https://spy.example/a.png', alt: 'spy' },
      {
        type: 'markdown',
        content:
          '<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![p](https://spy.example/p.png)',
      },
      { type: 'text', content: '<script>alert(1)</script>' },
      { type: 'metric', label: '<b>', value: '<i>' },
    )
    expect(wrapper.find('img').exists()).toBe(false)
    expect(wrapper.find('script').exists()).toBe(false)
    expect(wrapper.findAll('a').map((one) => one.attributes('href'))).toEqual([
      'https://spy.example/a.png',
      'https://spy.example/p.png',
    ])
    expect(wrapper.text()).toContain('<img src=x onerror=alert(1)>')
  })

  it('bears whatever stands in a file', async () => {
    const odd = [
      null,
      'text',
      { type: 'table', columns: 'x', rows: { a: 1 } },
      { type: 'list', items: 'no list' },
      { type: 'metric', label: null, value: { deep: [1] } },
      { type: 'progress', label: 1, value: 'many' },
      { type: 'from-the-future' },
    ]
    const wrapper = await shown(...odd)
    expect(wrapper.text()).toContain('from-the-future')
    expect(wrapper.text()).toContain('{"deep":[1]}')
    for (const sections of [null, 'x', [null, { widgets: null }]]) {
      const config = { title: 'T', refresh: 30, sections } as never
      expect((await tab({ has_dashboard: true, config })).text()).toContain('T')
    }
  })

  it('says what is wrong with a file, and shows the older one when there is one', async () => {
    const error =
      "Validation errors: Missing required 'title' field; Section 0: columns must be 1-4, got 7"
    const invalid = await tab({ error })
    expect(invalid.findAll('[data-testid=dashboard-invalid] li').map((one) => one.text())).toEqual([
      "Missing required 'title' field",
      'Section 0: columns must be 1-4, got 7',
    ])
    const older = await tab({
      has_dashboard: true,
      config: { title: 'Old', refresh: 30, sections: [] },
      error,
    })
    expect(older.text()).toContain('Old')
    expect(older.get('[data-testid=dashboard-older]').text()).toContain('columns must be 1-4')
  })

  it('teaches how to make one, and waits for a stopped agent without a topic', async () => {
    const none = await tab({ error: 'No dashboard.yaml found in /home/developer/' })
    expect(none.get('[data-testid=dashboard-none] code').text()).toContain('sections:')
    const stopped = await tab({}, 'stopped')
    expect(stopped.find('[data-testid=dashboard-stopped]').exists()).toBe(true)
    expect(heard.topic()).toBeNull()
  })

  it('keeps what it showed when the agent stops, and says so', async () => {
    const wrapper = await shown({ type: 'metric', label: 'Users', value: 12 })
    expect(wrapper.find('[data-testid=dashboard-stopped]').exists()).toBe(false)
    await wrapper.setProps({ agent: agent('bot', { status: 'stopped' }) })
    expect(wrapper.text()).toContain('Users')
    expect(wrapper.get('[data-testid=dashboard-stopped]').text()).toContain('how its dashboard was')
  })

  it('shows the metrics of the template beside it', async () => {
    const wrapper = await tab({ error: 'No dashboard.yaml found' })
    heard.listener?.event({
      event: 'agent_metrics_update',
      topic: 't',
      seq: 1,
      data: {
        agent_name: 'bot',
        has_metrics: true,
        status: 'running',
        definitions: [{ name: 'pages', type: 'counter', label: 'Pages' }],
        values: { pages: 7 },
      },
    })
    await nextTick()
    expect(wrapper.get('[data-testid=metric-pages]').text()).toContain('7')
  })
})
