import { afterEach, describe, expect, it, vi } from 'vitest'
import { uniqueKey } from '@/lib/uniqueKey'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a unique key', () => {
  it('is made where the context is not secure: by random values alone', () => {
    const random = crypto.getRandomValues.bind(crypto)
    vi.stubGlobal('crypto', { getRandomValues: random })
    expect(uniqueKey()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
  })

  it('is another one each time', () => {
    const made = new Set(Array.from({ length: 1000 }, uniqueKey))
    expect(made.size).toBe(1000)
  })

  it('has all of its bits from the random values', () => {
    vi.stubGlobal('crypto', { getRandomValues: (into: Uint8Array) => into.fill(0xff) })
    expect(uniqueKey()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
    vi.stubGlobal('crypto', { getRandomValues: (into: Uint8Array) => into.fill(0) })
    expect(uniqueKey()).toBe('00000000-0000-4000-8000-000000000000')
  })
})
