import { flushPromises, mount, RouterLinkStub } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, ref, type Ref } from 'vue'
import type { AuditEntry, AuditQuery } from '@/api/types'
import AuditRow from '@/features/audit/AuditRow.vue'
import { actionWords, detailsOf, objectWords, placeOf } from '@/features/audit/auditModel'
import { useAudit, type Audit } from '@/features/audit/useAudit'
import KeyRow from '@/features/platform/KeyRow.vue'
import { verdictOf } from '@/features/platform/keysModel'
import { useFleet } from '@/stores/fleet'
import { useToasts } from '@/stores/toasts'
import { agent, fakeServer } from '../../helpers'

beforeEach(() => {
  document.body.innerHTML = ''
  setActivePinia(createPinia())
})

describe('a platform key', () => {
  const mounted = () =>
    mount(KeyRow, {
      props: {
        keyName: 'anthropic',
        status: { configured: true, masked: '...x9Qz', source: 'settings' },
      },
      attachTo: document.body,
    })

  it('is tested without being stored, and a test of other text does not count', async () => {
    const server = fakeServer({
      'POST /api/settings/api-keys/anthropic/test': () => [
        200,
        { valid: false, error: 'Invalid API key' },
      ],
    })
    const wrapper = mounted()
    expect(wrapper.text()).toContain('...x9Qz')
    await wrapper.get('[data-testid=key-anthropic-set]').trigger('click')
    await wrapper.get('[data-testid=key-anthropic-value]').setValue('sk-ant-1')
    await wrapper.get('[data-testid=key-anthropic-test]').trigger('click')
    await flushPromises()
    expect(wrapper.get('[data-testid=key-anthropic-verdict]').text()).toContain('Invalid API key')
    await wrapper.get('[data-testid=key-anthropic-value]').setValue('sk-ant-12')
    expect(wrapper.find('[data-testid=key-anthropic-verdict]').exists()).toBe(false)
    expect(server.calls).toEqual(['POST /api/settings/api-keys/anthropic/test'])
    wrapper.unmount()
  })

  it('is tried as it is stored, without being typed or sent again', async () => {
    let answer: [number, unknown] = [200, { valid: true }]
    const bodies: string[] = []
    fakeServer({
      'POST /api/settings/api-keys/anthropic/test': (init) => {
        bodies.push(String(init.body))
        return answer
      },
    })
    const wrapper = mounted()
    const verdict = () => wrapper.find('[data-testid=key-anthropic-stored-verdict]')
    const press = async () => {
      await wrapper.get('[data-testid=key-anthropic-test-stored]').trigger('click')
      await flushPromises()
    }
    await press()
    expect(bodies).toEqual(['{}'])
    expect(verdict().text()).toContain('It works.')
    answer = [200, { valid: false, error: 'Invalid API key' }]
    await press()
    expect(verdict().text()).toContain('Invalid API key')
    answer = [400, { detail: 'api_key: No key is stored.' }]
    await press()
    expect(verdict().exists()).toBe(false)
    expect(wrapper.text()).toContain('No key is stored.')
    answer = [200, { valid: true }]
    await press()
    await wrapper.setProps({ status: { configured: true, masked: '...new1', source: 'settings' } })
    expect(verdict().exists()).toBe(false)
    await wrapper.setProps({ status: { configured: false, masked: null, source: null } })
    expect(wrapper.find('[data-testid=key-anthropic-test-stored]').exists()).toBe(false)
    wrapper.unmount()
  })

  it('that is typed is asked about before the page is left', async () => {
    const wrapper = mounted()
    const leaves = () => {
      const event = new Event('beforeunload', { cancelable: true })
      window.dispatchEvent(event)
      return !event.defaultPrevented
    }
    await wrapper.get('[data-testid=key-anthropic-set]').trigger('click')
    expect(leaves()).toBe(true)
    await wrapper.get('[data-testid=key-anthropic-value]').setValue('sk-ant-1')
    expect(leaves()).toBe(false)
    wrapper.unmount()
    expect(leaves()).toBe(true)
  })

  it('is stored, forgotten by the page, and says how many agents wait for it', async () => {
    fakeServer({
      'PUT /api/settings/api-keys/anthropic': () => [
        200,
        { success: true, masked: '...nt-1', agents_to_restart: 2 },
      ],
    })
    const wrapper = mounted()
    await wrapper.get('[data-testid=key-anthropic-set]').trigger('click')
    await wrapper.get('[data-testid=key-anthropic-value]').setValue(' sk-ant-1 ')
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect(wrapper.emitted('changed')).toHaveLength(1)
    expect(wrapper.find('[data-testid=key-anthropic-value]').exists()).toBe(false)
    expect(useToasts().items[0]?.body).toBe('2 agents take it with the next start.')
    wrapper.unmount()
  })

  it('says what a test found', () => {
    expect(verdictOf({ valid: true, username: 'octocat', has_repo_access: true })).toEqual({
      tone: 'good',
      words: 'It works, as octocat.',
    })
    expect(verdictOf({ valid: true, username: 'octocat', has_repo_access: false }).tone).toBe(
      'attention',
    )
    expect(verdictOf({ valid: false, error: 'no' }).tone).toBe('bad')
  })
})

