import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import CopyByHand from '@/layout/CopyByHand.vue'
import { toClipboard } from '@/lib/toClipboard'
import { useCopying } from '@/stores/copying'
import { useToasts } from '@/stores/toasts'
import UiCopy from '@/ui/UiCopy.vue'

let wrapper: VueWrapper | undefined
beforeEach(() => {
  setActivePinia(createPinia())
})
afterEach(() => {
  wrapper?.unmount()
  document.body.replaceChildren()
  vi.unstubAllGlobals()
  Reflect.deleteProperty(document, 'execCommand')
})

/** Plain http: the page has no clipboard of its own. */
const insecure = () => vi.stubGlobal('navigator', {})

/** A browser whose old command asks the page for the text, or does not work at all. */
function command(works: boolean): string[] {
  const taken: string[] = []
  const execCommand = () => {
    if (!works) return false
    const event = new Event('copy', { bubbles: true, cancelable: true })
    Object.defineProperty(event, 'clipboardData', {
      value: { setData: (_: string, value: string) => taken.push(value) },
    })
    document.body.dispatchEvent(event)
    return true
  }
  Object.defineProperty(document, 'execCommand', { value: execCommand, configurable: true })
  return taken
}

describe('a text', () => {
  it('is put on the clipboard by the browser where that is allowed', async () => {
    const writeText = vi.fn(() => Promise.resolve())
    vi.stubGlobal('navigator', { clipboard: { writeText } })
    const taken = command(true)
    expect(await toClipboard('one')).toBe(true)
    expect(writeText).toHaveBeenCalledWith('one')
    expect(taken).toEqual([])
  })

  it('is put there by the old command over plain http', async () => {
    insecure()
    const taken = command(true)
    expect(await toClipboard('one')).toBe(true)
    expect(await toClipboard('two')).toBe(true)
    expect(taken).toEqual(['one', 'two'])
  })

  it('is not said to be there when the browser did not take it', async () => {
    vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('no')) } })
    command(false)
    expect(await toClipboard('one')).toBe(false)
    insecure()
    Reflect.deleteProperty(document, 'execCommand')
    expect(await toClipboard('one')).toBe(false)
  })
})

describe('a copy button', () => {
  const press = async () => {
    wrapper = mount(UiCopy, { props: { value: 'a-long-name' } })
    await wrapper.get('button').trigger('click')
    await flushPromises()
    return wrapper.get('button').attributes('aria-label')
  }

  it('says that it has copied', async () => {
    insecure()
    command(true)
    expect(await press()).toBe('Copied')
    expect(useCopying().byHand).toBeNull()
  })

  it('shows the text where nothing is allowed, and does not say that it has copied', async () => {
    insecure()
    command(false)
    expect(await press()).toBe('Copy')
    expect(useCopying().byHand).toBe('a-long-name')
  })
})

describe('copying by hand', () => {
  const box = () => {
    const found = document.querySelector<HTMLTextAreaElement>('[data-testid=copy-text]')
    if (found === null) throw new Error('no box')
    return found
  }

  it('begins with the whole text selected, and ends when it was taken', async () => {
    useCopying().byHand = 'two\nlines'
    wrapper = mount(CopyByHand, { attachTo: document.body })
    await flushPromises()
    expect(box().value).toBe('two\nlines')
    expect(document.activeElement).toBe(box())
    expect([box().selectionStart, box().selectionEnd]).toEqual([0, 9])
    box().dispatchEvent(new Event('copy', { bubbles: true }))
    expect(useCopying().byHand).toBe('two\nlines')
    await new Promise((later) => setTimeout(later))
    expect(useCopying().byHand).toBeNull()
    expect(useToasts().items.map((one) => one.title)).toEqual(['Copied'])
  })
})
