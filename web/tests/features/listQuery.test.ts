import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import { useListQuery, type ListQuery } from '@/features/agents/listQuery'

let router: Router
let query: ListQuery

async function open(path: string): Promise<void> {
  const page = {
    setup() {
      query = useListQuery()
      return () => null
    },
  }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/agents', name: 'agents', component: page }],
  })
  await router.push(path)
  mount(RouterView, { global: { plugins: [router] } })
  await flushPromises()
}
const address = () => router.currentRoute.value.fullPath

describe('what the list of agents shows', () => {
  beforeEach(() => open('/agents?q=bot&state=running&sort=name.down'))

  it('stands in the address', async () => {
    expect([query.search.value, query.filter.value]).toEqual(['bot', 'running'])
    expect(query.sort.value).toEqual({ key: 'name', down: true })
    query.filter.value = 'stopped'
    query.sort.value = { key: 'state', down: false }
    await flushPromises()
    expect(address()).toBe('/agents?q=bot&state=stopped')
  })

  it('is narrowed by tags', async () => {
    query.tags.value = ['billing', 'prod']
    await flushPromises()
    expect(router.currentRoute.value.query.tag).toBe('billing,prod')
    expect(query.tags.value).toEqual(['billing', 'prod'])
    query.clear()
    await flushPromises()
    expect(query.tags.value).toEqual([])
  })

  it('is cleared of search and filter at once, and keeps its order', async () => {
    query.clear()
    await flushPromises()
    expect(address()).toBe('/agents?sort=name.down')
    expect([query.search.value, query.filter.value]).toEqual(['', 'all'])
  })
})
