import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import TaskComposer from '@/features/tasks/TaskComposer.vue'
import { fakeServer } from '../helpers'

let wrapper: VueWrapper
let keys: (string | null)[]
beforeEach(() => {
  setActivePinia(createPinia())
  sessionStorage.clear()
  keys = []
  fakeServer({
    'POST /api/agents/a/task': (init) => {
      keys.push(new Headers(init.headers).get('Idempotency-Key'))
      return [202, { execution: { id: 'q', task_execution_id: 'r' } }]
    },
  })
})
afterEach(() => {
  wrapper.unmount()
  vi.unstubAllGlobals()
})

async function give(words: string): Promise<void> {
  wrapper = mount(TaskComposer, { props: { agent: 'a', closed: null } })
  await wrapper.get('[data-testid=task-message]').setValue(words)
  await wrapper.get('form').trigger('submit')
  await flushPromises()
}
const typed = () => wrapper.get<HTMLTextAreaElement>('[data-testid=task-message]').element.value

describe('a task', () => {
  it('is given where the context is not secure', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    await give('count the files')
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(wrapper.emitted('started')).toEqual([['r']])
    expect(typed()).toBe('')
  })

  it('that cannot even be made is told, stays typed, and can be tried again', async () => {
    vi.stubGlobal('crypto', {})
    await give('count the files')
    expect(keys).toEqual([])
    expect(wrapper.get('[data-testid=task-refused]').text()).not.toBe('')
    expect(typed()).toBe('count the files')
    vi.unstubAllGlobals()
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect(keys).toHaveLength(1)
  })
})
