import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { computed, nextTick, ref, shallowReactive } from 'vue'
import FileTree from '@/features/files/FileTree.vue'
import { entryOf } from '@/features/files/entry'
import { treeRows, type FolderState } from '@/features/files/treeRows'
import type { AgentFiles } from '@/features/files/useFiles'

beforeEach(() => {
  setActivePinia(createPinia())
  document.body.replaceChildren()
})

function files(): AgentFiles & { open: Set<string> } {
  const entry = (path: string, more = {}) =>
    entryOf({
      name: path.slice(path.lastIndexOf('/') + 1),
      path,
      type: path.includes('.') ? 'file' : 'directory',
      modified: '',
      size: 1,
      ...more,
    })
  const state = (entries: ReturnType<typeof entry>[]): FolderState => ({
    entries,
    loading: false,
    error: null,
    truncated: false,
  })
  const folders = new Map([
    [
      '',
      state([
        entry('docs'),
        entry('src'),
        entry('CLAUDE.md', { can_delete: false }),
        entry('z.txt'),
      ]),
    ],
    ['docs', state([entry('docs/a.md')])],
    ['src', state([])],
  ])
  const open = shallowReactive(new Set<string>())
  return {
    open,
    rows: computed(() => treeRows(folders, open)),
    known: computed(() => true),
    error: computed(() => null),
    entryAt: (path) =>
      [...folders.values()].flatMap((one) => one.entries ?? []).find((one) => one.path === path),
    namesIn: () => new Set(),
    isOpen: (folder) => open.has(folder),
    setOpen: (folder, on) => void (on ? open.add(folder) : open.delete(folder)),
    reveal: () => Promise.resolve(),
    read: () => Promise.resolve(),
    readAll: () => undefined,
    forget: () => undefined,
    changesOf: () => 0,
    version: ref(0),
  }
}

function tree(selected: string | null = null) {
  const given = files()
  const wrapper = mount(FileTree, {
    props: { agent: 'bot', files: given, selected },
    attachTo: document.body,
  })
  const box = wrapper.get('[role=tree]')
  const focused = () => (document.activeElement as HTMLElement | null)?.dataset.path
  const press = async (key: string) => {
    const at = document.activeElement?.matches('[role=treeitem]')
      ? document.activeElement
      : box.element
    at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await nextTick()
    await nextTick()
  }
  wrapper.get('[role=treeitem]').element.dispatchEvent(new FocusEvent('focus'))
  return { wrapper, given, press, focused }
}

describe('the tree of files', () => {
  it('follows the tree pattern', async () => {
    const { wrapper, press, focused, given } = tree()
    const items = () => wrapper.findAll('[role=treeitem]')
    expect(items().filter((one) => one.attributes('tabindex') === '0')).toHaveLength(1)
    await press('ArrowDown')
    expect(focused()).toBe('src')
    await press('End')
    expect(focused()).toBe('z.txt')
    await press('Home')
    expect(focused()).toBe('docs')
    await press('ArrowRight')
    expect(given.open.has('docs')).toBe(true)
    await press('ArrowRight')
    expect(focused()).toBe('docs/a.md')
    expect(items()[1]?.attributes()).toMatchObject({
      'aria-level': '2',
      'aria-posinset': '1',
      'aria-setsize': '1',
    })
    await press('ArrowLeft')
    expect(focused()).toBe('docs')
    await press('ArrowLeft')
    expect(given.open.has('docs')).toBe(false)
    await press('z')
    expect(focused()).toBe('z.txt')
  })

  it('opens a file by Enter and by a click, and a folder only unfolds', async () => {
    const { wrapper, press } = tree()
    await press('Enter')
    expect(wrapper.emitted('choose')).toBeUndefined()
    await press('z')
    await press('Enter')
    await wrapper.get('[data-path="CLAUDE.md"]').trigger('click')
    expect(wrapper.emitted('choose')).toEqual([['z.txt'], ['CLAUDE.md']])
  })

  it('skips what is no entry', async () => {
    const { press, focused, given } = tree()
    given.open.add('src')
    await nextTick()
    await press('ArrowDown')
    expect(focused()).toBe('src')
    await press('ArrowDown')
    expect(focused()).toBe('CLAUDE.md')
  })

  it('renames and deletes by keys only what may be', async () => {
    const { wrapper, press } = tree()
    await press('c')
    await press('Delete')
    await press('F2')
    expect(wrapper.emitted('act')).toBeUndefined()
    await press('z')
    await press('Delete')
    await press('F2')
    expect(wrapper.emitted('act')?.map(([action]) => (action as { kind: string }).kind)).toEqual([
      'delete',
      'rename',
    ])
  })

  it('says what is protected, in words', () => {
    const { wrapper } = tree()
    expect(wrapper.get('[data-path="CLAUDE.md"]').text()).toContain('Protected')
    expect(wrapper.get('[data-path="z.txt"]').text()).not.toContain('Protected')
  })

  it('takes files that are dropped on a folder, on a file beside it, and on nothing', async () => {
    const { wrapper } = tree()
    const dropped = new File(['x'], 'new.txt')
    for (const target of ['[data-path=docs]', '[data-path="z.txt"]', '[role=tree]']) {
      const event = new Event('drop', { bubbles: true, cancelable: true })
      Object.assign(event, {
        dataTransfer: {
          types: ['Files'],
          items: [{ kind: 'file', getAsFile: () => dropped, webkitGetAsEntry: () => null }],
        },
      })
      wrapper.get(target).element.dispatchEvent(event)
    }
    await nextTick()
    expect(wrapper.emitted('drop')).toEqual([
      ['docs', [dropped], false],
      ['', [dropped], false],
      ['', [dropped], false],
    ])
  })
})
