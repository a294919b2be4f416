import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import {
  orderOf,
  useDashboardQuery,
  type DashboardQuery,
} from '@/features/fleetGrid/dashboardQuery'
import { MOST_FOLDED, readDashboard, withFolded } from '@/stores/dashboardChoice'
import { keepFor } from '@/lib/kept'
import { usePreferences } from '@/stores/preferences'

let router: Router
let query: DashboardQuery

async function open(path: string): Promise<void> {
  setActivePinia(createPinia())
  const page = {
    setup() {
      query = useDashboardQuery()
      return () => null
    },
  }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'dashboard', component: page },
      { path: '/agents', name: 'agents', component: { template: '<i />' } },
    ],
  })
  await router.push(path)
  mount(RouterView, { global: { plugins: [router] } })
  await flushPromises()
}
const address = () => router.currentRoute.value.fullPath

beforeEach(() => {
  localStorage.clear()
  keepFor('maria')
})

describe('how the dashboard is shown', () => {
  it('stands in the address and is remembered', async () => {
    await open('/')
    query.group.value = 'owner'
    await flushPromises()
    query.order.value = { key: 'cpu', down: true }
    await flushPromises()
    query.view.value = 'timeline'
    await flushPromises()
    expect(address()).toBe('/?group=owner&sort=cpu.down&view=timeline')
    await open('/')
    expect(address()).toContain('group=owner')
    expect([query.view.value, query.group.value, query.order.value]).toEqual([
      'timeline',
      'owner',
      { key: 'cpu', down: true },
    ])
  })

  it('goes back to the view before', async () => {
    await open('/')
    query.view.value = 'graph'
    await flushPromises()
    expect(query.view.value).toBe('graph')
    router.back()
    await flushPromises()
    await new Promise((done) => setTimeout(done, 0))
    expect(query.view.value).toBe('grid')
    expect(usePreferences().dashboard.view).toBe('grid')
  })

  it('takes what an address says over what was remembered, and nothing it cannot read', async () => {
    localStorage.setItem('trinity-dashboard:maria', JSON.stringify({ view: 'graph', range: '7d' }))
    await open('/?view=grid&group=colour&sort=size.down&state=odd')
    expect([query.view.value, query.group.value, query.filter.value]).toEqual([
      'grid',
      'none',
      'all',
    ])
    expect(query.order.value).toEqual({ key: 'attention', down: false })
    expect(query.range.value).toBe('7d')
    expect(orderOf('memory.down')).toEqual({ key: 'memory', down: true })
  })

  it('filters by tags, in the address and remembered', async () => {
    await open('/?tag=Prod,a%20b,billing,-x')
    expect(query.tags.value).toEqual(['prod', 'a', 'b', 'billing'])
    query.tags.value = ['billing', 'prod']
    await flushPromises()
    expect(query.narrowed.value).toBe(true)
    await open('/')
    expect(query.tags.value).toEqual(['billing', 'prod'])
    query.clear()
    await flushPromises()
    expect(query.tags.value).toEqual([])
    expect(query.narrowed.value).toBe(false)
  })

  it('searches as one types, and drops search and filter together', async () => {
    await open('/?state=running&group=owner')
    query.search.value = 'desk'
    await flushPromises()
    expect(address()).toBe('/?state=running&group=owner&q=desk')
    expect(query.narrowed.value).toBe(true)
    query.clear()
    await flushPromises()
    expect(address()).toBe('/?group=owner')
    expect(query.narrowed.value).toBe(false)
  })

  it('remembers folded groups by what they are groups of', async () => {
    await open('/?group=owner')
    query.fold('maria')
    query.needsFolded.value = true
    expect(query.isFolded('maria')).toBe(true)
    query.group.value = 'template'
    await flushPromises()
    expect(query.isFolded('maria')).toBe(false)
    await open('/?group=owner')
    expect([query.isFolded('maria'), query.needsFolded.value]).toEqual([true, true])
    query.fold('maria')
    expect(query.isFolded('maria')).toBe(false)
  })

  it('leaves the graph its room until a person wants to see who needs one', async () => {
    await open('/')
    expect(query.needsFolded.value).toBe(false)
    await open('/?view=graph')
    expect(query.needsFolded.value).toBe(true)
    query.needsFolded.value = false
    await open('/?view=timeline')
    expect(query.needsFolded.value).toBe(false)
    expect(usePreferences().dashboard.needsFolded).toBeUndefined()
  })
})

describe('what was stored', () => {
  it('is only taken as far as it can be read', () => {
    expect(readDashboard(null)).toEqual({})
    expect(readDashboard('{')).toEqual({})
    expect(readDashboard('7')).toEqual({})
    expect(
      readDashboard('{"view":"graph","range":7,"folded":["a",3],"needsFolded":"yes"}'),
    ).toEqual({ view: 'graph', folded: ['a'] })
  })

  it('has bounds', () => {
    let choice = {}
    for (let n = 0; n < MOST_FOLDED + 20; n += 1) choice = withFolded(choice, `g${n}`)
    const { folded = [] } = choice as { folded?: string[] }
    expect(folded).toHaveLength(MOST_FOLDED)
    expect(folded.at(-1)).toBe(`g${MOST_FOLDED + 19}`)
  })
})
