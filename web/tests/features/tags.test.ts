import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computed } from 'vue'
import AgentTags from '@/features/agents/AgentTags.vue'
import TagFilter from '@/features/agents/TagFilter.vue'
import { hasTags, knownTags, tagOf, tagsIn } from '@/features/agents/tags'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { agent, fakeServer } from '../helpers'

enableAutoUnmount(afterEach)
beforeEach(() => setActivePinia(createPinia()))

describe('a tag', () => {
  it('has the one form that the server keeps', () => {
    expect(tagOf(' Prod ')).toBe('prod')
    expect(tagOf('team:ann/x_1.2-3')).toBe('team:ann/x_1.2-3')
    expect(tagOf('x'.repeat(40))).toBe('x'.repeat(40))
    for (const bad of ['', ' ', '-x', ':a', 'a b', 'a,b', 'ü', 'x'.repeat(41), 'a#'])
      expect(tagOf(bad), bad).toBeNull()
  })

  it('is one of several that were pasted', () => {
    expect(tagsIn('prod, Billing\nprod -x')).toEqual({ tags: ['prod', 'billing'], rest: ['-x'] })
  })

  it('is known when an agent has it or it is filtered by', () => {
    const agents = [agent('a', { tags: ['b', 'c'] }), agent('d', { tags: ['c'] })]
    expect(knownTags(agents, ['a'])).toEqual(['a', 'b', 'c'])
    expect(hasTags(agents[0] as FleetAgent, ['b', 'c'])).toBe(true)
    expect(hasTags(agents[1] as FleetAgent, ['b', 'c'])).toBe(false)
  })
})

type Put = (tags: string[]) => [number, unknown]
const keep: Put = (tags) => [200, { agent_name: 'bot', tags }]

async function editor(tags: string[], put: Put = keep, change: Partial<FleetAgent> = {}) {
  const sent: string[][] = []
  fakeServer({
    'PUT /api/agents/bot/tags': (init) => {
      const asked = (JSON.parse(String(init.body)) as { tags: string[] }).tags
      sent.push(asked)
      return put(asked)
    },
  })
  useFleet().takeSnapshot({
    agents: [agent('bot', { tags, ...change }), agent('b', { tags: ['seen'] })],
  })
  const page = {
    components: { AgentTags },
    setup: () => ({ agent: computed(() => useFleet().agents.get('bot')) }),
    template: '<AgentTags v-if="agent" :agent="agent" />',
  }
  const wrapper = mount(page, { attachTo: document.body })
  await flushPromises()
  const field = wrapper.find('input')
  const chips = () => wrapper.findAll('li').map((one) => one.text())
  const button = (tag: string) => wrapper.get(`[aria-label="Remove ${tag}"]`)
  return { wrapper, sent, field, chips, button }
}

