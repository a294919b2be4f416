import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import { MOST_FOUND, useFileSearch } from '@/features/files/useFileSearch'
import { fakeServer } from '../../helpers'

let scope: EffectScope
beforeEach(() => {
  scope = effectScope()
})
afterEach(() => scope.stop())

const file = (path: string) => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  type: 'file',
  modified: '',
})
const ALL = 'GET /api/agents/a/files?path=.&show_hidden=false'

function search(tree: unknown[], more = {}) {
  const server = fakeServer({ [ALL]: () => [200, { tree, ...more }] })
  const version = ref(0)
  const made = scope.run(() =>
    useFileSearch(
      () => 'a',
      ref(false),
      () => version.value,
    ),
  )
  if (made === undefined) throw new Error('no scope')
  const type = async (words: string) => {
    made.words.value = words
    await nextTick()
    await flushPromises()
    return made.found.value.map((entry) => entry.path)
  }
  return { made, type, version, ...server }
}

describe('searching files', () => {
  it('asks for the whole tree once, when something is typed', async () => {
    const inner = {
      ...file('day'),
      type: 'directory',
      children: [file('day/a.txt'), file('day/b.md')],
    }
    const { type, calls, made } = search([inner, file('notes-of-the-day.md'), file('x.txt')])
    expect(calls).toEqual([])
    expect(await type('day')).toEqual(['day', 'notes-of-the-day.md', 'day/a.txt', 'day/b.md'])
    expect(await type('DAY md')).toEqual(['notes-of-the-day.md', 'day/b.md'])
    expect(await type('nothing like it')).toEqual([])
    expect(calls).toEqual([ALL])
    expect(await type(' ')).toEqual([])
    expect(made.active.value).toBe(false)
  })

  it('looks again when files change while it is open, and not else', async () => {
    const { type, calls, version } = search([file('a.txt')])
    version.value += 1
    await nextTick()
    expect(calls).toEqual([])
    await type('a')
    version.value += 1
    await nextTick()
    await flushPromises()
    expect(calls).toHaveLength(2)
  })

  it('shows a bounded number, and says what is not there', async () => {
    const many = Array.from({ length: MOST_FOUND + 7 }, (_, n) => file(`f${n}.txt`))
    const { type, made } = search(many, { truncated: true })
    expect(await type('txt')).toHaveLength(MOST_FOUND)
    expect(made.left.value).toBe(7)
    expect(made.truncated.value).toBe(true)
  })

  it('tells why it could not', async () => {
    const { type, made } = search([])
    globalThis.fetch = () => Promise.reject(new TypeError('no'))
    await type('a')
    expect(made.error.value).toContain('did not answer')
  })
})
