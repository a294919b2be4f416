import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MASK, maskSecrets } from '@/lib/masking'

/** The table that server and UI both keep to. */
const table = readFileSync(join(process.cwd(), '../tests/support/masking.txt'), 'utf8')
  .split('\n')
  .map((line) => line.replaceAll('⏎', '\n'))
const cases = table.flatMap((line, n) => {
  if (!line.startsWith('<')) return []
  const given = line.slice(2)
  const next = table[n + 1] ?? ''
  return [[given, next.startsWith('> ') ? next.slice(2) : given] as const]
})

describe('what is shown of secrets', () => {
  it.each(cases)('%s', (given, shown) => {
    expect(maskSecrets(given)).toBe(shown)
    expect(maskSecrets(shown)).toBe(shown)
  })

  it('is a table with both kinds', () => {
    expect(cases.filter(([given, shown]) => given !== shown).length).toBeGreaterThan(30)
    expect(cases.filter(([given, shown]) => given === shown).length).toBeGreaterThan(20)
  })

  it('never shows the beginning of a key that is being written', () => {
    const key = `ghp_${'a1'.repeat(18)}`
    for (let n = 12; n <= key.length; n += 1) {
      expect(maskSecrets(`The key: ${key.slice(0, n)}`, true)).toBe(`The key: ghp_a1${MASK}`)
    }
    expect(maskSecrets('It begins with ghp_', true)).toBe('It begins with ghp_')
    expect(maskSecrets(`${key.slice(0, 12)} is too short`, true)).toContain(key.slice(0, 12))
  })

  it.each([
    ['beginnings of tokens', 'eyJaaaaaaaaaaaa-'],
    ['tokens in a row', 'eyJaaaaaaaaaaaa.'],
    ['prefixes', 'xoxb-'],
    ['keys', 'sk-ant-'],
    ['names', 'TOKEN='],
    ['quotes', '"secret": "'],
    ['addresses', '://a:'],
    ['queries', '?token'],
    ['headers', 'authorization: '],
    ['bearers', 'bearer a'],
    ['private keys', '-----BEGIN PRIVATE KEY-----'],
    ['private keys with words', '-----BEGIN PRIVATE KEY-----\nabc def '],
    ['one private key', '-'],
  ])('takes time that grows with the length only: %s', (_, part) => {
    const text = part.repeat(Math.ceil(400_000 / part.length))
    const began = performance.now()
    maskSecrets(text)
    maskSecrets(`-----BEGIN PRIVATE KEY-----${text}`, true)
    expect(performance.now() - began).toBeLessThan(2_000)
  })
})
