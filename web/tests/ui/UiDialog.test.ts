import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, h, nextTick, ref, type VNode } from 'vue'
import UiConfirm from '@/ui/UiConfirm.vue'
import UiDialog from '@/ui/UiDialog.vue'
import UiDiscard from '@/ui/UiDiscard.vue'

let wrapper: VueWrapper | undefined
afterEach(async () => {
  wrapper?.unmount()
  document.body.replaceChildren()
  // A dialog that goes gives the focus back a moment later: not into the next test.
  await new Promise((done) => setTimeout(done))
})

async function dialog(parts: () => VNode[], props: Record<string, unknown> = {}) {
  const open = ref(true)
  const Page = defineComponent(
    () => () =>
      h(
        UiDialog,
        {
          title: 'Words',
          ...props,
          open: open.value,
          'onUpdate:open': (now: boolean) => {
            open.value = now
          },
        },
        { default: parts },
      ),
  )
  wrapper = mount(Page, { attachTo: document.body })
  await flushPromises()
  return open
}
const focused = () => document.activeElement
const shownDialog = () => document.querySelector('[role=dialog]')

describe('where a dialog begins', () => {
  it('is its first field that takes something, not the button that closes it', async () => {
    await dialog(() => [
      h('button', { type: 'button' }, 'Show'),
      h('input', { disabled: true }),
      h('input', { id: 'name' }),
      h('select', { id: 'kind' }),
    ])
    expect(focused()?.id).toBe('name')
  })

  it('is the chosen one of a group of choices', async () => {
    await dialog(() => [
      h('input', { type: 'radio', name: 'kind', id: 'a' }),
      h('input', { type: 'radio', name: 'kind', id: 'b', checked: true }),
    ])
    expect(focused()?.id).toBe('b')
  })

  it('is Cancel when something is asked', async () => {
    wrapper = mount(UiConfirm, {
      attachTo: document.body,
      props: {
        open: true,
        title: 'Drop it?',
        body: '',
        submit: 'Drop',
        run: async () => undefined,
      },
    })
    await flushPromises()
    expect(focused()?.textContent).toContain('Cancel')
    wrapper.unmount()
    wrapper = mount(UiDiscard, { attachTo: document.body, props: { body: '' } })
    await flushPromises()
    expect(focused()?.textContent).toContain('Keep editing')
  })

  it('is the dialog itself while it loads, then the first field that comes', async () => {
    const loaded = ref(false)
    await dialog(() => [
      loaded.value ? h('input', { id: 'late' }) : h('i'),
      h('button', { type: 'button', id: 'cancel' }, 'Cancel'),
    ])
    expect(focused()).toBe(shownDialog())
    loaded.value = true
    await nextTick()
    await expect.poll(() => focused()?.id).toBe('late')
  })

  it('stays where the person has gone before it was loaded', async () => {
    const loaded = ref(false)
    await dialog(() => [
      loaded.value ? h('input', { id: 'late' }) : h('i'),
      h('button', { type: 'button', id: 'cancel' }, 'Cancel'),
    ])
    document.getElementById('cancel')?.focus()
    loaded.value = true
    await nextTick()
    await new Promise((done) => setTimeout(done, 20))
    expect(document.getElementById('late')).not.toBeNull()
    expect(focused()?.id).toBe('cancel')
  })
})
