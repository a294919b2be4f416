import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import TemplatesPage from '@/pages/TemplatesPage.vue'
import { fakeServer } from '../../helpers'

const template = (name: string) => ({
  id: `local:${name}`,
  name,
  display_name: name,
  description: '',
  source: 'local',
  resources: {},
  mcp_servers: [],
  required_credentials: [],
})

it('what is searched among the templates stands in the address', async () => {
  setActivePinia(createPinia())
  fakeServer({ 'GET /api/templates': () => [200, [template('writer'), template('counter')]] })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/templates', name: 'templates', component: { template: '<p />' } }],
  })
  await router.push('/templates?q=count')
  const page = mount(TemplatesPage, { global: { plugins: [router] } })
  await flushPromises()
  expect(page.get<HTMLInputElement>('[role=searchbox]').element.value).toBe('count')
  expect(page.text()).toContain('counter')
  expect(page.text()).not.toContain('writer')
  await page.get('[role=searchbox]').setValue('')
  await flushPromises()
  expect(router.currentRoute.value.fullPath).toBe('/templates')
  expect(page.text()).toContain('writer')
  page.unmount()
})
