import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createApp, ref, type Ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useLogAddress } from '@/features/logs/useLogAddress'
import type { LevelChoice, StreamChoice } from '@/features/logs/view'

async function page(address: string) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/agents/:name', component: { template: '' } }],
  })
  await router.push(address)
  const view = {
    level: ref('all') as Ref<LevelChoice>,
    stream: ref('both') as Ref<StreamChoice>,
    search: ref(''),
    onlyMatches: ref(false),
  }
  const app = createApp({
    setup() {
      useLogAddress(view)
      return () => null
    },
  })
  app.use(router)
  app.mount(document.createElement('div'))
  return { router, view }
}

describe('what is looked for in a log', () => {
  it('is taken from the address', async () => {
    const { view } = await page('/agents/bot?tab=logs&level=warn&stream=stderr&q=time+out&only=1')
    expect(view.level.value).toBe('warn')
    expect(view.stream.value).toBe('stderr')
    expect(view.search.value).toBe('time out')
    expect(view.onlyMatches.value).toBe(true)
  })

  it('is as usual when the address says something unknown', async () => {
    const { view } = await page('/agents/bot?tab=logs&level=loud&stream=&only=1')
    expect([view.level.value, view.stream.value, view.onlyMatches.value]).toEqual([
      'all',
      'both',
      false,
    ])
  })

  it('stands in the address, and leaves it again', async () => {
    const { router, view } = await page('/agents/bot?tab=logs')
    view.level.value = 'error'
    view.search.value = 'x'
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ tab: 'logs', level: 'error', q: 'x' })
    view.level.value = 'all'
    view.search.value = ''
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ tab: 'logs' })
  })

  it('does not follow to other tabs', async () => {
    const { router, view } = await page('/agents/bot?tab=logs')
    await router.push({ query: { tab: 'git' } })
    view.search.value = 'late'
    await flushPromises()
    expect(router.currentRoute.value.query).toEqual({ tab: 'git' })
  })
})