const entry = (id: number, change: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: '2026-01-15T10:20:30Z',
  request_id: 'r1',
  user: 'maria',
  user_id: 2,
  by: 'session',
  by_agent: null,
  action: 'credential_assign',
  object_kind: 'credential',
  object_id: 'abc',
  agent: 'bot',
  result: 'ok',
  detail: { name: 'SEARCH_KEY', by: 'hand' },
  ...change,
})

describe('the journal', () => {
  it('has words for every action, also for one that is new', () => {
    expect(actionWords('vault_rotate')).toBe('Master key rotated')
    expect(actionWords('agent_frozen')).toBe('Agent frozen')
  })

  it('leads to what an entry is about', () => {
    expect(placeOf(entry(1))).toMatchObject({
      params: { name: 'bot' },
      query: { tab: 'credentials' },
    })
    expect(placeOf(entry(1, { agent: null }))).toEqual({ name: 'credentials' })
    expect(placeOf(entry(1, { object_kind: 'key', agent: null }))).toEqual({ name: 'settings' })
    expect(
      placeOf(entry(1, { action: 'git_pull', object_kind: 'agent', object_id: 'bot' })),
    ).toMatchObject({ query: { tab: 'git' } })
    expect(placeOf(entry(1, { object_kind: 'else', agent: null }))).toBeNull()
    expect(objectWords(entry(1))).toBe('SEARCH_KEY')
    expect(detailsOf(entry(1))).toEqual([{ key: 'by', value: 'hand' }])
  })

  it('links only to agents that there are, and shows what others wrote as text', () => {
    useFleet().takeSnapshot({ agents: [agent('bot')] })
    const row = (change: Partial<AuditEntry>) =>
      mount(AuditRow, {
        props: { entry: entry(1, change) },
        global: { stubs: { RouterLink: RouterLinkStub } },
      })
    expect(row({}).findAllComponents(RouterLinkStub)).toHaveLength(1)
    expect(row({ agent: 'gone' }).findAllComponents(RouterLinkStub)).toHaveLength(0)
    const hostile = row({ detail: { name: '<img src=x onerror=alert(1)>' } })
    expect(hostile.find('img').exists()).toBe(false)
    expect(row({ result: 'refused' }).text()).toContain('refused')
  })

  it('goes on to older entries, and begins anew with other filters', async () => {
    const server = fakeServer({
      'GET /api/audit?limit=50': () => [200, { entries: [entry(3), entry(2)], next: 2 }],
      'GET /api/audit?limit=50&before=2': () => [200, { entries: [entry(1)], next: null }],
      'GET /api/audit?limit=50&user=ann': () => [200, { entries: [], next: null }],
    })
    let audit!: Audit
    let query!: Ref<AuditQuery>
    const wrapper = mount(
      defineComponent(() => {
        query = ref({})
        audit = useAudit(() => query.value)
        return () => null
      }),
    )
    await flushPromises()
    expect(audit.more.value).toBe(true)
    await audit.older()
    expect(audit.entries.value?.map((one) => one.id)).toEqual([3, 2, 1])
    expect(audit.more.value).toBe(false)
    await audit.older()
    query.value = { user: 'ann' }
    await flushPromises()
    expect(audit.entries.value).toEqual([])
    expect(server.calls).toHaveLength(3)
    wrapper.unmount()
  })
})
