import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { LARGEST_UPLOAD, MOST_UPLOADS, useUploads } from '@/features/files/uploads'

/** What a browser's own request does, as far as uploads use it. */
class FakeRequest {
  static made: FakeRequest[] = []
  upload: { onprogress?: (event: Partial<ProgressEvent>) => void } = {}
  status = 0
  responseText = ''
  url = ''
  aborted = false
  onload: () => void = () => undefined
  onerror: () => void = () => undefined
  onabort: () => void = () => undefined
  onloadend: () => void = () => undefined
  open(method: string, url: string): void {
    this.url = `${method} ${url}`
    FakeRequest.made.push(this)
  }
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {
    this.aborted = true
    this.onabort()
  }
  async answer(status: number, body: unknown = {}): Promise<void> {
    this.status = status
    this.responseText = JSON.stringify(body)
    this.onload()
    await flushPromises()
  }
}

let scope: EffectScope
beforeEach(() => {
  scope = effectScope()
  FakeRequest.made = []
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

function uploads() {
  const sent: string[] = []
  const made = scope.run(() =>
    useUploads(
      () => 'bot',
      (upload) => sent.push(upload.path),
    ),
  )
  if (made === undefined) throw new Error('no scope')
  return { list: made, sent }
}
const file = (name: string, size = 10) => {
  const made = new File(['x'], name)
  Object.defineProperty(made, 'size', { value: size })
  return made
}
const request = () => {
  const last = FakeRequest.made[FakeRequest.made.length - 1]
  if (last === undefined) throw new Error('nothing was sent')
  return last
}

describe('uploads', () => {
  it('go one after the other, and tell how far they are', async () => {
    const { list, sent } = uploads()
    list.add('src', [file('a b.txt', 30), file('c.txt', 10)])
    expect(FakeRequest.made.map((one) => one.url)).toEqual([
      'PUT /api/agents/bot/files/content?path=src%2Fa+b.txt&overwrite=false',
    ])
    request().upload.onprogress?.({ lengthComputable: true, loaded: 15, total: 30 })
    expect(list.list[0]).toMatchObject({ state: 'sending', share: 0.5 })
    expect(list.share.value).toBeCloseTo(15 / 40)
    await request().answer(201)
    expect(sent).toEqual(['src/a b.txt'])
    await request().answer(201)
    expect(list.list.map((one) => one.state)).toEqual(['done', 'done'])
    expect(list.busy.value).toBe(false)
    list.clear()
    expect(list.list).toEqual([])
  })

  it('ask before they replace something', async () => {
    const { list } = uploads()
    list.add('', [file('a.txt')])
    await request().answer(409, { detail: 'Already exists' })
    expect(list.list[0]?.state).toBe('exists')
    list.replace(list.list[0]?.id ?? 0)
    expect(request().url).toContain('path=a.txt&overwrite=true')
    await request().answer(200)
    expect(list.list[0]?.state).toBe('done')
  })

  it('that are too large are not even sent, and say so; so do those that the server refuses', async () => {
    const { list } = uploads()
    list.add('', [file('huge.bin', LARGEST_UPLOAD + 1)])
    expect(FakeRequest.made).toEqual([])
    expect(list.list[0]).toMatchObject({ state: 'failed' })
    list.add('', [file('b.bin')])
    await request().answer(413)
    expect(list.list[1]?.error).toBe(list.list[0]?.error)
    expect(list.list[0]?.error).toContain('100 MB')
  })

  it('that fail keep the reason and can be tried again; the others go on', async () => {
    const { list } = uploads()
    list.add('', [file('a.txt'), file('b.txt')])
    await request().answer(403, { detail: 'Cannot edit protected path: a.txt' })
    expect(list.list[0]).toMatchObject({
      state: 'failed',
      error: 'Cannot edit protected path: a.txt',
    })
    await request().answer(201)
    list.retry(list.list[0]?.id ?? 0)
    await request().answer(201)
    expect(list.list.map((one) => one.state)).toEqual(['done', 'done'])
  })

  it('are stopped when they are dropped, and when the page goes', async () => {
    const { list } = uploads()
    list.add('', [file('a.txt'), file('b.txt')])
    const first = request()
    list.drop(list.list[0]?.id ?? 0)
    await flushPromises()
    expect(first.aborted).toBe(true)
    expect(list.list.map((one) => one.path)).toEqual(['b.txt'])
    const second = request()
    scope.stop()
    await flushPromises()
    expect(second.aborted).toBe(true)
    expect(FakeRequest.made).toHaveLength(2)
  })

  it('are not more than fit', () => {
    const { list } = uploads()
    const many = Array.from({ length: MOST_UPLOADS + 3 }, (_, n) => file(`${n}.txt`))
    expect(list.add('', many)).toBe(3)
    expect(list.list).toHaveLength(MOST_UPLOADS)
  })
})
