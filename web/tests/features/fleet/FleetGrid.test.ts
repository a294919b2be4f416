import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { shallowRef } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { groupsOf, NO_FACTS, type Grouping } from '@/features/fleetGrid/arrange'
import FleetGrid from '@/features/fleetGrid/FleetGrid.vue'
import { scrollBoxKey } from '@/lib/scrollBox'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useStats } from '@/stores/stats'
import { useWork } from '@/stores/work'
import { agent, fakeServer } from '../../helpers'

enableAutoUnmount(afterEach)

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

/** A box that is 600 px high, as far as the grid can tell. */
function scrollBox(): HTMLElement {
  const box = document.createElement('div')
  Object.defineProperties(box, {
    offsetHeight: { value: 600 },
    clientHeight: { value: 600 },
    offsetWidth: { value: 1400 },
  })
  document.body.append(box)
  return box
}

async function grid(agents: FleetAgent[], grouping: Grouping = 'none', change = {}) {
  useFleet().takeSnapshot({ agents })
  const box = scrollBox()
  const wrapper = mount(FleetGrid, {
    props: {
      groups: groupsOf(agents, grouping, () => NO_FACTS),
      grouping,
      isFolded: () => false,
      narrow: false,
      order: { key: 'name', down: false },
      ...change,
    },
    global: { plugins: [router], provide: { [scrollBoxKey as symbol]: shallowRef(box) } },
    attachTo: box,
  })
  await flushPromises()
  return wrapper
}
const many = (count: number) => Array.from({ length: count }, (_, n) => agent(`agent-${n}`))

describe('the grid of the fleet', () => {
  it('draws only what can be seen of thousands, at its place', async () => {
    const wrapper = await grid(many(5000))
    const rows = wrapper.findAll('[data-agent]')
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.length).toBeLessThan(60)
    expect(wrapper.get('[role=table]').attributes('aria-rowcount')).toBe('5001')
    expect(wrapper.get('[role=rowgroup]').attributes('style')).toContain(`${5000 * 32}px`)
    expect(wrapper.get('[data-testid=fleet-row-agent-2]').attributes('aria-rowindex')).toBe('4')
  })

  it('shows figures against limits, what it does now, and why somebody should look', async () => {
    const wrapper = await grid([
      agent('desk', { resources: { cpu: '4', memory: '2g' } }),
      agent('b'),
    ])
    useStats().update(
      'desk',
      { cpu_percent: 100, memory_used_bytes: 1024 ** 3, memory_limit_bytes: 2 * 1024 ** 3 },
      Date.now(),
    )
    useWork().takeSnapshot({
      turns: [
        {
          name: 'desk',
          execution_id: null,
          started_at: '2026-01-14T10:00:00Z',
          now: 'tool',
          now_since: new Date(Date.now() - 65_000).toISOString(),
          tool: { name: 'Bash', input_summary: 'npm test' },
        },
      ],
    })
    useAttention().replace([
      {
        name: 'desk',
        attention: [
          { kind: 'slow', since: '2026-01-14T10:00:00Z', detail: 'Held back', execution_id: null },
        ],
      },
    ])
    await flushPromises()
    const row = wrapper.get('[data-testid=fleet-row-desk]')
    expect(row.get('[data-testid=fleet-cpu-desk]').text()).toBe('25.0\u00a0%')
    expect(row.get('[data-testid=fleet-memory-desk]').text()).toBe('1.0\u00a0GB\u00a0/ 2 GB')
    expect(row.get('[data-testid=agent-now-desk]').text()).toContain('Bash')
    expect(row.get('[data-testid=agent-now-desk]').text()).toContain('1 min')
    expect(row.text()).toContain('Slow')
    const other = wrapper.get('[data-testid=fleet-row-b]')
    expect(other.get('[data-testid=fleet-cpu-b]').text()).toBe('–')
    expect(other.get('[data-testid=agent-now-b]').text()).toBe('Idle')
  })

  it('has heads of groups that fold', async () => {
    const agents = [agent('a', { owner: 'maria' }), agent('b', { owner: 'ann' })]
    const wrapper = await grid(agents, 'owner')
    const head = wrapper.get('[data-testid=fleet-group-maria]')
    expect(head.attributes('aria-expanded')).toBe('true')
    expect(head.text()).toContain('maria1')
    await head.trigger('click')
    expect(wrapper.emitted('fold')).toEqual([['maria']])
    await wrapper.setProps({ isFolded: (key: string) => key === 'maria' })
    expect(wrapper.find('[data-testid=fleet-row-a]').exists()).toBe(false)
    expect(wrapper.find('[data-testid=fleet-row-b]').exists()).toBe(true)
  })

  it('is ordered by the heads of its columns', async () => {
    const wrapper = await grid(many(3))
    const heads = wrapper.findAll('[role=columnheader]')
    expect(heads[1]?.attributes('aria-sort')).toBe('ascending')
    await heads[3]?.get('button').trigger('click')
    expect(wrapper.emitted('update:order')).toEqual([[{ key: 'cpu', down: true }]])
  })

  it('has an agent under each of its tags, with keys and actions that know which', async () => {
    const agents = [agent('a', { tags: ['one', 'two'] }), agent('b', { tags: ['two'] })]
    const wrapper = await grid(agents, 'tag')
    expect(wrapper.findAll('[data-row]').map((row) => row.attributes('data-row'))).toEqual([
      'one/a',
      'two/a',
      'two/b',
    ])
    const link = (row: string) => wrapper.get(`[data-row="${row}"] a`)
    ;(link('one/a').element as HTMLElement).focus()
    for (const next of ['two/a', 'two/b']) {
      const at = document.activeElement as HTMLElement
      at.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))
      await flushPromises()
      expect(document.activeElement).toBe(link(next).element)
    }
    expect(wrapper.get('[data-row="one/a"]').text()).toContain('#one #two')
  })

  it('moves along the rows by the arrow keys', async () => {
    const wrapper = await grid(many(3))
    const link = (name: string) => wrapper.get(`[data-testid=fleet-row-${name}] a`)
    ;(link('agent-0').element as HTMLElement).focus()
    await link('agent-0').trigger('keydown', { key: 'ArrowDown' })
    await flushPromises()
    expect(document.activeElement).toBe(link('agent-1').element)
    await link('agent-1').trigger('keydown', { key: 'ArrowUp' })
    await flushPromises()
    expect(document.activeElement).toBe(link('agent-0').element)
  })

  it('opens an agent by a click on its row, not by one on its buttons', async () => {
    fakeServer({ 'POST /api/agents/agent-0/stop': () => [200, { message: '' }] })
    const wrapper = await grid(many(1))
    await wrapper.get('[data-testid=agent-stop-agent-0]').trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.path).toBe('/')
    await wrapper.get('[data-testid=fleet-state-agent-0]').trigger('click')
    await flushPromises()
    expect(router.currentRoute.value.path).toBe('/agents/agent-0')
  })

  it('is a list of cards where there is no room for columns', async () => {
    const wrapper = await grid(many(300), 'none', { narrow: true })
    expect(wrapper.find('[role=table]').exists()).toBe(false)
    expect(wrapper.findAll('[role=listitem]').length).toBeLessThan(30)
    expect(wrapper.get('[data-testid=fleet-row-agent-0]').text()).toContain('Running')
  })
})
