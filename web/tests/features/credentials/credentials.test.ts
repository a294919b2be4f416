import { describe, expect, it } from 'vitest'
import type { Credential } from '@/api/types'
import { errorFromAnswer } from '@/api/errors'
import {
  checkNew,
  createRequest,
  emptyCredential,
  failureOf,
  formOf,
  pathFault,
  serviceOf,
  updateRequest,
} from '@/features/credentials/credentialForm'
import { countPairs, importCount, linesToSend } from '@/features/credentials/importModel'
import { brings, guessService } from '@/features/credentials/kinds'
import { chooseSort, countsOf, shownOf } from '@/features/credentials/listModel'

const one = (name: string, change: Partial<Credential> = {}): Credential => ({
  id: name,
  name,
  service: 'search',
  type: 'api_key',
  description: '',
  file_path: null,
  created_at: '2026-01-15T10:20:30',
  updated_at: '2026-01-15T10:20:30',
  status: 'active',
  agents: [],
  pending_agents: [],
  ...change,
})

describe('the form of a credential', () => {
  it('sends each kind with the members that it is read by', () => {
    const form = { ...emptyCredential('K'), service: 'openai', secret: ' s3 ' }
    expect(createRequest(form)).toEqual({
      name: 'K',
      service: 'openai',
      type: 'api_key',
      credentials: { api_key: 's3' },
      description: null,
      file_path: null,
    })
    expect(createRequest({ ...form, type: 'token' }).credentials).toEqual({ token: 's3' })
    // A password is what was typed, blanks and all.
    expect(
      createRequest({ ...form, type: 'basic_auth', username: ' u ', password: ' p ' }).credentials,
    ).toEqual({ username: 'u', password: ' p ' })
    expect(
      createRequest({ ...form, type: 'file', content: '{}\n', path: ' a/b.json ' }),
    ).toMatchObject({ credentials: { content: '{}\n' }, file_path: 'a/b.json' })
  })

  it('names what is missing', () => {
    expect(Object.keys(checkNew(emptyCredential())).sort()).toEqual(['name', 'secret', 'service'])
    expect(
      Object.keys(checkNew({ ...emptyCredential('K'), type: 'file', otherService: 'x' })),
    ).toEqual(['content', 'path'])
  })

  it.each([
    ['/etc/passwd', true],
    ['~/key', true],
    ['a/../../b', true],
    ['.ssh/id_rsa', true],
    ['.git/config', true],
    ['.bashrc', true],
    ['.config/gcloud/key.json', false],
    ['.sshx/key', false],
    ['a..b', false],
  ])('a file may be put at %s: refused is %s', (path, refused) => {
    expect(pathFault(path) !== null).toBe(refused)
  })

  it('sends only what has changed, and the secret only when it is replaced', () => {
    const before = one('K', { description: 'old' })
    const form = { ...formOf(before), description: '', secret: 'new' }
    expect(updateRequest(form, before, false)).toEqual({ description: '' })
    expect(updateRequest(form, before, true)).toEqual({
      description: '',
      credentials: { api_key: 'new' },
    })
    expect(serviceOf(formOf(one('K', { service: 'github' })))).toBe('github')
    expect(serviceOf(formOf(one('K', { service: 'Vendor' })))).toBe('vendor')
  })

  it("puts the server's reasons beside their fields", () => {
    const failure = errorFromAnswer(422, {
      detail: [{ type: 'x', loc: ['body', 'file_path'], msg: 'guarded' }],
    })
    expect(failureOf(failure)).toEqual({ path: 'guarded' })
  })
})

describe('what a credential brings', () => {
  it('knows variables by name, and by service and kind', () => {
    expect(brings(one('SEARCH_KEY'), 'search_key')).toBe(true)
    expect(brings(one('My key', { service: 'search' }), 'SEARCH_API_KEY')).toBe(true)
    expect(
      brings(one('My key', { service: 'my-mail', type: 'basic_auth' }), 'MY_MAIL_PASSWORD'),
    ).toBe(true)
    expect(brings(one('My key'), 'OTHER_API_KEY')).toBe(false)
    expect(guessService('OPENAI_API_KEY')).toBe('openai')
    expect(guessService('My key')).toBeNull()
  })
})

describe('the list of credentials', () => {
  const all = [
    one('B', { agents: ['x', 'y'], pending_agents: ['y'], updated_at: '2026-02-01T00:00:00' }),
    one('A', { description: 'for the handbook' }),
    one('C', { agents: ['x'], service: 'notion' }),
  ]
  const names = (...args: Parameters<typeof shownOf>) => shownOf(...args).map(({ name }) => name)
  const byName = { key: 'name', down: false } as const

  it('is searched by all that is told of a credential, and filtered by use', () => {
    expect(names(all, '', 'all', byName)).toEqual(['A', 'B', 'C'])
    expect(names(all, 'handbook', 'all', byName)).toEqual(['A'])
    expect(names(all, 'notion x', 'all', byName)).toEqual(['C'])
    expect(names(all, '', 'pending', byName)).toEqual(['B'])
    expect(names(all, '', 'unused', byName)).toEqual(['A'])
    expect(countsOf(all)).toEqual({ all: 3, pending: 1, unused: 1 })
  })

  it('begins with the most used and the newest', () => {
    expect(chooseSort(byName, 'agents')).toEqual({ key: 'agents', down: true })
    expect(names(all, '', 'all', { key: 'agents', down: true })).toEqual(['B', 'C', 'A'])
    expect(names(all, '', 'all', { key: 'updated', down: true })[0]).toBe('B')
  })
})

describe('an import', () => {
  const preview = {
    pairs: [
      { line: 1, name: 'A', service: 'a', type: 'api_key', status: 'new' as const },
      { line: 3, name: 'B', service: 'b', type: 'api_key', status: 'differs' as const },
      { line: 4, name: 'C', service: 'c', type: 'api_key', status: 'same' as const },
    ],
    ignored: [],
  }

  it('counts what will be stored, and leaves out lines by their number', () => {
    expect(importCount(preview, false)).toBe(2)
    expect(importCount(preview, true)).toBe(1)
    expect(linesToSend('A=1\n# x\nB=2\nC=3', preview, true)).toBe('A=1\n# x\nC=3')
    expect(linesToSend('A=1\n# x\nB=2\nC=3', preview, false)).toBe('A=1\n# x\nB=2\nC=3')
  })

  it('counts the variables of pasted lines, each name once', () => {
    expect(countPairs('A=1\n#B=2\n\nexport C = 3\nA=4\nnothing')).toBe(2)
  })
})
