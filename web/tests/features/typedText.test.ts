import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, type VNode } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import PastePanel from '@/features/agentCredentials/PastePanel.vue'
import FleetBudgetPanel from '@/features/budgets/FleetBudgetPanel.vue'
import GitTab from '@/features/git/GitTab.vue'
import { useGit } from '@/features/git/useGit'
import type { TopicListener } from '@/live/client'
import { agent, fakeServer } from '../helpers'

const heard = vi.hoisted(() => ({ listener: null as TopicListener | null }))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  liveStatus: { value: 'ready' },
  useTopic: (_topic: () => string | null, listener: TopicListener) => {
    heard.listener = listener
  },
}))

beforeEach(() => {
  setActivePinia(createPinia())
  fakeServer({
    'GET /api/ops/budget': () => [
      200,
      { spent_today: 1, cost_per_day: 2, run_seconds: null, day_ends_at: '2030-01-01T00:00:00Z' },
    ],
  })
})
let wrapper: VueWrapper | undefined
afterEach(async () => {
  wrapper?.unmount()
  document.body.replaceChildren()
  // A dialog that goes gives the focus back a moment later: not into the next test.
  await new Promise((done) => setTimeout(done))
})

/** Not in the very millisecond in which it has come: that is taken for a click from before. */
async function press(button: string): Promise<void> {
  await new Promise((done) => setTimeout(done, 3))
  document.querySelector<HTMLElement>(`[data-testid=${button}]`)?.click()
}

async function shown(part: () => () => VNode) {
  const Page = defineComponent(part)
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/here', component: { render: () => h(Page) } },
      { path: '/other', component: { render: () => h('b', 'elsewhere') } },
    ],
  })
  await router.push('/here')
  wrapper = mount(RouterView, { attachTo: document.body, global: { plugins: [router] } })
  await flushPromises()
  return { router, page: wrapper }
}

const git = () => {
  const live = useGit(
    () => 'bot',
    () => true,
  )
  heard.listener?.snapshot(
    {
      git_enabled: true,
      branch: 'main',
      remote_url: 'https://github.com/acme/bot.git',
      last_commit: null,
      changes: [{ status: 'M', path: 'notes.md' }],
      changes_count: 1,
      ahead: 0,
      behind: 0,
      sync_status: 'pending_sync',
    },
    null,
  )
  return () => h(GitTab, { agent: agent('bot'), git: live })
}
const paste = () => () =>
  h(PastePanel, { running: true, busy: false, paste: () => Promise.reject(new Error()) })
const budget = () => () => h(FleetBudgetPanel)

describe.each([
  ['the commit message', git, 'git-message'],
  ['pasted lines', paste, 'paste-lines'],
  ['a limit', budget, 'budget-cost'],
] as const)('%s that is not stored', (_what, part, field) => {
  it('is asked about before the page is left', async () => {
    const { router, page } = await shown(part)
    await page.get(`[data-testid=${field}]`).setValue('77')
    const stays = router.push('/other')
    await flushPromises()
    const keep = document.querySelector<HTMLElement>('[data-testid=discard-keep]')
    expect(document.activeElement).toBe(keep)
    await press('discard-keep')
    await stays
    expect(router.currentRoute.value.path).toBe('/here')
    expect(page.get<HTMLInputElement>(`[data-testid=${field}]`).element.value).toBe('77')

    const goes = router.push('/other')
    await flushPromises()
    await press('discard-leave')
    await goes
    await flushPromises()
    expect(page.text()).toBe('elsewhere')
  })

  it('is not asked about when there is none', async () => {
    const { router } = await shown(part)
    await router.push('/other')
    expect(router.currentRoute.value.path).toBe('/other')
  })
})
