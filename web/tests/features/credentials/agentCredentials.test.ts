import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { needsOf, sourceWords } from '@/features/agentCredentials/assignModel'
import CredentialsTab from '@/features/agentCredentials/CredentialsTab.vue'
import type { FleetAgent } from '@/stores/fleetModel'
import { useToasts } from '@/stores/toasts'
import type { TopicListener } from '@/live/client'
import { agent, fakeServer } from '../../helpers'

const heard = vi.hoisted(() => ({ listener: null as TopicListener | null }))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  liveStatus: { value: 'ready' },
  useTopic: (_topic: () => string | null, listener: TopicListener) => {
    heard.listener = listener
  },
}))

const short = (id: string, name: string) => ({
  id,
  name,
  service: 'search',
  type: 'api_key',
  file_path: null,
})
const required = (configured: boolean) => ({
  agent_name: 'bot',
  template: 'local:demo',
  required_credentials: [{ name: 'NEED_KEY', source: 'mcp:search', configured }],
})
let assignments: Record<string, unknown>
let sent: unknown[]
let server: { calls: string[] }

beforeEach(() => {
  setActivePinia(createPinia())
  sent = []
  assignments = {
    agent_name: 'bot',
    assigned: [short('1', 'SEARCH_KEY')],
    available: [short('2', 'A_KEY'), short('3', 'B_KEY')],
    pending: true,
    others: 2,
    last_push: { at: '2026-01-15T10:20:30', status: 'ok', error: null },
  }
  const take = (init: RequestInit) => sent.push(JSON.parse(String(init.body)))
  server = fakeServer({
    'GET /api/agents/bot/credentials/assignments?with_requirements=true': () => [
      200,
      { ...assignments, requirements: required(false) },
    ],
    'GET /api/agents/bot/credentials/status': () => [
      200,
      {
        agent_name: 'bot',
        files: {
          '.env': { exists: true, size: 812, modified: '2026-01-15T10:20:30' },
          '.mcp.json': { exists: false },
        },
        credential_count: 4,
      },
    ],
    'POST /api/agents/bot/credentials/assign/bulk': (init) => {
      take(init)
      return [200, { message: '', assigned_count: 2, assigned_ids: ['2', '3'], failed_ids: [] }]
    },
    'DELETE /api/agents/bot/credentials/assign/1': () => [200, {}],
    'POST /api/agents/bot/credentials/apply': () => [
      200,
      { credential_count: 3, file_count: 1, note: 'Restart MCP servers.' },
    ],
    'POST /api/agents/bot/credentials/hot-reload': (init) => {
      take(init)
      return [
        200,
        {
          credential_count: 1,
          saved_to_redis: [{ name: 'A_KEY_2', status: 'renamed', original: 'A_KEY' }],
          note: '',
        },
      ]
    },
  })
})
async function open(change: Partial<FleetAgent> = {}) {
  const wrapper = mount(CredentialsTab, {
    props: { agent: agent('bot', change) },
    attachTo: document.body,
    global: { stubs: { RouterLink: RouterLinkStub } },
  })
  await flushPromises()
  return wrapper
}

