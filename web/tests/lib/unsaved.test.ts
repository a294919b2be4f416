import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { useUnsaved, type Unsaved } from '@/lib/unsaved'

let wrapper: VueWrapper | undefined
afterEach(() => wrapper?.unmount())

async function page(loses?: () => boolean) {
  const dirty = ref(false)
  let unsaved: Unsaved | undefined
  const Editor = defineComponent({
    setup() {
      unsaved = useUnsaved(() => dirty.value, loses)
      return () => h('i')
    },
  })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/edit', component: { render: () => h(Editor) } },
      { path: '/other', component: { render: () => h('b') } },
    ],
  })
  await router.push('/edit')
  wrapper = mount(RouterView, { global: { plugins: [router] } })
  await flushPromises()
  if (unsaved === undefined) throw new Error('no editor')
  const path = () => router.currentRoute.value.fullPath
  return { dirty, unsaved, router, path }
}
const leaves = () => {
  const event = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(event)
  return !event.defaultPrevented
}

describe('what is not saved', () => {
  it('stands in nobody’s way while there is nothing', async () => {
    const { router, path, unsaved } = await page()
    await router.push('/edit?file=b')
    expect(path()).toBe('/edit?file=b')
    expect(leaves()).toBe(true)
    await router.push('/other')
    expect(path()).toBe('/other')
    expect(unsaved.asking.value).toBe(false)
  })

  it('asks before the page, its address or the window is left', async () => {
    const { router, path, dirty, unsaved } = await page(() => true)
    dirty.value = true
    await flushPromises()
    expect(leaves()).toBe(false)
    for (const target of ['/edit?file=b', '/other']) {
      const going = router.push(target)
      await flushPromises()
      expect(unsaved.asking.value).toBe(true)
      unsaved.answer(false)
      await going
      expect(path()).toBe('/edit')
    }
    const going = router.push('/other')
    await flushPromises()
    unsaved.answer(true)
    await going
    expect(path()).toBe('/other')
    expect(leaves()).toBe(true)
  })

  it('is asked about once more when the person tries again', async () => {
    const { router, path, dirty, unsaved } = await page(() => true)
    dirty.value = true
    const first = router.push('/other')
    await flushPromises()
    const second = router.push('/edit?file=c')
    await flushPromises()
    unsaved.answer(true)
    await Promise.all([first, second])
    expect(path()).toBe('/edit?file=c')
  })

  it('is asked about when the tab of the page changes, and not when a filter does', async () => {
    const { router, path, dirty, unsaved } = await page()
    dirty.value = true
    await router.push('/edit?q=words')
    expect(path()).toBe('/edit?q=words')
    const going = router.push('/edit?q=words&tab=logs')
    await flushPromises()
    expect(unsaved.asking.value).toBe(true)
    unsaved.answer(false)
    await going
    expect(path()).toBe('/edit?q=words')
  })

  it('stands in nobody’s way any more when what held it is gone', async () => {
    const { router, path, dirty } = await page()
    dirty.value = true
    await flushPromises()
    wrapper?.unmount()
    expect(leaves()).toBe(true)
    await router.push('/other')
    expect(path()).toBe('/other')
  })
})
