import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref, shallowRef, type EffectScope } from 'vue'
import { entryOf, type FileEntry } from '@/features/files/entry'
import { ASK_FROM, useOpenFile } from '@/features/files/useOpenFile'

let scope: EffectScope
beforeEach(() => {
  scope = effectScope()
})
afterEach(() => scope.stop())

/** A server with one file, whose tag is its text. */
function world(start: string, change: Partial<FileEntry> = {}) {
  const disk = { text: start as string | null, bytes: null as Uint8Array<ArrayBuffer> | null }
  const sent: { match: string | null; content: string }[] = []
  const ranges: (string | null)[] = []
  const fetch = (_: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (disk.text === null)
      return Promise.resolve(Response.json({ detail: 'File not found: a.txt' }, { status: 404 }))
    if (init.method === 'PUT') {
      const match = headers.get('If-Match')
      if (match !== null && match !== `"${disk.text}"`)
        return Promise.resolve(Response.json({ detail: 'The file has changed' }, { status: 412 }))
      disk.text = (JSON.parse(String(init.body)) as { content: string }).content
      sent.push({ match, content: disk.text })
      return Promise.resolve(Response.json({ success: true }))
    }
    ranges.push(headers.get('Range'))
    return Promise.resolve(
      new Response(disk.bytes ?? disk.text, { headers: { ETag: `"${disk.text}"` } }),
    )
  }
  globalThis.fetch = fetch as typeof globalThis.fetch
  const entry = shallowRef<FileEntry>({
    ...entryOf({ name: 'a.txt', path: 'a.txt', type: 'file', size: 3, modified: '' }),
    ...change,
  })
  const version = ref(0)
  const file = scope.run(() =>
    useOpenFile(
      () => 'bot',
      () => entry.value,
      () => version.value,
    ),
  )
  if (file === undefined) throw new Error('no scope')
  const shown = () => (file.content.value?.kind === 'text' ? file.content.value.text : null)
  const elsewhere = async (text: string | null) => {
    disk.text = text
    version.value += 1
    await nextTick()
    await flushPromises()
  }
  return { file, disk, sent, ranges, entry, shown, elsewhere }
}

describe('an open file', () => {
  it('is read at once, bounded, and follows the file', async () => {
    const { file, shown, ranges, elsewhere } = world('one')
    await flushPromises()
    expect(shown()).toBe('one')
    expect(ranges).toEqual(['bytes=0-10485759'])
    await elsewhere('two')
    expect(shown()).toBe('two')
    expect(file.conflict.value).toBeNull()
  })

  it('asks first when it is large, and is not edited when only a part of it was read', async () => {
    const { file, shown, ranges } = world('one', { size: ASK_FROM + 1 })
    await flushPromises()
    expect(file.asks.value).toBe(true)
    expect(ranges).toEqual([])
    await file.read()
    expect(shown()).toBe('one')
    expect(file.asks.value).toBe(false)
  })

  it('is no text when its bytes are none', async () => {
    const { file, disk, elsewhere } = world('x')
    disk.bytes = new Uint8Array([1, 0, 2])
    await elsewhere('y')
    expect(file.content.value).toEqual({ kind: 'binary' })
    expect(file.editable.value).toBe(false)
  })

  it('is saved as the version that was read', async () => {
    const { file, sent, shown } = world('one')
    await flushPromises()
    file.edit()
    expect(file.dirty.value).toBe(false)
    file.type('one more')
    expect(file.dirty.value).toBe(true)
    expect(await file.save()).toBe(true)
    expect(sent).toEqual([{ match: '"one"', content: 'one more' }])
    expect(shown()).toBe('one more')
    expect(file.draft.value).toBeNull()
  })

  it('that was changed elsewhere is not overwritten unless somebody says so', async () => {
    const { file, sent, elsewhere, disk } = world('one')
    await flushPromises()
    file.edit()
    file.type('mine')
    await elsewhere('theirs')
    expect(file.conflict.value).toBe('changed')
    expect(file.draft.value).toBe('mine')
    expect(await file.save(true)).toBe(true)
    expect(sent).toEqual([{ match: null, content: 'mine' }])
    expect(disk.text).toBe('mine')
    expect(file.conflict.value).toBeNull()
  })

  it('finds a change out when it saves, although nobody told of it', async () => {
    const { file, disk, sent, shown } = world('one')
    await flushPromises()
    file.edit()
    file.type('mine')
    disk.text = 'theirs'
    expect(await file.save()).toBe(false)
    expect(sent).toEqual([])
    expect(file.conflict.value).toBe('changed')
    file.discard()
    expect(shown()).toBe('theirs')
  })

  it('that was only touched, or came to the same text, is no conflict', async () => {
    const { file, elsewhere } = world('one')
    await flushPromises()
    file.edit()
    file.type('mine')
    await elsewhere('one')
    expect(file.conflict.value).toBeNull()
    await elsewhere('mine')
    expect(file.draft.value).toBeNull()
  })

  it('keeps the text when the file is gone', async () => {
    const { file, elsewhere } = world('one')
    await flushPromises()
    file.edit()
    file.type('mine')
    await elsewhere(null)
    expect(file.conflict.value).toBe('gone')
    expect(file.draft.value).toBe('mine')
  })

  it('is read only when it is protected', async () => {
    const { file } = world('one', { canEdit: false })
    await flushPromises()
    expect(file.editable.value).toBe(false)
    file.edit()
    expect(file.draft.value).toBeNull()
  })

  it('goes on with another file without what was typed', async () => {
    const { file, entry } = world('one')
    await flushPromises()
    file.edit()
    file.type('mine')
    entry.value = { ...entry.value, path: 'b.txt', name: 'b.txt' }
    await nextTick()
    expect(file.draft.value).toBeNull()
    expect(file.content.value).toBeNull()
  })
})
