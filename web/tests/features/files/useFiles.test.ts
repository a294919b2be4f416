import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'
import { useFiles } from '@/features/files/useFiles'
import type { TopicListener } from '@/live/client'
import { fakeServer } from '../../helpers'

const heard = vi.hoisted(() => ({ listener: null as TopicListener | null }))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  useTopic: (_: unknown, listener: TopicListener) => {
    heard.listener = listener
  },
}))

let scope: EffectScope
beforeEach(() => {
  scope = effectScope()
})
afterEach(() => scope.stop())

const file = (path: string, size = 1) => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  type: 'file',
  size,
  modified: '2026-01-13T10:15:30Z',
})
const folder = (path: string) => ({ ...file(path), type: 'directory', children: [], file_count: 1 })
const tree = (...nodes: unknown[]): [number, unknown] => [
  200,
  {
    base_path: '/home/developer',
    requested_path: '.',
    tree: nodes,
    total_files: 1,
    show_hidden: false,
  },
]
const list = (path: string, hidden = false) =>
  `GET /api/agents/a/files?path=${encodeURIComponent(path)}&show_hidden=${hidden}&depth=1`

async function open(routes: Parameters<typeof fakeServer>[0], hidden = ref(false)) {
  const server = fakeServer(routes)
  const files = scope.run(() =>
    useFiles(
      () => 'a',
      () => true,
      hidden,
    ),
  )
  if (files === undefined) throw new Error('no scope')
  await flushPromises()
  return { files, ...server }
}
const keys = (files: Awaited<ReturnType<typeof open>>['files']) =>
  files.rows.value.map((row) => row.key)
const changed = (paths: string[], overflow = false) =>
  heard.listener?.event({
    event: 'agent_files_changed',
    topic: 't',
    seq: 1,
    data: { paths, overflow },
  })

describe('the files of an agent', () => {
  it('are read folder by folder, when one is opened', async () => {
    const { files, calls } = await open({
      [list('.')]: () => tree(folder('src'), file('a.txt')),
      [list('src')]: () => tree(file('src/b.txt')),
    })
    expect(calls).toEqual([list('.')])
    expect(keys(files)).toEqual(['src', 'a.txt'])
    files.setOpen('src', true)
    expect(keys(files)).toEqual(['src', 'src/:loading', 'a.txt'])
    await flushPromises()
    expect(keys(files)).toEqual(['src', 'src/b.txt', 'a.txt'])
    files.setOpen('src', false)
    files.setOpen('src', true)
    expect(calls).toHaveLength(2)
  })

  it('open the folders above a file that the address names', async () => {
    const { files } = await open({
      [list('.')]: () => tree(folder('a')),
      [list('a')]: () => tree(folder('a/b')),
      [list('a/b')]: () => tree(file('a/b/c.txt')),
    })
    await files.reveal('a/b/c.txt')
    expect(files.entryAt('a/b/c.txt')?.name).toBe('c.txt')
    expect(keys(files)).toEqual(['a', 'a/b', 'a/b/c.txt'])
  })

  it('follow changes: only what is concerned is read again, and keeps showing meanwhile', async () => {
    let size = 1
    const { files, calls } = await open({
      [list('.')]: () => tree(folder('src'), folder('other')),
      [list('src')]: () => tree(file('src/b.txt', size)),
      [list('other')]: () => tree(file('other/x.txt')),
    })
    files.setOpen('src', true)
    files.setOpen('other', true)
    await flushPromises()
    calls.length = 0
    size = 2
    changed(['src/b.txt'])
    expect(keys(files)).toContain('src/b.txt')
    await flushPromises()
    expect(calls.sort()).toEqual([list('.'), list('src')])
    expect(files.entryAt('src/b.txt')?.size).toBe(2)
    expect([files.changesOf('src/b.txt'), files.changesOf('other/x.txt')]).toEqual([1, 0])
    calls.length = 0
    changed([], true)
    await flushPromises()
    expect(calls).toHaveLength(3)
    expect(files.changesOf('other/x.txt')).toBe(1)
  })

  it('forget a folder that is gone, and what was known of it', async () => {
    let there = true
    const { files } = await open({
      [list('.')]: () => (there ? tree(folder('src'), file('a.txt')) : tree(file('a.txt'))),
      [list('src')]: () => (there ? tree(file('src/b.txt')) : [404, { detail: 'Path not found' }]),
    })
    files.setOpen('src', true)
    await flushPromises()
    there = false
    changed(['src'])
    await flushPromises()
    expect(keys(files)).toEqual(['a.txt'])
    expect(files.isOpen('src')).toBe(false)
    expect(files.entryAt('src/b.txt')).toBeUndefined()
  })

  it('tell why they could not be read, and keep what is known when a later reading fails', async () => {
    let fails = true
    const { files } = await open({
      [list('.')]: () =>
        fails ? [503, { detail: 'Agent server not ready.' }] : tree(file('a.txt')),
    })
    expect(files.error.value).toBe('Agent server not ready.')
    fails = false
    await files.read('')
    expect(files.error.value).toBeNull()
    fails = true
    await files.read('')
    expect(files.error.value).toBeNull()
    expect(keys(files)).toEqual(['a.txt'])
  })

  it('with hidden ones are read anew', async () => {
    const hidden = ref(false)
    const { files } = await open(
      {
        [list('.')]: () => tree(file('a.txt')),
        [list('.', true)]: () => tree(file('.env'), file('a.txt')),
      },
      hidden,
    )
    hidden.value = true
    await flushPromises()
    expect(keys(files)).toEqual(['.env', 'a.txt'])
  })
})
