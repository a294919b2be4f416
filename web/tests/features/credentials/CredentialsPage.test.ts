import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import type { TopicListener } from '@/live/client'
import CredentialDialog from '@/features/credentials/CredentialDialog.vue'
import ImportDialog from '@/features/credentials/ImportDialog.vue'
import CredentialsPage from '@/pages/CredentialsPage.vue'
import { useFleet } from '@/stores/fleet'
import { agent, fakeServer } from '../../helpers'

const heard = vi.hoisted(() => ({ topics: new Map<string, TopicListener>() }))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  live: {
    hold(topic: string, listener: TopicListener) {
      heard.topics.set(topic, listener)
      return { setOptions: () => undefined, release: () => heard.topics.delete(topic) }
    },
  },
}))

const stored = (id: string, name: string, agents: string[] = [], pending: string[] = []) => ({
  id,
  name,
  service: 'search',
  type: 'api_key',
  description: null,
  file_path: null,
  created_at: '2026-01-15T10:20:30',
  updated_at: '2026-01-15T10:20:30',
  status: 'active',
  agents,
  pending_agents: pending,
})
let list: unknown[]
let sent: unknown
let server: { calls: string[] }
const body = (init: RequestInit) => JSON.parse(String(init.body))

beforeEach(async () => {
  document.body.innerHTML = ''
  await router.push('/credentials')
  setActivePinia(createPinia())
  useFleet().takeSnapshot({ agents: [agent('writer')] })
  list = [stored('1', 'SEARCH_KEY', ['writer', 'gone'], ['writer']), stored('2', 'OTHER_KEY')]
  sent = undefined
  server = fakeServer({
    'GET /api/credentials': () => [200, list],
    'GET /api/templates': () => [200, []],
    'DELETE /api/credentials/1': () => [200, { message: 'x' }],
    'DELETE /api/credentials/2': () => [200, { message: 'x' }],
    'DELETE /api/credentials/4': () => [409, { detail: 'It is in use.' }],
    'POST /api/credentials': (init) => {
      sent = body(init)
      return [200, stored('3', 'NEW_KEY')]
    },
    'POST /api/credentials/bulk/preview': () => [
      200,
      {
        pairs: [
          { line: 1, name: 'A_KEY', service: 'a', type: 'api_key', status: 'new' },
          { line: 2, name: 'SEARCH_KEY', service: 'search', type: 'api_key', status: 'differs' },
        ],
        ignored: [{ line: 3, reason: 'There is no “=” in it.' }],
      },
    ],
    'POST /api/credentials/bulk': (init) => {
      sent = body(init)
      return [200, { created: 1, skipped: 0, errors: [], credentials: [] }]
    },
  })
})
const nothing = { template: '<p>elsewhere</p>' }
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/credentials', name: 'credentials', component: nothing }],
})
const global = { stubs: { RouterLink: RouterLinkStub }, plugins: [router] }
const page = () => document.body.textContent ?? ''
const find = <T extends HTMLElement = HTMLElement>(id: string) =>
  document.body.querySelector<T>(`[data-testid="${id}"]`) as T
async function fill(id: string, value: string): Promise<void> {
  const field = find<HTMLInputElement>(id)
  field.value = value
  field.dispatchEvent(new Event('input'))
  await flushPromises()
}
async function submit(): Promise<void> {
  document.body.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
}

