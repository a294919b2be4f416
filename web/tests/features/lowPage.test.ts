import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref, shallowRef } from 'vue'
import { useLowPage } from '@/features/agents/lowPage'
import { scrollBoxKey } from '@/lib/scrollBox'

let height = 0
let resized: () => void = () => undefined
vi.mock('@/lib/sizes', () => ({
  watchSize: (_element: Element, told: () => void) => {
    resized = told
    return () => undefined
  },
}))

beforeEach(() => {
  height = 120
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockImplementation(() => height)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function page(low: boolean, fills: boolean) {
  vi.stubGlobal('matchMedia', () => ({
    matches: low,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }))
  const box = document.createElement('div')
  const panel = ref('chat')
  const filling = ref(fills)
  const Page = defineComponent({
    setup() {
      const header = ref<HTMLElement | null>(null)
      useLowPage(
        header,
        () => panel.value,
        () => filling.value,
      )
      return () => h('header', { ref: header })
    },
  })
  mount(Page, { global: { provide: { [scrollBoxKey as symbol]: shallowRef(box) } } })
  const settled = async () => {
    await nextTick()
    await nextTick()
  }
  await settled()
  return { box, panel, filling, settled }
}

describe("an agent's page on a low screen", () => {
  it('brings a panel that scrolls by itself into view', async () => {
    expect((await page(true, true)).box.scrollTop).toBe(120)
  })

  it('leaves the header where there is room, and over what scrolls with the page', async () => {
    expect((await page(false, true)).box.scrollTop).toBe(0)
    expect((await page(true, false)).box.scrollTop).toBe(0)
  })

  it('shows the begin of the next panel, not its middle', async () => {
    const { box, panel, filling, settled } = await page(true, true)
    box.scrollTop = 900
    filling.value = false
    panel.value = 'tasks'
    await settled()
    expect(box.scrollTop).toBe(120)
  })

  it('follows a header that grows, unless somebody has brought it back', async () => {
    const { box } = await page(true, true)
    height = 150
    resized()
    expect(box.scrollTop).toBe(150)
    box.scrollTop = 0
    height = 170
    resized()
    expect(box.scrollTop).toBe(0)
  })
})
