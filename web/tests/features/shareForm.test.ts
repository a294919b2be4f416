import { describe, expect, it } from 'vitest'
import { ApiError } from '@/api/errors'
import { judgeAddress } from '@/features/sharing/address'
import { shareFailure, submitError, typingError } from '@/features/sharing/shareForm'
import { text } from '@/text/en'

const known = { shared: ['ann@example.com'], own: 'Me@Example.com' }

describe('an address to share with', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['  Ann@Example.COM ', 'ann@example.com'],
    ['a+b.c_d@sub.example.co', 'a+b.c_d@sub.example.co'],
    ["o'hara@example.com", "o'hara@example.com"],
    ['me@intranet', 'me@intranet'],
    ['jürgen@müller.de', 'jürgen@müller.de'],
  ])('%s is good', (raw, address) => {
    expect(judgeAddress(raw)).toEqual({ state: 'good', address })
  })

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['ann', 'incomplete'],
    ['ann@', 'incomplete'],
    ['@example.com', 'incomplete'],
    ['ann@example.', 'incomplete'],
    ['ann@-example.com', 'incomplete'],
    ['ann@example..com', 'incomplete'],
    ['.ann@example.com', 'incomplete'],
    ['a..b@example.com', 'incomplete'],
    [`${'a'.repeat(65)}@example.com`, 'incomplete'],
    ['ann@example.com, bo@example.com', 'several'],
    ['Ann <ann@example.com>', 'several'],
    ['an n@example.com', 'several'],
    ['a/b@example.com', 'several'],
    ['ann@@example.com', 'many-ats'],
    ['a@b@c', 'many-ats'],
    [`a@${'b.'.repeat(130)}c`, 'too-long'],
  ])('%s is %s', (raw, state) => {
    expect(judgeAddress(raw).state).toBe(state)
  })

  it('is not complained about while more typing may mend it', () => {
    for (const raw of ['', 'a', 'ann@', 'ann@exam']) expect(typingError(raw, known)).toBeNull()
    expect(typingError('ann@example.co', known)).toBeNull()
  })

  it('is refused at once when it is known, or when it is ones own', () => {
    expect(typingError('ANN@example.com', known)).toBe(text.sharing.already('ann@example.com'))
    expect(typingError('me@example.com', known)).toBe(text.sharing.yourself)
    expect(typingError('two words', known)).toBe(text.sharing.several)
  })

  it('has to be whole to be sent', () => {
    expect(submitError('', known)).toBe(text.sharing.missing)
    expect(submitError('bo@', known)).toBe(text.sharing.incomplete)
    expect(submitError('bo@example.com', known)).toBeNull()
  })

  it('shows the reason of the server, on its field', () => {
    const words = (status: number, message: string, fields = {}) =>
      shareFailure(new ApiError(status, message, fields), 'Bo@example.com')
    expect(words(400, 'Cannot share an agent with its owner')).toMatch(/its owner/)
    expect(words(422, 'Some fields', { email: 'not a valid address' })).toBe('not a valid address')
    expect(words(409, 'Agent is already shared with Bo@example.com')).toBe(
      text.sharing.already('bo@example.com'),
    )
    expect(words(409, 'Another action is under way')).toBe('Another action is under way')
  })
})