describe('the credentials page', () => {
  it('lists what there is, who uses it and what needs apply, with one request', async () => {
    const wrapper = mount(CredentialsPage, { attachTo: document.body, global })
    await flushPromises()
    expect(server.calls).toEqual(['GET /api/credentials'])
    const row = find('credential-SEARCH_KEY').textContent ?? ''
    expect(row).toContain('writer, needs apply')
    expect(row).toContain('gone')
    expect(find('credential-OTHER_KEY').textContent).not.toContain('needs apply')
    wrapper.unmount()
  })

  it('asks again when an agent that uses one tells of a change, and holds no topic longer than needed', async () => {
    const wrapper = mount(CredentialsPage, { attachTo: document.body, global })
    await flushPromises()
    expect([...heard.topics.keys()]).toEqual(['agent:writer'])
    const writer = heard.topics.get('agent:writer')
    const tell = (area: string) =>
      writer?.event({
        event: 'agent_config_changed',
        topic: 'agent:writer',
        seq: 1,
        data: { area },
      })
    writer?.snapshot({}, null)
    tell('sharing')
    await flushPromises()
    expect(server.calls).toHaveLength(1)
    list = [stored('2', 'OTHER_KEY')]
    // Much at once is one question, and one more for what came meanwhile.
    for (let n = 0; n < 5; n++) tell('credentials')
    await flushPromises()
    expect(server.calls).toHaveLength(3)
    expect(find('credential-SEARCH_KEY')).toBeNull()
    expect(heard.topics.size).toBe(0)
    wrapper.unmount()
  })

  it('has its search, its filter and its order in the address, and back brings them again', async () => {
    const browser = createRouter({
      history: createMemoryHistory(),
      routes: [
        { path: '/credentials', name: 'credentials', component: CredentialsPage },
        { path: '/agents', name: 'agents', component: nothing },
      ],
    })
    await browser.push('/credentials?q=key&use=unused&sort=updated.down')
    const wrapper = mount(RouterView, {
      attachTo: document.body,
      global: { stubs: global.stubs, plugins: [browser] },
    })
    await flushPromises()
    expect(find('credential-SEARCH_KEY')).toBeNull()
    expect(find('credential-OTHER_KEY')).not.toBeNull()
    await wrapper.get('[role=searchbox]').setValue('other')
    await flushPromises()
    const here = '/credentials?q=other&use=unused&sort=updated.down'
    expect(browser.currentRoute.value.fullPath).toBe(here)
    await browser.push('/agents')
    await flushPromises()
    expect(browser.currentRoute.value.fullPath).toBe('/agents')
    browser.back()
    await vi.waitFor(() => expect(browser.currentRoute.value.fullPath).toBe(here))
    await flushPromises()
    expect(wrapper.get<HTMLInputElement>('[role=searchbox]').element.value).toBe('other')
    expect(find('credential-SEARCH_KEY')).toBeNull()
    expect(find('credential-OTHER_KEY')).not.toBeNull()
    wrapper.unmount()
  })

  it('opens the form that an address asks for, and keeps the rest of the address', async () => {
    await router.push('/credentials?use=unused&new=MAPS_KEY')
    const wrapper = mount(CredentialsPage, { attachTo: document.body, global })
    await vi.waitFor(() => expect(find<HTMLInputElement>('credential-name').value).toBe('MAPS_KEY'))
    expect(router.currentRoute.value.fullPath).toBe('/credentials?use=unused')
    wrapper.unmount()
  })

  it('a failed load is an error with its reason, never an empty list', async () => {
    fakeServer({ 'GET /api/credentials': () => [503, { detail: 'Redis does not answer.' }] })
    const wrapper = mount(CredentialsPage, { attachTo: document.body, global })
    await flushPromises()
    expect(page()).toContain('Redis does not answer.')
    expect(find('credentials-empty')).toBeNull()
    wrapper.unmount()
  })
})

describe('a new credential', () => {
  it('is sent once, and its secret is in no part of the page before or after', async () => {
    const wrapper = mount(CredentialDialog, {
      props: { open: true },
      attachTo: document.body,
      global,
    })
    await flushPromises()
    await fill('credential-name', 'OPENAI_API_KEY')
    expect(find<HTMLSelectElement>('credential-service').value).toBe('openai')
    await fill('credential-secret', 'sk-hidden-9')
    expect(find<HTMLInputElement>('credential-secret').type).toBe('password')
    expect(document.body.innerHTML).not.toContain('sk-hidden-9')
    await submit()
    expect(sent).toMatchObject({
      name: 'OPENAI_API_KEY',
      service: 'openai',
      credentials: { api_key: 'sk-hidden-9' },
    })
    expect(wrapper.emitted('update:open')).toEqual([[false]])
    wrapper.unmount()
  })

  it('is not sent with something missing', async () => {
    const wrapper = mount(CredentialDialog, {
      props: { open: true },
      attachTo: document.body,
      global,
    })
    await flushPromises()
    await submit()
    expect(sent).toBeUndefined()
    expect(document.body.querySelectorAll('[aria-invalid=true]').length).toBe(3)
    wrapper.unmount()
  })
})

