import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import AgentRow from '@/features/agents/AgentRow.vue'
import { useFleet } from '@/stores/fleet'
import { useRunFigures } from '@/stores/runFigures'
import { useStats } from '@/stores/stats'
import { useWork } from '@/stores/work'
import { agent, fakeServer } from '../helpers'

let router: Router

beforeEach(async () => {
  setActivePinia(createPinia())
  const page = { template: '<i />' }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/agents/:name', name: 'agent', component: page },
    ],
  })
  await router.push('/')
})

function row(change: Parameters<typeof agent>[1] = {}) {
  const fleet = useFleet()
  fleet.takeSnapshot({ agents: [agent('writer', change)] })
  return mount(AgentRow, {
    props: {
      agent: fleet.agents.get('writer') ?? agent('writer'),
      compact: false,
      selected: false,
      index: 2,
    },
    global: { plugins: [router] },
    attachTo: document.body,
  })
}

describe('a row of the agents table', () => {
  it("shows CPU against the agent's own limit, and memory with its limit", () => {
    const wrapper = row({ resources: { cpu: '4', memory: '2g' } })
    useStats().update(
      'writer',
      { cpu_percent: 100, memory_used_bytes: 1024 ** 3, memory_limit_bytes: 2 * 1024 ** 3 },
      Date.now(),
    )
    return flushPromises().then(() => {
      expect(wrapper.get('[data-testid=agent-cpu-writer]').text()).toBe('25.0\u00a0%')
      expect(wrapper.get('[data-testid=agent-memory-writer]').text()).toBe('1.0\u00a0GB')
      expect(wrapper.text()).toContain('of 4 cores')
      expect(wrapper.text()).toContain('/ 2 GB')
    })
  })

  it('shows no figures, not zeros, for a stopped agent', () => {
    const wrapper = row({ status: 'stopped' })
    expect(wrapper.get('[data-testid=agent-cpu-writer]').text()).toBe('–')
    expect(wrapper.get('[data-testid=agent-state-writer]').text()).toBe('Stopped')
    expect(wrapper.find('[data-testid=agent-start-writer]').exists()).toBe(true)
  })

  it('says what it does now as the dashboard does: the tool and its age, or that it is idle', async () => {
    const wrapper = row()
    const now = () => wrapper.get('[data-testid=agent-now-writer]')
    expect(now().text()).toBe('Idle')
    // However much of a processor it uses.
    useStats().update('writer', { cpu_percent: 90 }, Date.now())
    await flushPromises()
    expect(now().text()).toBe('Idle')
    useWork().takeSnapshot({
      turns: [
        {
          name: 'writer',
          execution_id: 'run-1',
          started_at: new Date(Date.now() - 130_000).toISOString(),
          now: 'tool',
          now_since: new Date(Date.now() - 65_000).toISOString(),
          tool: { name: 'Bash', input_summary: 'npm test' },
        },
      ],
    })
    await flushPromises()
    expect(now().text()).toContain('Bash')
    expect(now().text()).toContain('1 min')
    expect(now().attributes('data-tip')).toBe('Bash: npm test')
    expect(row({ status: 'stopped', reason: 'oom' }).text()).toContain('Ended: out of memory')
  })

  it('says when it was last active: by its conversation or its runs, whichever is later', async () => {
    const wrapper = row()
    expect(wrapper.find('[data-testid=agent-active-writer]').exists()).toBe(false)
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
    useRunFigures().takeTasks([
      { name: 'writer', task_count_24h: 0, last_execution_at: ago(7.5) } as never,
    ])
    await flushPromises()
    expect(wrapper.get('[data-testid=agent-active-writer]').text()).toBe('7 min ago')
  })

  it('opens the agent by a click on the row', async () => {
    await row().get('[data-testid=agent-state-writer]').trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.fullPath).toBe('/agents/writer')
  })

  it('does not open it by a click on one of its buttons', async () => {
    fakeServer({
      'GET /api/agents/writer/executions?limit=100&filter_status=running': () => [200, []],
      'POST /api/agents/writer/stop': () => [200, { message: '' }],
    })
    const wrapper = row()
    await wrapper.get('[data-testid=agent-stop-writer] svg').trigger('click')
    await flushPromises()
    expect(useFleet().agents.get('writer')?.status).toBe('stopped')
    expect(router.currentRoute.value.fullPath).toBe('/')
  })

  it('is chosen by its checkbox, with shift for a range, and does not open', async () => {
    const wrapper = row()
    await wrapper.get('input[type=checkbox]').trigger('click', { shiftKey: true })
    await flushPromises()
    expect(wrapper.emitted('select')).toEqual([[true]])
    expect(router.currentRoute.value.fullPath).toBe('/')
  })
})
