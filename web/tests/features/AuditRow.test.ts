import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { AuditEntry } from '@/api/types'
import AuditRow from '@/features/audit/AuditRow.vue'
import { useFleet } from '@/stores/fleet'
import { agent } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))

const entry = {
  id: 1,
  at: '2026-01-14T10:00:00Z',
  user: 'maria@example.com',
  by_agent: 'inbox-triage',
  agent: 'writer',
  action: 'credential_assign',
  object_kind: 'credential',
  object_id: 'c1',
  result: 'ok',
  request_id: null,
  detail: { name: 'Search' },
} as unknown as AuditEntry

it('tells the person from the agent that acted for them, and links to the agent it is about', () => {
  useFleet().takeSnapshot({ agents: [agent('writer')] })
  const page = { template: '<i />' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: page },
      { path: '/agents/:name', name: 'agent', component: page },
    ],
  })
  const row = mount(AuditRow, { props: { entry }, global: { plugins: [router] } })
  expect(row.text()).toContain('maria@example.com through inbox-triage')
  expect(row.get('a').attributes('href')).toBe('/agents/writer?tab=credentials')
  // Beside other text colour alone would not tell a link.
  expect(row.get('a').classes()).toContain('underline')
})
