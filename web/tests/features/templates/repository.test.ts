import { describe, expect, it } from 'vitest'
import type { LocalTemplate } from '@/api/types'
import { formFor, requestOf, templateOf } from '@/features/agents/createForm'
import { groupsOf, repositoryOf, usable } from '@/features/templates/repository'

const id = (address: string, branch = '') => repositoryOf({ address, branch }).id

describe('the address of a repository', () => {
  it.each([
    ['acme/bot', '', 'github:acme/bot'],
    [' acme/bot ', 'dev', 'github:acme/bot@dev'],
    ['acme/bot@feature/x', '', 'github:acme/bot@feature/x'],
    ['github:acme/bot', '', 'github:acme/bot'],
    ['https://github.com/acme/bot.git', '', 'github:acme/bot'],
    [
      'https://git.example.com/team/sub/bot.git',
      '',
      'git:https://git.example.com/team/sub/bot.git',
    ],
    ['https://git.example.com/team/bot@v2', '', 'git:https://git.example.com/team/bot@v2'],
    ['git:https://git.example.com/team/bot', 'v2', 'git:https://git.example.com/team/bot@v2'],
    ['file:///srv/templates/bot', '', 'git:file:///srv/templates/bot'],
  ])('%s %s is %s', (address, branch, template) => {
    expect(id(address, branch)).toBe(template)
  })

  it.each([
    '',
    'bot',
    'acme/..',
    'http://git.example.com/a',
    'ssh://git@host/a',
    'javascript:alert(1)',
  ])('%s is none', (address) => {
    const found = repositoryOf({ address, branch: '' })
    expect(found.id).toBeNull()
    expect(found.errors.address).toBeTruthy()
  })

  it('a name or password in it is refused before it is sent anywhere', () => {
    expect(
      repositoryOf({ address: 'https://me:secret@git.example.com/a', branch: '' }).errors.address,
    ).toContain('Without a name or password')
  })

  it.each(['-x', 'a..b', 'a b', '/a', 'a/', 'a@{1}'])('%s is no branch', (branch) => {
    expect(repositoryOf({ address: 'acme/bot', branch }).errors.branch).toBeTruthy()
  })
})

describe('templates', () => {
  const one = (template: string, change: Partial<LocalTemplate> = {}): LocalTemplate => ({
    id: template,
    display_name: template,
    description: '',
    source: 'local',
    priority: 1,
    resources: {},
    mcp_servers: [],
    required_credentials: [],
    ...change,
  })

  it('are grouped by where they come from; those with errors cannot be used', () => {
    const all = [one('local:a'), one('github:x/b'), one('git:https://h/c')]
    expect(groupsOf(all, '').map((group) => [group.key, group.templates.length])).toEqual([
      ['repository', 2],
      ['local', 1],
    ])
    expect(groupsOf(all, 'x/b').map((group) => group.key)).toEqual(['repository'])
    const problem = { file: 'f', line: 1, key: '', message: 'm' }
    expect(usable(one('local:a', { problems: [{ ...problem, level: 'warning' }] }))).toBe(true)
    expect(usable(one('local:a', { problems: [{ ...problem, level: 'error' }] }))).toBe(false)
    expect(usable(one('local:a', { broken: true }))).toBe(false)
  })

  it('one that is not listed is named by its address in the create form', () => {
    const form = formFor('git:https://h.example/c@v1', false)
    expect(form.template).toBe('repository')
    expect(templateOf(form)).toBe('git:https://h.example/c@v1')
    expect(templateOf(formFor('github:acme/bot', false))).toBe('github:acme/bot')
    expect(formFor('github:acme/bot', true).template).toBe('github:acme/bot')
    expect(requestOf({ ...formFor('github:acme/bot', true), name: 'n' })).toEqual({
      name: 'n',
      template: 'github:acme/bot',
      source_mode: true,
    })
  })
})
