import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import type { AttentionItem, AttentionKind } from '@/api/fleet'
import AttentionPanel from '@/features/attention/AttentionPanel.vue'
import { useAttention } from '@/stores/attention'
import { useFleet } from '@/stores/fleet'
import { agent, fakeServer } from '../../helpers'

let router: Router

beforeEach(async () => {
  setActivePinia(createPinia())
  const page = { template: '<i />' }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/agents/:name', name: 'agent', component: page },
      { path: '/agents/:name/executions/:id', name: 'execution', component: page },
    ],
  })
  await router.push('/')
})

const need = (name: string, kind: AttentionKind, execution_id: string | null = null) => ({
  name,
  attention: [
    {
      kind,
      since: '2026-01-14T10:00:00Z',
      detail: `because ${name}`,
      execution_id,
    } as AttentionItem,
  ],
})
const panel = (props = {}) =>
  mount(AttentionPanel, {
    props: { atWork: 2, folded: false, ...props },
    global: { plugins: [router] },
    attachTo: document.body,
  })

describe('the panel of what needs a person', () => {
  it('is one calm line when nobody does', () => {
    useAttention().replace([])
    const wrapper = panel()
    expect(wrapper.get('[data-testid=attention-none]').text()).toBe(
      'Nobody needs you. 2 runs at work.',
    )
    expect(wrapper.findAll('li')).toHaveLength(0)
  })

  it('says so, with a way to try again, when it is not known', async () => {
    fakeServer({ 'GET /api/agents/attention': () => [500, { detail: 'Broken' }] })
    await useAttention()
      .load()
      .catch(() => undefined)
    const wrapper = panel()
    expect(wrapper.text()).toContain('It is not known who needs you. Broken')
    const { calls } = fakeServer({ 'GET /api/agents/attention': () => [200, { agents: [] }] })
    await wrapper.get('button').trigger('click')
    await flushPromises()
    expect(calls).toEqual(['GET /api/agents/attention'])
    expect(wrapper.text()).toContain('Nobody needs you.')
  })

  it('names who, why and the next step, most urgent first', () => {
    useFleet().takeSnapshot({ agents: [agent('a'), agent('b')] })
    useAttention().replace([need('a', 'slow'), need('b', 'waiting')])
    const wrapper = panel()
    const links = wrapper.findAll('[data-testid^=attention-item-]')
    expect(links.map((one) => one.attributes('data-kind'))).toEqual(['waiting', 'slow'])
    expect(links[0]?.text()).toBe('b, Waiting for you')
    expect(links[0]?.attributes('href')).toBe('/agents/b?tab=chat')
    expect(links[1]?.attributes('href')).toBe('/agents/a#pressure')
    expect(wrapper.get('[data-testid=attention-row-a]').text()).toContain('because a')
    expect(wrapper.get('[data-testid=attention-step-b-0]').attributes('aria-label')).toBe(
      'Answer: b',
    )
  })

  it('starts a stopped agent by one click', async () => {
    const { calls } = fakeServer({ 'POST /api/agents/a/start': () => [200, { message: '' }] })
    useFleet().takeSnapshot({ agents: [agent('a', { status: 'stopped' })] })
    useAttention().replace([need('a', 'failed')])
    await panel().get('[data-testid=attention-step-a-1]').trigger('click')
    await flushPromises()
    expect(calls).toEqual(['POST /api/agents/a/start'])
  })

  it('shows all of a long list only when asked, and folds to one line of counts', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `agent-${n}`)
    useFleet().takeSnapshot({ agents: names.map((name) => agent(name)) })
    useAttention().replace(names.map((name) => need(name, 'failed')))
    const wrapper = panel()
    expect(wrapper.findAll('li')).toHaveLength(8)
    await wrapper.get('[data-testid=attention-all]').trigger('click')
    expect(wrapper.findAll('li')).toHaveLength(30)
    await wrapper.get('[data-testid=attention-fold]').trigger('click')
    expect(wrapper.emitted('update:folded')).toEqual([[true]])
    await wrapper.setProps({ folded: true })
    expect(wrapper.findAll('li')).toHaveLength(0)
    expect(wrapper.get('[data-testid=attention-fold]').text()).toContain('Failed 30')
  })
})
