import { describe, expect, it } from 'vitest'
import { ApiError, errorFromAnswer } from '@/api/errors'
import { checkForm, emptyForm, errorsOf, nameNote, requestOf } from '@/features/agents/createForm'

const free = () => false

describe('the create form', () => {
  it('says which name the server will make of it', () => {
    expect(nameNote('My Agent', free)).toEqual({ error: null, hint: 'Will be called “my-agent”' })
  })

  it('does not send an empty, unusable or taken name', () => {
    expect(checkForm({ ...emptyForm(), name: ' ' }, free).name).toBeTruthy()
    expect(checkForm({ ...emptyForm(), name: '!!' }, free).name).toBeTruthy()
    expect(
      checkForm({ ...emptyForm(), name: 'Writer' }, (name) => name === 'writer').name,
    ).toContain('writer')
    expect(checkForm({ ...emptyForm(), name: 'Writer' }, free)).toEqual({})
  })

  it('sends limits and runtime for a blank agent, and leaves both to a template', () => {
    expect(requestOf({ ...emptyForm(), name: ' Bot ', cpu: '4', memory: '8g' })).toEqual({
      name: 'Bot',
      resources: { cpu: '4', memory: '8g' },
      runtime: 'claude-code',
    })
    expect(requestOf({ ...emptyForm('local:demo'), name: 'bot' })).toEqual({
      name: 'bot',
      template: 'local:demo',
    })
  })

  it("puts the server's reasons on their fields", () => {
    const failure = errorFromAnswer(422, {
      detail: [
        { type: 'x', loc: ['body', 'resources', 'memory'], msg: 'too much' },
        { type: 'x', loc: ['body', 'name'], msg: 'too long' },
      ],
    })
    expect(errorsOf(failure)).toEqual({ memory: 'too much', name: 'too long' })
  })

  it('puts a taken name on the name and everything else under the form', () => {
    expect(errorsOf(new ApiError(400, 'Agent already exists'))).toEqual({
      name: 'Agent already exists',
    })
    expect(errorsOf(new ApiError(503, 'No engine'))).toEqual({ form: 'No engine' })
    expect(
      errorsOf(
        errorFromAnswer(422, { detail: [{ type: 'x', loc: ['body', 'port'], msg: 'bad' }] }),
      ),
    ).toEqual({
      form: 'port: bad',
    })
  })
})
