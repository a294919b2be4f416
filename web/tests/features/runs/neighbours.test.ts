import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { computed, defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { commands, useCommandKeys } from '@/app/commands'
import { neighboursOf } from '@/features/runs/neighbours'
import RunSteps from '@/features/runs/RunSteps.vue'
import { useNeighbours } from '@/features/runs/useNeighbours'
import { live, type TopicListener } from '@/live/client'
import { text } from '@/text/en'
import { fakeServer } from '../../helpers'
import { row } from './runsModel.test'

const list = (...ids: string[]) => ids.map((id) => ({ id }))

describe('the runs beside one', () => {
  it('are those of the newest list, whatever its record said before', () => {
    const told = { newer_id: null, older_id: 'x' }
    expect(neighboursOf(list('4', '3', '2'), false, '3', told)).toEqual({ newer: '4', older: '2' })
    expect(neighboursOf(list('4', '3', '2'), false, '4', told)).toEqual({ newer: null, older: '3' })
  })

  it('end where the list goes back to the first run, else the record tells', () => {
    expect(neighboursOf(list('2', '1'), true, '1', null)).toEqual({ newer: '2', older: null })
    expect(neighboursOf(list('9', '8'), false, '8', null)).toEqual({ newer: '9', older: undefined })
    const told = { newer_id: '9', older_id: '7' }
    expect(neighboursOf(list('9', '8'), false, '8', told)).toEqual({ newer: '9', older: '7' })
  })

  it('of an old run stand in its record; before it is read nothing is known', () => {
    const told = { newer_id: '6', older_id: null }
    expect(neighboursOf(list('9', '8'), false, '5', told)).toEqual({ newer: '6', older: null })
    expect(neighboursOf(null, false, '5', told)).toEqual({ newer: '6', older: null })
    const unknown = { newer: undefined, older: undefined }
    expect(neighboursOf(list('9', '8'), false, '5', null)).toEqual(unknown)
  })
})

describe('going from run to run', () => {
  let router: Router
  let topics: string[]
  let listener: TopicListener
  let page: VueWrapper

  beforeEach(() => {
    setActivePinia(createPinia())
    topics = []
    vi.spyOn(live, 'hold').mockImplementation((topic, one) => {
      topics.push(topic)
      listener = one
      return { setOptions: () => undefined, release: () => topics.push(`-${topic}`) }
    })
    router = createRouter({
      history: createMemoryHistory(),
      routes: [
        { path: '/', component: { render: () => null } },
        { path: '/agents/:name/executions/:id', name: 'execution', component: {} },
      ],
    })
  })
  afterEach(() => {
    page.unmount()
    vi.restoreAllMocks()
  })

  async function open(
    id: string,
    told: { newer_id: string | null; older_id: string | null } | null,
  ) {
    await router.push(`/agents/a/executions/${id}`)
    const Page = defineComponent({
      setup() {
        useCommandKeys()
        const shown = computed(() => String(router.currentRoute.value.params.id))
        const first = ref(id)
        const { beside, go } = useNeighbours(
          () => 'a',
          () => shown.value,
          () => (shown.value === first.value ? told : null),
        )
        return () => h(RunSteps, { beside: beside.value, onGo: (way) => void go(way) })
      },
    })
    page = mount(Page, { global: { plugins: [router] }, attachTo: document.body })
    await flushPromises()
  }
  const button = (way: string) => page.get<HTMLButtonElement>(`[data-testid=run-${way}]`)
  const at = () => router.currentRoute.value.params.id
  const rows = (...ids: string[]) =>
    listener.snapshot({ executions: ids.map((id) => row(id)) }, null)
  async function press(key: string): Promise<void> {
    ;(document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true }),
    )
    await flushPromises()
  }

  it('needs no request, and one topic for all of them', async () => {
    const server = fakeServer({})
    await open('3', null)
    rows('4', '3', '2', '1')
    await flushPromises()
    for (const expected of ['2', '1']) {
      await button('older').trigger('click')
      await flushPromises()
      expect(at()).toBe(expected)
    }
    await press('k')
    expect(at()).toBe('2')
    await press('j')
    expect(at()).toBe('1')
    expect(server.calls).toEqual([])
    expect(topics).toEqual(['agent:a:executions'])
  })

  it('keeps the focus at the end, says why it does not go on, and goes on when a run begins', async () => {
    const content = document.body.appendChild(document.createElement('div'))
    content.tabIndex = -1
    // As the app does on every change of the page.
    router.afterEach(() => content.focus())
    await open('3', null)
    rows('4', '3')
    await flushPromises()
    button('newer').element.focus()
    await button('newer').trigger('click')
    await flushPromises()
    expect(at()).toBe('4')
    expect(document.activeElement).toBe(button('newer').element)
    expect(button('newer').element.disabled).toBe(false)
    expect(button('newer').attributes('aria-disabled')).toBe('true')
    expect(button('newer').attributes('aria-label')).toContain(text.runs.newest)
    await button('newer').trigger('click')
    await press('k')
    expect(at()).toBe('4')
    listener.event({
      event: 'execution_started',
      topic: '',
      seq: 1,
      data: { ...row('5', { status: 'running' }) },
    })
    await flushPromises()
    expect(button('newer').attributes('aria-disabled')).toBeUndefined()
    await press('k')
    expect(at()).toBe('5')
  })

  it('asks for what it does not know when it is pressed', async () => {
    const server = fakeServer({
      'GET /api/agents/a/executions/1': () => [200, { ...row('1'), newer_id: '2', older_id: null }],
    })
    await open('1', null)
    expect(server.calls).toEqual([])
    await press('k')
    expect(server.calls).toEqual(['GET /api/agents/a/executions/1'])
    expect(at()).toBe('2')
  })

  it('stands in the help with its keys, as far as there is where to go', async () => {
    await open('1', { newer_id: '2', older_id: null })
    const offered = commands.value.map(({ id, keys }) => `${id} ${keys}`)
    expect(offered).toEqual(['run:newer k'])
  })
})
