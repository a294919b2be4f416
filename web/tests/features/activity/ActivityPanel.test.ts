import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick, ref, shallowRef } from 'vue'
import type { LiveToolEntry } from '@/api/types'
import ActivityPanel from '@/features/activity/ActivityPanel.vue'
import {
  IDLE,
  takeSnapshot,
  takeUpdate,
  type AgentActivity,
} from '@/features/activity/activityModel'
import { fakeServer } from '../../helpers'

beforeEach(() => {
  setActivePinia(createPinia())
  document.body.replaceChildren()
})

const entry = (id: string, change: Partial<LiveToolEntry> = {}): LiveToolEntry => ({
  id,
  tool: 'Bash',
  input_summary: `step ${id}`,
  output_summary: 'fine',
  duration_ms: 1500,
  started_at: `2026-01-14T10:00:0${id}Z`,
  ended_at: '2026-01-14T10:00:09Z',
  success: true,
  status: 'completed',
  execution_id: 'run',
  ...change,
})

function panel(activity: AgentActivity | null, running = true) {
  const state = shallowRef(activity ?? IDLE)
  const older: string[] = []
  const cleared: string[] = []
  const wrapper = mount(ActivityPanel, {
    props: {
      agent: 'a',
      running,
      live: {
        activity: state,
        known: ref(activity !== null),
        error: ref(null),
        loadingOlder: ref(false),
        loadOlder: async () => void older.push('asked'),
        clear: async () => void cleared.push('asked'),
      },
    },
    attachTo: document.body,
  })
  return { wrapper, state, older, cleared }
}
const known = (timeline: LiveToolEntry[], change = {}) =>
  takeSnapshot(IDLE, {
    timeline,
    tool_counts: { Bash: timeline.length },
    session: {
      context_percent: 91.2,
      context_tokens: 182_400,
      context_window: 200_000,
      total_cost_usd: 0.0345,
    },
    ...change,
  })

describe('the activity of an agent', () => {
  it('shows the tool at work, the figures of the conversation and the calls', () => {
    const { wrapper } = panel(
      known([entry('2', { success: false }), entry('1')], {
        active_tool: {
          name: 'Read',
          input_summary: '.../day.md',
          started_at: new Date().toISOString(),
        },
      }),
    )
    expect(wrapper.get('[data-testid=activity-tool]').text()).toBe('Read')
    expect(wrapper.get('[data-testid=activity-elapsed]').text()).toMatch(/^\d s$/)
    expect(wrapper.get('[data-testid=activity-context]').text()).toContain('91.2')
    expect(wrapper.get('[data-testid=activity-context]').classes()).toContain('text-attention')
    expect(wrapper.get('[data-testid=activity-cost]').text()).toBe('$0.0345')
    const rows = wrapper.findAll('[data-testid^=call-]')
    expect(rows.map((row) => row.text())).toEqual([
      expect.stringContaining('failed'),
      expect.stringContaining('step 1'),
    ])
  })

  it('asks for input and output only when a call is opened, and shows them as text', async () => {
    const { calls } = fakeServer({
      'GET /api/agents/a/activity/1': () => [
        200,
        { ...entry('1'), input: { command: 'echo <b>' }, output: '<img src=x onerror=alert(1)>' },
      ],
    })
    const { wrapper } = panel(known([entry('1')]))
    expect(calls).toEqual([])
    await wrapper.get('[data-testid=call-1] button').trigger('click')
    await flushPromises()
    await expect.poll(() => wrapper.find('[data-testid=call-detail] pre').exists()).toBe(true)
    expect(calls).toEqual(['GET /api/agents/a/activity/1'])
    expect(wrapper.findAll('pre').map((one) => one.text())).toEqual([
      'echo <b>',
      '<img src=x onerror=alert(1)>',
    ])
    expect(wrapper.find('img').exists()).toBe(false)
  })

  it('says so when the agent does not keep the details any more', async () => {
    fakeServer({ 'GET /api/agents/a/activity/1': () => [404, { detail: 'Tool call 1 not found' }] })
    const { wrapper } = panel(known([entry('1')]))
    await wrapper.get('[data-testid=call-1] button').trigger('click')
    await expect
      .poll(() => wrapper.find('[data-testid=call-detail]').text())
      .toContain('does not keep the details')
  })

  it('lets new calls wait while one is read', async () => {
    fakeServer({
      'GET /api/agents/a/activity/1': () => [200, { ...entry('1'), input: null, output: '' }],
    })
    const { wrapper, state } = panel(known([entry('1')]))
    await wrapper.get('[data-testid=call-1] button').trigger('click')
    state.value = takeUpdate(state.value, { upsert: [entry('2'), entry('3')] })
    await nextTick()
    expect(wrapper.find('[data-testid=call-2]').exists()).toBe(false)
    expect(wrapper.get('[data-testid=activity-waiting]').text()).toContain('2 new calls')
    await wrapper.get('[data-testid=activity-waiting]').trigger('click')
    expect(
      wrapper.findAll('[data-testid^=call-]').map((one) => one.attributes('data-testid')),
    ).toEqual(expect.arrayContaining(['call-3', 'call-2', 'call-1']))
    expect(wrapper.find('[data-testid=activity-waiting]').exists()).toBe(false)
  })

  it('shows the calls of one tool, and offers the older ones', async () => {
    const { wrapper, older } = panel(
      known([entry('2', { tool: 'Read' }), entry('1')], {
        tool_counts: { Bash: 8, Read: 1 },
        timeline_total: 9,
      }),
    )
    const chip = wrapper.findAll('button[aria-pressed]').find((one) => /^Read/.test(one.text()))
    expect(chip?.text()).toMatch(/^Read.*: 1 call$/)
    await chip?.trigger('click')
    expect(wrapper.find('[data-testid=call-1]').exists()).toBe(false)
    expect(wrapper.find('[data-testid=call-2]').exists()).toBe(true)
    const button = wrapper.findAll('button').find((one) => one.text() === 'Show 7 older calls')
    await button?.trigger('click')
    expect(older).toEqual(['asked'])
  })

  it('asks before the calls are forgotten, for that is for everybody', async () => {
    const { wrapper, cleared } = panel(known([entry('1')]))
    const ask = async () => {
      await wrapper.get('[data-testid=activity-clear]').trigger('click')
      await expect
        .poll(() => document.querySelector('[role=dialog]')?.textContent)
        .toContain('for everybody')
      // Not in the very millisecond in which it has come: that is taken for a click from before.
      await new Promise((done) => setTimeout(done, 3))
      return [...document.querySelectorAll<HTMLElement>('[role=dialog] button')]
    }
    const [cancel] = (await ask()).filter((one) => one.textContent?.trim() === 'Cancel')
    cancel?.click()
    await expect.poll(() => document.querySelector('[role=dialog]')).toBeNull()
    expect(cleared).toEqual([])
    await ask()
    document.querySelector<HTMLElement>('[data-testid=activity-clear-submit]')?.click()
    await expect.poll(() => document.querySelector('[role=dialog]')).toBeNull()
    expect(cleared).toEqual(['asked'])
  })

  it('has words for no calls, for an agent at rest and for one that was seen before it stopped', () => {
    expect(panel(known([])).wrapper.text()).toContain('Nothing has been called yet')
    expect(panel(null, false).wrapper.text()).toContain('The agent is not running')
    const after = panel(known([entry('1')]), false).wrapper
    expect(after.text()).toContain('step 1')
    expect(after.find('[data-testid=activity-now]').exists()).toBe(false)
  })
})
