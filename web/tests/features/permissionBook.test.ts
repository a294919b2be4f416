import { flushPromises } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { PermissionBook } from '@/features/permissions/permissionBook'

function book(permitted: readonly string[] = []) {
  const calls: string[] = []
  const waiting: ((reason?: Error) => void)[] = []
  const answer = () =>
    new Promise<void>((yes, no) => {
      waiting.push((reason) => (reason === undefined ? yes() : no(reason)))
    })
  const made = new PermissionBook({
    permit: (target, on) => {
      calls.push(`${on ? '+' : '-'}${target}`)
      return answer()
    },
    replace: (all) => {
      calls.push(`=${all.join(',')}`)
      return answer()
    },
  })
  made.take(permitted)
  /** Lets the call that is under way be answered. */
  const next = async (reason?: Error) => {
    await flushPromises()
    waiting.shift()?.(reason)
    await flushPromises()
  }
  return { made, calls, next }
}

describe('permissions', () => {
  it('show a change at once and are saved when it is answered', async () => {
    const { made, calls, next } = book(['a'])
    void made.set('b', true)
    expect(made.has('b')).toBe(true)
    expect(made.saving.value).toBe(1)
    expect(made.saved.value).toBe(false)
    await next()
    expect(calls).toEqual(['+b'])
    expect(made.has('b')).toBe(true)
    expect(made.saving.value).toBe(0)
    expect(made.saved.value).toBe(true)
  })

  it('go back when a change is refused, with the reason, and try again', async () => {
    const { made, calls, next } = book(['a'])
    void made.set('a', false)
    await next(new Error('The database is busy.'))
    expect(made.has('a')).toBe(true)
    expect(made.hasFailed('a')).toBe(true)
    expect(made.reason.value).toBe('The database is busy.')
    made.retry()
    expect(made.has('a')).toBe(false)
    expect(made.reason.value).toBeNull()
    await next()
    expect(calls).toEqual(['-a', '-a'])
    expect(made.has('a')).toBe(false)
    expect(made.failures.value).toBe(0)
  })

  it('send changes one after the other, and nothing for what was chosen back', async () => {
    const { made, calls, next } = book()
    void made.set('a', true)
    void made.set('b', true)
    void made.set('b', false)
    await flushPromises()
    expect(calls).toEqual(['+a'])
    await next()
    await next()
    await next()
    expect(calls).toEqual(['+a'])
    expect(made.has('b')).toBe(false)
    expect(made.saving.value).toBe(0)
  })

  it('send what was chosen back while it was under way', async () => {
    const { made, calls, next } = book()
    void made.set('a', true)
    await flushPromises()
    void made.set('a', false)
    await next()
    expect(made.has('a')).toBe(false)
    await next()
    expect(calls).toEqual(['+a', '-a'])
    expect(made.has('a')).toBe(false)
  })

  it('end as the last of many quick choices says', async () => {
    const { made, calls, next } = book()
    void made.set('a', true)
    void made.set('a', false)
    void made.set('a', true)
    for (let n = 0; n < 3; n += 1) await next()
    expect(made.has('a')).toBe(true)
    expect(calls.at(-1)).toBe('+a')
    expect(made.saving.value).toBe(0)
  })

  it('state the whole list for many at once, with what is not among them', async () => {
    const { made, calls, next } = book(['hidden', 'a'])
    void made.setAll(['a', 'b', 'c'], true)
    expect(made.saving.value).toBe(2)
    await next()
    expect(calls).toEqual(['=a,b,c,hidden'])
    void made.setAll(['a', 'b', 'c'], false)
    await next()
    expect(calls.at(-1)).toBe('=hidden')
    void made.setAll(['a'], false)
    await next()
    expect(calls).toHaveLength(2)
  })

  it('put a choice that follows a list behind it', async () => {
    const { made, calls, next } = book()
    void made.setAll(['a', 'b'], true)
    void made.set('a', false)
    expect(made.has('a')).toBe(false)
    await next()
    await next()
    expect(calls).toEqual(['=a,b', '-a'])
    expect([made.has('a'), made.has('b')]).toEqual([false, true])
  })

  it('try a long list that failed again as a list', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `agent-${String(n).padStart(2, '0')}`)
    const { made, calls, next } = book()
    void made.setAll(names, true)
    await next(new Error('no'))
    expect(made.failures.value).toBe(20)
    made.retry()
    await next()
    expect(calls).toHaveLength(2)
    expect(calls[1]).toBe(`=${names.join(',')}`)
  })

  it('take what the server says only when nothing is on its way', async () => {
    const { made, next } = book()
    const order: string[] = []
    made.whenIdle(() => order.push('at once'))
    void made.set('a', true)
    made.whenIdle(() => order.push('given up'))
    made.whenIdle(() => order.push('later'))
    expect(order).toEqual(['at once'])
    await next()
    expect(order).toEqual(['at once', 'later'])
  })
})
