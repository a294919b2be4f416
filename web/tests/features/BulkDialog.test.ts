import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import BulkDialog from '@/features/agents/BulkDialog.vue'
import { useFleet } from '@/stores/fleet'
import { useToasts } from '@/stores/toasts'
import { agent, fakeServer } from '../helpers'

const names = ['a', 'b', 'c']
let wrapper: VueWrapper
let refused: string[]
let calls: string[]
beforeEach(async () => {
  setActivePinia(createPinia())
  refused = []
  calls = fakeServer(
    Object.fromEntries(
      names.map((name) => [
        `DELETE /api/agents/${name}`,
        () =>
          refused.includes(name) ? [503, { detail: 'The engine is away' }] : [200, { message: '' }],
      ]),
    ),
  ).calls
  useFleet().takeSnapshot({ agents: [...names, 'd'].map((name) => agent(name)) })
  wrapper = mount(BulkDialog, {
    props: { open: true, plan: { kind: 'remove', names, left: 1 } },
    attachTo: document.body,
  })
  await flushPromises()
})
afterEach(async () => {
  wrapper.unmount()
  // A dialog that goes gives the focus back a moment later: not into the next test.
  await new Promise((done) => setTimeout(done))
})

const find = <T extends HTMLElement>(id: string): T => {
  const element = document.body.querySelector<T>(`[data-testid=${id}]`)
  if (element === null) throw new Error(`no ${id}`)
  return element
}
async function type(text: string): Promise<void> {
  const input = find<HTMLInputElement>('bulk-type')
  input.value = text
  input.dispatchEvent(new Event('input'))
  await flushPromises()
}
async function enter(): Promise<void> {
  find('bulk-type').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
  await flushPromises()
}

describe('deleting many agents', () => {
  it('says what is lost and who stays, and does nothing before the number is typed', async () => {
    const page = document.body.textContent
    expect(page).toContain('Delete 3 agents?')
    expect(page).toContain('cannot be undone')
    expect(page).toContain('1 agent of the selected is not yours to delete')
    expect(document.activeElement).toBe(find('bulk-type'))
    for (const text of ['', '2', '33']) {
      await type(text)
      expect(find<HTMLButtonElement>('bulk-submit').disabled).toBe(true)
      await enter()
    }
    expect(calls).toEqual([])
  })

  it('deletes them and says so once', async () => {
    await type(' 3 ')
    await enter()
    expect(useFleet().list.map((one) => one.name)).toEqual(['d'])
    expect(useToasts().items.map((one) => one.title)).toEqual([
      '3 agents and their data are deleted.',
    ])
    expect(wrapper.emitted('done')).toHaveLength(1)
    expect(wrapper.emitted('update:open')).toEqual([[false]])
  })

  it('stays open with those that are still there, and why', async () => {
    refused = ['b']
    await type('3')
    await enter()
    expect(useFleet().list.map((one) => one.name)).toEqual(['b', 'd'])
    expect(document.body.textContent).toContain('1 of 3 agents could not be deleted.')
    expect(document.body.textContent).toContain('b: The engine is away')
    expect(wrapper.emitted('update:open')).toBeUndefined()
    expect(useFleet().pending.size).toBe(0)
  })
})
