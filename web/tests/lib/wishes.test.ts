import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { Wishes } from '@/lib/wishes'

/** A server that answers when told to. */
function slowServer() {
  const sent: boolean[] = []
  const waiting: { yes: () => void; no: (reason: Error) => void }[] = []
  const send = (value: boolean) => {
    sent.push(value)
    return new Promise<void>((yes, no) => waiting.push({ yes, no }))
  }
  return { sent, waiting, send }
}

describe('wishes', () => {
  it('cover what is known until they are answered', async () => {
    const wishes = new Wishes<boolean>()
    const { waiting, send } = slowServer()
    const made = wishes.make('a', false, send)
    expect(wishes.of('a')).toBe(false)
    expect(wishes.size).toBe(1)
    waiting[0]?.yes()
    expect(await made).toBe(true)
    expect(wishes.of('a')).toBeUndefined()
  })

  it('send one at a time for a key, and of what is chosen meanwhile only the last', async () => {
    const wishes = new Wishes<boolean>()
    const { sent, waiting, send } = slowServer()
    const first = wishes.make('a', true, send)
    expect(await wishes.make('a', false, send)).toBe(false)
    await wishes.make('a', true, send)
    await wishes.make('a', false, send)
    expect(sent).toEqual([true])
    waiting[0]?.yes()
    await flushPromises()
    expect(sent).toEqual([true, false])
    expect(wishes.of('a')).toBe(false)
    waiting[1]?.yes()
    expect(await first).toBe(true)
    expect(wishes.of('a')).toBeUndefined()
  })

  it('send nothing more when the last choice is what was sent', async () => {
    const wishes = new Wishes<boolean>()
    const { sent, waiting, send } = slowServer()
    const made = wishes.make('a', true, send)
    void wishes.make('a', false, send)
    void wishes.make('a', true, send)
    waiting[0]?.yes()
    await made
    expect(sent).toEqual([true])
  })

  it('are dropped when they are refused, and the next one is sent', async () => {
    const wishes = new Wishes<boolean>()
    const { sent, waiting, send } = slowServer()
    const made = wishes.make('a', true, send)
    waiting[0]?.no(new Error('no'))
    await expect(made).rejects.toThrow('no')
    expect(wishes.of('a')).toBeUndefined()
    void wishes.make('a', true, send)
    expect(sent).toEqual([true, true])
  })

  it('of different keys do not wait for each other', () => {
    const wishes = new Wishes<boolean>()
    const { sent, send } = slowServer()
    void wishes.make('a', true, send)
    void wishes.make('b', false, send)
    expect(sent).toEqual([true, false])
  })
})