describe('the credentials of an agent', () => {
  it('says what is missing first, and what is inside', async () => {
    const wrapper = await open()
    expect(wrapper.get('[data-testid=need-NEED_KEY]').text()).toContain('Missing')
    expect(wrapper.get('[data-testid=need-NEED_KEY]').text()).toContain('for search')
    expect(wrapper.find('[data-testid=needs-apply]').exists()).toBe(true)
    expect(wrapper.get('[data-testid=inside]').text()).toContain('812 B')
    expect(wrapper.get('[data-testid=inside]').text()).toContain('not there')
    expect(wrapper.get('[data-testid=others]').text()).toContain('2 more')
    expect(server.calls).toHaveLength(2)
    wrapper.unmount()
  })

  it('assigns several at once, removes one with undo, and applies', async () => {
    const wrapper = await open()
    for (const name of ['A_KEY', 'B_KEY'])
      await wrapper.get(`[data-testid=assign-row-${name}] input`).setValue(true)
    await wrapper.get('[data-testid=assign-chosen]').trigger('click')
    await flushPromises()
    expect(sent).toEqual([{ credential_ids: ['2', '3'] }])
    await wrapper.get('[data-testid=unassign-SEARCH_KEY]').trigger('click')
    await flushPromises()
    expect(useToasts().items.at(-1)?.action?.label).toBe('Assign again')
    assignments = { ...assignments, pending: false }
    await wrapper.get('[data-testid=apply]').trigger('click')
    await flushPromises()
    expect(useToasts().items.at(-1)?.body).toBe('3 variables and 1 file. Restart MCP servers.')
    expect(wrapper.find('[data-testid=needs-apply]').exists()).toBe(false)
    wrapper.unmount()
  })

  it('stores what is pasted, empties the field, and says under which name', async () => {
    const wrapper = await open()
    await wrapper.get('[data-testid=paste-lines]').setValue('A_KEY=1')
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect(sent).toEqual([{ credentials_text: 'A_KEY=1' }])
    expect((wrapper.get('[data-testid=paste-lines]').element as HTMLTextAreaElement).value).toBe('')
    expect(wrapper.get('[data-testid=paste-done]').text()).toContain('stored as A_KEY_2')
    wrapper.unmount()
  })

  it('keeps what was pasted when it was refused', async () => {
    const wrapper = await open()
    fakeServer({
      'POST /api/agents/bot/credentials/hot-reload': () => [
        400,
        { detail: 'No valid credentials found' },
      ],
    })
    await wrapper.get('[data-testid=paste-lines]').setValue('A_KEY=1')
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect((wrapper.get('[data-testid=paste-lines]').element as HTMLTextAreaElement).value).toBe(
      'A_KEY=1',
    )
    expect(wrapper.text()).toContain('No valid credentials found')
    wrapper.unmount()
  })

  it('a stopped agent is not asked, and gets things with its next start', async () => {
    const wrapper = await open({ status: 'stopped' })
    expect(server.calls).not.toContain('GET /api/agents/bot/credentials/status')
    expect(wrapper.find('[data-testid=apply]').exists()).toBe(false)
    expect(wrapper.text()).toContain('with its next start')
    wrapper.unmount()
  })

  it('a reader is told whose agent it is', async () => {
    const wrapper = await open({ is_owner: false, owner: 'maria' })
    expect(wrapper.text()).toContain('This agent belongs to maria')
    wrapper.unmount()
  })

  it('asks again only for news of its own area', async () => {
    const wrapper = await open()
    const news = (area: string) =>
      heard.listener?.event({
        event: 'agent_config_changed',
        topic: 'agent:bot',
        seq: 1,
        data: { area },
      })
    server.calls.length = 0
    news('sharing')
    await flushPromises()
    expect(server.calls).toEqual([])
    news('credentials')
    await flushPromises()
    expect(server.calls).toHaveLength(2)
    wrapper.unmount()
  })
})

describe('what a template needs', () => {
  const lists = {
    agent_name: 'bot',
    assigned: [short('1', 'SEARCH_KEY')],
    available: [short('2', 'NEED_KEY')],
  }
  it('is assigned, had, or missing', () => {
    expect(needsOf(required(true), lists)[0]).toMatchObject({
      state: 'have',
      candidates: [{ id: '2' }],
    })
    expect(needsOf(required(true), { ...lists, available: [] })[0]?.state).toBe('have')
    expect(needsOf(required(false), { ...lists, available: [] })[0]?.state).toBe('missing')
    expect(
      needsOf(required(false), { ...lists, assigned: [short('9', 'NEED_KEY')] })[0]?.state,
    ).toBe('assigned')
  })
  it('says where in words', () => {
    expect(sourceWords('template:mcp:heygen')).toBe('for heygen')
    expect(sourceWords('.env.example')).toBe('from .env.example')
    expect(sourceWords('unknown')).toBe('')
  })
})
