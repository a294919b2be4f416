import { describe, expect, it } from 'vitest'
import { beginning, inputText, SHOWN_CHARS } from '@/features/activity/callText'

describe('the input of a call', () => {
  it('is the text itself when there is only one', () => {
    expect(inputText({ command: 'ls -la\npwd' })).toBe('ls -la\npwd')
    expect(inputText(null)).toBe('')
    expect(inputText({})).toBe('')
  })
  it('names several fields, sets long texts below their name, and keeps the rest as JSON', () => {
    expect(inputText({ path: '/a', text: 'one\ntwo', limit: 5, list: ['x'] })).toBe(
      'path: /a\ntext:\n  one\n  two\nlimit: 5\nlist: [\n  "x"\n]',
    )
  })
})

describe('the beginning of a long text', () => {
  it('is never more than is shown, and tears no character', () => {
    expect(beginning('short')).toBe('short')
    expect(beginning('a'.repeat(SHOWN_CHARS + 1))).toHaveLength(SHOWN_CHARS)
    expect(beginning('ab😀', 3)).toBe('ab')
  })
})
