import { enableAutoUnmount, flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import UiTabs from '@/ui/UiTabs.vue'

enableAutoUnmount(afterEach)

const WIDTH = 100
const tabs = ['one', 'two', 'three', 'four', 'five'].map((value) => ({ value, label: value }))
/** What there is room for, in pixels; the browser's measures are made of it. */
let room = 0

beforeEach(() => {
  document.body.innerHTML = ''
  const measure = (name: string, value: (element: HTMLElement) => number) =>
    vi.spyOn(HTMLElement.prototype, name as 'offsetWidth', 'get').mockImplementation(function (
      this: HTMLElement,
    ) {
      return value(this)
    })
  const place = (element: HTMLElement) =>
    [...(element.parentElement?.querySelectorAll('[role=tab]') ?? [])].indexOf(element)
  measure('offsetWidth', () => WIDTH)
  measure('offsetLeft', (element) => Math.max(0, place(element)) * WIDTH)
  measure('clientWidth', () => room)
  measure('scrollWidth', () => Math.max(room, tabs.length * WIDTH))
})
afterEach(() => vi.restoreAllMocks())

async function shown(chosen = 'one') {
  const wrapper = mount(UiTabs, {
    props: {
      label: 'Parts',
      tabs,
      modelValue: chosen,
      'onUpdate:modelValue': (value: string) => wrapper.setProps({ modelValue: value }),
    },
    attachTo: document.body,
  })
  await flushPromises()
  return wrapper
}
const more = () => document.querySelector<HTMLElement>('[data-testid=tabs-more]')
const listed = () =>
  [...document.querySelectorAll('[role=menuitem]')].map((item) => item.textContent.trim())
async function open() {
  more()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await flushPromises()
}

describe('tabs', () => {
  it('have no menu where all have room', async () => {
    room = 500
    await shown()
    expect(document.querySelectorAll('[role=tab]')).toHaveLength(5)
    expect(more()).toBeNull()
  })

  it('name in a menu those that have no room, and stay one tab list', async () => {
    room = 250
    await shown()
    expect(document.querySelectorAll('[role=tablist] [role=tab]')).toHaveLength(5)
    expect(document.querySelector('[role=tablist]')?.contains(more())).toBe(false)
    await open()
    expect(listed()).toEqual(['three', 'four', 'five'])
  })

  it('are chosen from the menu, and the chosen one is brought into view', async () => {
    room = 250
    const wrapper = await shown()
    await open()
    document.querySelectorAll<HTMLElement>('[role=menuitem]')[2]?.click()
    await flushPromises()
    expect(wrapper.props('modelValue')).toBe('five')
    expect(document.querySelector('[role=tablist]')?.scrollLeft).toBe(
      4 * WIDTH - (room - WIDTH) / 2,
    )
  })

  it('are walked by arrows, Home and End, also where they are out of sight', async () => {
    room = 250
    const wrapper = await shown()
    const press = async (key: string) => {
      document.activeElement?.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
      )
      await flushPromises()
    }
    document.querySelector<HTMLElement>('[role=tab]')?.focus()
    await press('End')
    expect(wrapper.props('modelValue')).toBe('five')
    await press('Home')
    expect(wrapper.props('modelValue')).toBe('one')
    await press('ArrowRight')
    expect(wrapper.props('modelValue')).toBe('two')
  })
})
