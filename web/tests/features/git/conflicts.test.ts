import { describe, expect, it } from 'vitest'
import { ApiError, errorFromAnswer } from '@/api/errors'
import { choicesOf, conflictOf, wordsOf } from '@/features/git/conflicts'

const sides = { changed: 3, ahead: 1, behind: 2 }
const keys = (action: 'pull' | 'push', type: string) =>
  choicesOf({ action, type, detail: '' }, sides).map((one) => one.key)

describe('a refused pull or push', () => {
  it('is a conflict only when the server says which', () => {
    const refused = errorFromAnswer(409, { detail: 'no' }, 'push_rejected')
    expect(conflictOf('push', refused)).toEqual({
      action: 'push',
      type: 'push_rejected',
      detail: 'no',
    })
    expect(conflictOf('push', new ApiError(409, 'busy'))).toBeNull()
    expect(conflictOf('push', errorFromAnswer(400, { detail: 'x' }, 'unknown'))).toBeNull()
  })

  it.each([
    ['pull', 'local_uncommitted', ['stash_reapply', 'pull_first', 'force_reset']],
    ['pull', 'merge_conflict', ['force_reset']],
    ['pull', 'stash_failed', ['pull_first', 'force_reset']],
    ['pull', 'unknown', ['stash_reapply', 'pull_first', 'force_reset']],
    ['push', 'push_rejected', ['pull_first', 'force_push']],
    ['push', 'merge_conflict', ['force_push', 'force_reset']],
    ['push', 'unknown', ['pull_first', 'force_push']],
    ['push', 'made_up_later', ['pull_first', 'force_push']],
  ] as const)('%s, %s: the ways that keep everything first', (action, type, ways) => {
    expect(keys(action, type)).toEqual(ways)
    expect(wordsOf({ action, type, detail: '' }, sides).title).not.toBe('')
  })

  it('says how much a way gives up, and calls the right operation', () => {
    const [keep, , reset] = choicesOf(
      { action: 'pull', type: 'local_uncommitted', detail: '' },
      sides,
    )
    expect(keep).toMatchObject({ loses: [], call: { action: 'pull', strategy: 'stash_reapply' } })
    expect(reset?.loses).toEqual([
      '3 files with uncommitted changes',
      '1 commit of the agent that is not pushed',
    ])
    expect(reset?.call).toEqual({ action: 'pull', strategy: 'force_reset' })
    const [, force] = choicesOf({ action: 'push', type: 'push_rejected', detail: '' }, sides)
    expect(force?.loses[0]).toContain('2 commits on the remote')
    expect(force?.call).toEqual({ action: 'push', strategy: 'force_push' })
  })
})
