import { describe, expect, it } from 'vitest'
import type { RunRow } from '@/api/runTypes'
import { addNew, countedIn, NOTHING } from '@/features/tasks/runTally'

const row = (id: string, status: string, cost: number | null = null) =>
  ({ id, status, cost }) as RunRow

describe('runs that are added to figures', () => {
  const before = [row('b', 'running'), row('a', 'success', 2)]

  it('are none while nothing has changed', () => {
    expect(addNew(NOTHING, countedIn(before), before)).toEqual(NOTHING)
  })

  it('count once when they begin and once more when they end', () => {
    const begun = [row('c', 'running'), ...before]
    const first = addNew(NOTHING, countedIn(before), begun)
    expect(first).toEqual({ count: 1, done: 0, failed: 0, cost: 0 })
    const ended = [row('c', 'failed', 0.5), row('b', 'success', 1), row('a', 'success', 2)]
    expect(addNew(first, countedIn(begun), ended)).toEqual({
      count: 1,
      done: 1,
      failed: 1,
      cost: 1.5,
    })
  })

  it('count whole when they began and ended between two looks', () => {
    const after = [row('c', 'success', 0.25), ...before]
    expect(addNew(NOTHING, countedIn(before), after)).toEqual({
      count: 1,
      done: 1,
      failed: 0,
      cost: 0.25,
    })
  })
})
