import { describe, expect, it } from 'vitest'
import { errorFromAnswer } from '@/api/errors'

describe('errors for people', () => {
  it("shows the server's own words", () => {
    expect(errorFromAnswer(404, { detail: 'Agent not found' }).message).toBe('Agent not found')
  })

  it('attaches validation problems to the innermost field, the first one wins', () => {
    const error = errorFromAnswer(422, {
      detail: [
        { type: 'missing', loc: ['body', 'name'], msg: 'Field required' },
        { type: 'other', loc: ['body', 'name'], msg: 'Second' },
        { type: 'x', loc: ['body', 'tools', 0, 'kind'], msg: 'Odd' },
      ],
    })
    expect(error.fields).toEqual({ name: 'Field required', kind: 'Odd' })
  })

  it.each([401, 403, 404, 409, 422, 429, 500, 503, 504])(
    'has a sentence for %d without a body, and never the number',
    (status) => {
      const { message } = errorFromAnswer(status, null)
      expect(message).not.toContain(String(status))
      expect(message).toMatch(/\.$/)
    },
  )
})
