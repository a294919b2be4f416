import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'
import { useUnsavedForm, type UnsavedForm } from '@/lib/unsaved'

let wrapper: VueWrapper | undefined
afterEach(() => wrapper?.unmount())

const leaves = () => {
  const event = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(event)
  return !event.defaultPrevented
}

describe('a form in a dialog outside of the page', () => {
  async function shell() {
    const open = ref(true)
    const dirty = ref(true)
    let form: UnsavedForm | undefined
    const Form = defineComponent({
      setup() {
        form = useUnsavedForm(() => dirty.value, open)
        return () => h('i')
      },
    })
    const router = createRouter({
      history: createMemoryHistory(),
      routes: ['/', '/other'].map((path) => ({ path, component: { render: () => h('b') } })),
    })
    await router.push('/')
    wrapper = mount(() => [h(RouterView), open.value ? h(Form) : null], {
      global: { plugins: [router] },
    })
    await flushPromises()
    if (form === undefined) throw new Error('no form')
    const path = () => router.currentRoute.value.fullPath
    return { open, dirty, form, router, path }
  }

  it('closes at once while nothing is typed', async () => {
    const { dirty, form } = await shell()
    dirty.value = false
    expect(form.mayClose()).toBe(true)
    expect(form.asking.value).toBe(false)
  })

  it('asks before it closes, and closes when the text may go', async () => {
    const { open, form } = await shell()
    expect(form.mayClose()).toBe(false)
    expect(form.asking.value).toBe(true)
    form.answer(false)
    expect([form.asking.value, open.value]).toEqual([false, true])
    expect(form.mayClose()).toBe(false)
    form.answer(true)
    expect(open.value).toBe(false)
  })

  it('asks before the page under it is left, and goes with it', async () => {
    const { open, form, router, path } = await shell()
    for (const [leave, end] of [
      [false, '/'],
      [true, '/other'],
    ] as const) {
      const going = router.push('/other')
      await flushPromises()
      expect(form.asking.value).toBe(true)
      form.answer(leave)
      await going
      expect(path()).toBe(end)
      expect(open.value).toBe(!leave)
    }
    expect(leaves()).toBe(true)
  })

  it('asks nothing after it was stored, although its fields are as they were', async () => {
    const { open, form, router, path } = await shell()
    form.close()
    expect(open.value).toBe(false)
    await router.push('/other')
    expect(path()).toBe('/other')
    expect(form.asking.value).toBe(false)
  })
})
