import { describe, expect, it } from 'vitest'
import type { GitStatus } from '@/api/types'
import {
  letterOf,
  pushCount,
  remoteLink,
  remoteName,
  stateWords,
  viewOf,
  type GitLive,
} from '@/features/git/gitModel'

const live: GitStatus = {
  git_enabled: true,
  branch: 'main',
  remote_url: 'https://github.com/acme/bot.git',
  last_commit: null,
  changes: [{ status: 'M', path: 'a' }],
  changes_count: 7,
  ahead: 2,
  behind: 3,
  db_config: {
    last_sync_at: '2026-01-15T10:20:30.5',
    last_commit_sha: null,
    sync_enabled: true,
  },
}
const viewLive = (change: Partial<GitStatus> = {}) => viewOf({ ...live, ...change }) as GitLive

describe('the state of a work tree', () => {
  it.each([
    ['M', 'M'],
    ['AM', 'A'],
    ['??', '?'],
    ['RM', 'R'],
    ['D', 'D'],
    ['UU', 'U'],
    ['AA', 'U'],
    ['T', 'M'],
  ])('shows %s as %s', (status, letter) => {
    expect(letterOf(status)).toBe(letter)
  })

  it('tells its forms apart', () => {
    const config = {
      github_repo: 'a/b',
      working_branch: 'w',
      last_sync_at: null,
      last_commit_sha: null,
    }
    expect(viewOf({ git_enabled: false, message: 'no' })).toEqual({ kind: 'none', message: 'no' })
    expect(viewOf({ git_enabled: true, agent_running: false, message: '', config }).kind).toBe(
      'stopped',
    )
    expect(
      viewOf({ git_enabled: true, agent_running: true, message: 'timeout', config }),
    ).toMatchObject({ kind: 'away', reason: 'timeout', known: { repo: 'a/b' } })
    expect(viewLive()).toMatchObject({ kind: 'live', changed: 7, ahead: 2, behind: 3 })
    expect(viewLive().lastSyncAt).toBe(Date.UTC(2026, 0, 15, 10, 20, 30, 500))
    expect(viewLive({ branch: 'HEAD' }).detached).toBe(true)
  })

  it('says what is to be pulled before what is to be pushed, and when all is well', () => {
    expect(stateWords(viewLive())).toEqual([
      '3 commits to pull',
      '2 commits to push',
      '7 files changed',
    ])
    expect(stateWords(viewLive({ ahead: 0, behind: 0, changes_count: 0 }))).toEqual(['Up to date'])
    expect(pushCount(viewLive())).toBe('2 +7')
    expect(pushCount(viewLive({ ahead: 0, changes_count: 0 }))).toBe('')
  })

  it('names a remote without scheme, person and secret, and links only to web addresses', () => {
    expect(remoteName('https://github.com/acme/bot.git')).toBe('acme/bot')
    expect(remoteName('https://x:secret@git.example.com/team/bot.git')).toBe(
      'git.example.com/team/bot',
    )
    expect(remoteLink('https://github.com/acme/bot.git')).toBe('https://github.com/acme/bot')
    expect(remoteLink('https://x:secret@github.com/acme/bot')).toBeNull()
    expect(remoteLink('javascript:alert(1)')).toBeNull()
    expect(remoteLink('file:///srv/bot.git')).toBeNull()
  })
})
