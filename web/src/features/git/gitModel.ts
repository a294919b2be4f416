import type { GitChange, GitStatus } from '@/api/types'
import { parseUtc } from '@/format/time'
import { text } from '@/text/en'

export type ChangeLetter = keyof typeof text.git.letters

/** One letter for what git says in two: the stronger of index and work tree. */
export function letterOf(status: string): ChangeLetter {
  if (status.includes('?')) return '?'
  if (status.includes('U') || status === 'AA' || status === 'DD') return 'U'
  for (const letter of ['R', 'C', 'D', 'A'] as const) if (status.includes(letter)) return letter
  return 'M'
}

export interface GitKnown {
  repo: string
  branch: string
  lastSyncAt: number | null
  lastSha: string | null
}

export interface GitLive {
  kind: 'live'
  branch: string
  /** No branch is checked out. */
  detached: boolean
  remoteUrl: string
  /** Owner and name, or the host and path of another server. */
  remoteName: string
  changes: readonly GitChange[]
  changed: number
  ahead: number
  behind: number
  headSha: string | null
  lastSyncAt: number | null
}

export type GitView =
  | { kind: 'none'; message: string }
  | { kind: 'stopped'; known: GitKnown }
  | { kind: 'away'; known: GitKnown | null; reason: string }
  | GitLive

/** What a remote is called: without scheme, user and ".git". */
export function remoteName(url: string): string {
  const plain = url.replace(/^[a-z+]+:\/\//, '').replace(/^[^@/]*@/, '')
  return plain.replace(/^(www\.)?github\.com[/:]/, '').replace(/\.git$/, '')
}

/** Where a person can look at the remote; null when it is no web address. */
export function remoteLink(url: string): string | null {
  return /^https:\/\/[^@\s]+$/.test(url) ? url.replace(/\.git$/, '') : null
}

function knownOf(status: GitStatus): GitKnown | null {
  const { config } = status
  if (config === undefined) return null
  return {
    repo: config.github_repo,
    branch: config.working_branch,
    lastSyncAt: parseUtc(config.last_sync_at),
    lastSha: config.last_commit_sha,
  }
}

/** Which of the forms of the answer this is. */
export function viewOf(status: GitStatus): GitView {
  const message = status.message ?? ''
  if (!status.git_enabled) return { kind: 'none', message }
  const known = knownOf(status)
  if (status.branch === undefined) {
    return status.agent_running === false && known !== null
      ? { kind: 'stopped', known }
      : { kind: 'away', known, reason: message }
  }
  const changes = status.changes ?? []
  const remoteUrl = status.remote_url ?? ''
  return {
    kind: 'live',
    branch: status.branch,
    detached: status.branch === 'HEAD' || status.branch === 'unknown',
    remoteUrl,
    remoteName: remoteName(remoteUrl),
    changes,
    changed: status.changes_count ?? changes.length,
    ahead: status.ahead ?? 0,
    behind: status.behind ?? 0,
    headSha: status.last_commit?.sha ?? null,
    lastSyncAt: parseUtc(status.db_config?.last_sync_at),
  }
}

/** A few words on how the agent and its remote stand to each other, the weightiest first. */
export function stateWords(view: GitLive): string[] {
  const { states } = text.git
  const words = [
    view.behind > 0 ? states.behind(view.behind) : '',
    view.ahead > 0 ? states.ahead(view.ahead) : '',
    view.changed > 0 ? states.changed(view.changed) : '',
  ].filter(Boolean)
  return words.length > 0 ? words : [states.clean]
}

/** What stands beside "Push": commits, and files that are not committed. */
export function pushCount(view: GitLive): string {
  return [view.ahead > 0 ? String(view.ahead) : '', view.changed > 0 ? `+${view.changed}` : '']
    .filter(Boolean)
    .join(' ')
}
