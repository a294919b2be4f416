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