describe('the import', () => {
  it('shows what each line would do before anything is stored, and leaves out what differs', async () => {
    const wrapper = mount(ImportDialog, { props: { open: true }, attachTo: document.body, global })
    await flushPromises()
    await fill('import-lines', 'A_KEY=1\nSEARCH_KEY=2\nnothing')
    await submit()
    expect(sent).toBeUndefined()
    expect(page()).toContain('There is no “=” in it.')
    expect(page()).toContain('Another value is stored under this name.')
    expect(find('import-submit').textContent).toContain('Import 2 credentials')
    find('import-skip').click()
    await flushPromises()
    expect(find('import-submit').textContent).toContain('Import 1 credential')
    await submit()
    expect(sent).toEqual({ content: 'A_KEY=1\nnothing' })
    wrapper.unmount()
  })
})

describe('many credentials at once', () => {
  beforeEach(() => {
    list = [...list, stored('4', 'THIRD_KEY')]
  })
  async function open() {
    const wrapper = mount(CredentialsPage, { global, attachTo: document.body })
    await flushPromises()
    return wrapper
  }
  async function choose(...names: string[]): Promise<void> {
    for (const name of names) find(`credential-select-${name}`).click()
    await flushPromises()
  }
  /** Not in the very millisecond in which it has come: that is taken for a click from before. */
  async function press(id: string): Promise<void> {
    await new Promise((done) => setTimeout(done, 3))
    find(id).click()
    await flushPromises()
  }
  const deleted = () => server.calls.filter((call) => call.startsWith('DELETE')).sort()

  it('are chosen, told with what their agents lose, and deleted when their number is typed', async () => {
    const wrapper = await open()
    expect(find('bulk')).toBeNull()
    await choose('SEARCH_KEY', 'OTHER_KEY')
    expect(find('bulk').textContent).toContain('2 selected')
    await press('credentials-remove')
    await expect.poll(page).toContain('Delete 2 credentials?')
    expect(page()).toContain('2 agents use some of them.')
    expect(document.activeElement).toBe(find('bulk-type'))
    await press('bulk-submit')
    expect(deleted()).toEqual([])
    await fill('bulk-type', '2')
    await press('bulk-submit')
    expect(deleted()).toEqual(['DELETE /api/credentials/1', 'DELETE /api/credentials/2'])
    expect(page()).not.toContain('SEARCH_KEY')
    expect(page()).toContain('THIRD_KEY')
    expect(find('bulk')).toBeNull()
    wrapper.unmount()
  })

  it('tells which are still there, and why; they stay chosen', async () => {
    const wrapper = await open()
    find('credentials-select-all').click()
    await flushPromises()
    expect(find('bulk').textContent).toContain('3 selected')
    await press('credentials-remove')
    await expect.poll(page).toContain('Delete 3 credentials?')
    await fill('bulk-type', '3')
    await press('bulk-submit')
    expect(page()).toContain('1 of 3 credentials could not be deleted.')
    expect(page()).toContain('THIRD_KEY: It is in use.')
    await press('bulk-close')
    expect(find('bulk').textContent).toContain('1 selected')
    wrapper.unmount()
  })

  it('are no longer chosen when a filter hides them', async () => {
    const wrapper = await open()
    await choose('SEARCH_KEY', 'OTHER_KEY')
    const search = document.querySelector<HTMLInputElement>('[role=searchbox]')
    if (search === null) throw new Error('no search')
    search.value = 'other'
    search.dispatchEvent(new Event('input'))
    await flushPromises()
    expect(find('bulk').textContent).toContain('1 selected')
    wrapper.unmount()
  })
})