describe('the tags of an agent', () => {
  it('are a labelled field that takes one by Enter, by a comma, by a blank and when it is left', async () => {
    const { wrapper, sent, field, chips } = await editor(['prod'])
    expect(wrapper.get('label').attributes('for')).toBe(field.attributes('id'))
    await field.setValue('Billing')
    await field.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(sent).toEqual([['billing', 'prod']])
    await field.setValue('one')
    await field.trigger('keydown', { key: ',' })
    await field.setValue('two ')
    await field.setValue('three')
    await field.trigger('blur')
    await flushPromises()
    expect(chips()).toEqual(['billing', 'one', 'prod', 'three', 'two'])
    expect(sent.at(-1)).toEqual(['billing', 'one', 'prod', 'three', 'two'])
    expect((field.element as HTMLInputElement).value).toBe('')
    expect(useFleet().agents.get('bot')?.tags).toHaveLength(5)
    expect(wrapper.get('.sr-only[role=status]').text()).toBe('three added')
  })

  it('offers the tags of other agents', async () => {
    const { wrapper, field } = await editor(['prod'])
    const options = wrapper.findAll(`[id="${field.attributes('list')}"] option`)
    expect(options.map((one) => one.attributes('value'))).toEqual(['seen'])
  })

  it('are reached and removed by keys', async () => {
    const { sent, field, chips, button } = await editor(['a', 'b', 'c'])
    ;(field.element as HTMLElement).focus()
    await field.trigger('keydown', { key: 'Backspace' })
    expect(document.activeElement).toBe(button('c').element)
    expect(sent, 'one stroke too many removes nothing').toEqual([])
    await button('c').trigger('keydown', { key: 'ArrowLeft' })
    expect(document.activeElement).toBe(button('b').element)
    await button('b').trigger('keydown', { key: 'Delete' })
    await flushPromises()
    expect(sent).toEqual([['a', 'c']])
    expect(document.activeElement).toBe(button('c').element)
    await button('c').trigger('keydown', { key: 'ArrowRight' })
    expect(document.activeElement).toBe(field.element)
    await button('c').trigger('click')
    await button('a').trigger('click')
    await flushPromises()
    expect(chips()).toEqual([])
    expect(document.activeElement).toBe(field.element)
  })

  it('say at the field what is no tag, and keep what was typed', async () => {
    const { wrapper, sent, field } = await editor([])
    await field.setValue('good')
    await field.setValue('good ü')
    await field.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(sent).toEqual([['good']])
    const error = wrapper.get('[role=alert]')
    expect(error.text()).toContain('“ü” is no tag')
    expect(field.attributes('aria-invalid')).toBe('true')
    expect(field.attributes('aria-describedby')).toBe(error.attributes('id'))
    expect((field.element as HTMLInputElement).value).toBe('ü')
    await field.setValue('')
    expect(wrapper.find('[role=alert]').exists()).toBe(false)
  })

  it('are at most twenty', async () => {
    const { wrapper, sent, field } = await editor(Array.from({ length: 20 }, (_, n) => `t${n}`))
    await field.setValue('more')
    await field.trigger('keydown', { key: 'Enter' })
    expect(wrapper.get('[role=alert]').text()).toBe('An agent has at most 20 tags.')
    expect(sent).toEqual([])
  })

  it('stay as they are when the server refuses, with its reason', async () => {
    const { wrapper, field, chips } = await editor(['prod'], () => [
      422,
      { detail: [{ type: 'value_error', loc: ['body', 'tags', 0], msg: 'Not now', input: 'x' }] },
    ])
    await field.setValue('x')
    await field.trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(chips()).toEqual(['prod'])
    expect(wrapper.get('[role=alert]').text()).toBe('Not now')
  })

  it('are only read by those who may not change them', async () => {
    const { field, chips } = await editor(['prod'], keep, { is_owner: false })
    expect(field.exists()).toBe(false)
    expect(chips()).toEqual(['prod'])
    const { wrapper } = await editor([], keep, { is_owner: false })
    expect(wrapper.find('[data-testid=agent-tags]').exists()).toBe(false)
  })

  it('follow what another page has set', async () => {
    const { chips } = await editor(['prod'])
    useFleet().takeEvent({
      kind: 'event',
      topic: 'agents',
      event: 'agent_updated',
      seq: 2,
      data: { name: 'bot', tags: ['other'] },
    } as never)
    await flushPromises()
    expect(chips()).toEqual(['other'])
  })
})

describe('the filter by tag', () => {
  const open = (agents: FleetAgent[], chosen: string[] = []) =>
    mount(TagFilter, { props: { agents, narrow: false, modelValue: chosen } })

  it('is not there while nobody has a tag', () => {
    expect(
      open([agent('a')])
        .find('button')
        .exists(),
    ).toBe(false)
    expect(
      open([agent('a')], ['gone'])
        .get('button')
        .text(),
    ).toBe('Tag: gone')
  })

  it('says what is chosen', () => {
    const agents = [agent('a', { tags: ['x', 'y'] })]
    expect(open(agents).get('button').text()).toBe('Any tag')
    expect(open(agents, ['x', 'y']).get('button').text()).toBe('2 tags')
  })
})
