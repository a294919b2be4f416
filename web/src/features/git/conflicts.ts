import { ApiError } from '@/api/errors'
import type { PullStrategy, PushStrategy } from '@/api/types'
import { text } from '@/text/en'

export type GitAction = 'pull' | 'push'

/** A push or pull that was refused, and may be done another way. */
export interface Conflict {
  action: GitAction
  type: string
  /** What git said. */
  detail: string
}

/** How the two sides stood when it was refused. */
export interface Sides {
  changed: number
  ahead: number
  behind: number
}

export interface Choice {
  key: string
  call: { action: 'pull'; strategy: PullStrategy } | { action: 'push'; strategy: PushStrategy }
  title: string
  body: string
  submit: string
  keeps: string[]
  /** Empty when nothing is lost. */
  loses: string[]
  /** What may still need a hand afterwards. */
  note?: string
}

export function conflictOf(action: GitAction, failure: unknown): Conflict | null {
  if (!(failure instanceof ApiError) || failure.status !== 409 || failure.conflict === null)
    return null
  return { action, type: failure.conflict, detail: failure.message }
}

export function wordsOf(conflict: Conflict, sides: Sides): { title: string; body: string } {
  const { pull, push } = text.git.conflict
  if (conflict.action === 'pull') {
    if (conflict.type === 'local_uncommitted') return pull.local_uncommitted(sides.changed)
    if (conflict.type === 'merge_conflict') return pull.merge_conflict()
    return conflict.type === 'stash_failed' ? pull.stash_failed() : pull.unknown()
  }
  if (conflict.type === 'push_rejected') return push.push_rejected(sides.behind)
  return conflict.type === 'merge_conflict' ? push.merge_conflict() : push.unknown()
}

function reapply(): Choice {
  const { stash_reapply: words, everythingHere, everythingThere } = text.git.conflict
  return {
    key: 'stash_reapply',
    call: { action: 'pull', strategy: 'stash_reapply' },
    ...pick(words),
    keeps: [everythingHere, everythingThere],
    loses: [],
    note: words.risk,
  }
}

function pullFirst(commitFirst: boolean): Choice {
  const { everythingHere, everythingThere } = text.git.conflict
  return {
    key: 'pull_first',
    call: { action: 'push', strategy: 'pull_first' },
    ...pick(commitFirst ? text.git.conflict.commit_first : text.git.conflict.pull_first),
    keeps: [everythingHere, everythingThere],
    loses: [],
  }
}

function reset({ changed, ahead }: Sides): Choice {
  const { force_reset: words, everythingThere } = text.git.conflict
  return {
    key: 'force_reset',
    call: { action: 'pull', strategy: 'force_reset' },
    ...pick(words),
    keeps: [everythingThere, words.keepsIgnored],
    loses: [words.losesFiles(changed), ...(ahead > 0 ? [words.losesCommits(ahead)] : [])],
  }
}

function overwrite({ behind }: Sides): Choice {
  const { force_push: words, everythingHere } = text.git.conflict
  return {
    key: 'force_push',
    call: { action: 'push', strategy: 'force_push' },
    ...pick(words),
    keeps: [everythingHere],
    loses: [words.losesCommits(behind)],
    note: words.otherwise,
  }
}

const pick = ({ title, body, submit }: { title: string; body: string; submit: string }) => ({
  title,
  body,
  submit,
})

/** The ways to go on, those that keep everything first. */
export function choicesOf(conflict: Conflict, sides: Sides): Choice[] {
  if (conflict.action === 'pull') {
    switch (conflict.type) {
      case 'merge_conflict':
        return [reset(sides)]
      case 'stash_failed':
        return [pullFirst(true), reset(sides)]
      default:
        return [reapply(), pullFirst(true), reset(sides)]
    }
  }
  if (conflict.type === 'merge_conflict') return [overwrite(sides), reset(sides)]
  return [pullFirst(false), overwrite(sides)]
}
