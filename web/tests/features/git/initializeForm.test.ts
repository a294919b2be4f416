import { describe, expect, it } from 'vitest'
import { errorFromAnswer } from '@/api/errors'
import { checkInitialize, failureOf, needsToken, splitPasted } from '@/features/git/initializeForm'

const form = { owner: 'acme', name: 'bot', create: true, private: true }

describe('setting up a repository', () => {
  it('takes what GitHub takes as names', () => {
    expect(checkInitialize(form)).toEqual({})
    expect(Object.keys(checkInitialize({ ...form, owner: '', name: '' }))).toEqual([
      'owner',
      'name',
    ])
    for (const owner of ['-a', 'a/b', 'a'.repeat(40), 'ä'])
      expect(checkInitialize({ ...form, owner }).owner, owner).toBeTruthy()
    for (const name of ['..', '.', 'a b', 'x'.repeat(101)])
      expect(checkInitialize({ ...form, name }).name, name).toBeTruthy()
    expect(checkInitialize({ ...form, name: '.github' })).toEqual({})
  })

  it('an address pasted into one field fills both', () => {
    expect(splitPasted('https://github.com/acme/bot.git')).toEqual({ owner: 'acme', name: 'bot' })
    expect(splitPasted('acme/bot')).toEqual({ owner: 'acme', name: 'bot' })
    expect(splitPasted('https://other.example/acme/bot')).toBeNull()
  })

  it('puts reasons beside their fields, and knows the one that settings mend', () => {
    const failure = errorFromAnswer(422, {
      detail: [{ type: 'x', loc: ['body', 'repo_name'], msg: 'bad name' }],
    })
    expect(failureOf(failure)).toEqual({ name: 'bad name' })
    const missing = failureOf(
      errorFromAnswer(400, {
        detail: 'GitHub Personal Access Token not configured. Please add it.',
      }),
    )
    expect(needsToken(missing.form ?? '')).toBe(true)
  })
})
