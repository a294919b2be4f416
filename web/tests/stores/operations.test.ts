import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Operation } from '@/live/frames'
import { useOperations } from '@/stores/operations'

beforeEach(() => setActivePinia(createPinia()))

const operation = (operation_id: string, change: Partial<Operation> = {}): Operation => ({
  operation_id,
  kind: 'create',
  agent_name: 'writer',
  step: 'container',
  percent: 10,
  state: 'running',
  detail: null,
  ...change,
})

describe('long actions', () => {
  it('are found by their agent, the newest first', () => {
    const operations = useOperations()
    operations.takeSnapshot([operation('one'), operation('two', { agent_name: 'other' })])
    operations.take(operation('three', { percent: 20 }))
    expect(operations.latestOf('writer')?.operation_id).toBe('three')
    operations.take(operation('one', { percent: 90 }))
    expect(operations.latestOf('writer')?.percent).toBe(90)
    expect(operations.latestOf('nobody')).toBeNull()
  })

  it('are replaced by a snapshot, and never grow without end', () => {
    const operations = useOperations()
    for (let n = 0; n < 200; n += 1) operations.take(operation(`o${n}`))
    expect(operations.all.size).toBeLessThanOrEqual(40)
    expect(operations.latestOf('writer')?.operation_id).toBe('o199')
    operations.takeSnapshot([])
    expect(operations.all.size).toBe(0)
    operations.take({} as Operation)
    expect(operations.all.size).toBe(0)
  })
})
