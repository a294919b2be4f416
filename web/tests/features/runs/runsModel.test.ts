import { describe, expect, it } from 'vitest'
import type { QueuedExecution, RunRow } from '@/api/types'
import {
  addOlder,
  isOwn,
  NO_RUNS,
  takeQueue,
  takeRow,
  takeSnapshot,
} from '@/features/runs/runsModel'

export const row = (id: string, change: Partial<RunRow> = {}): RunRow => ({
  id,
  schedule_id: '__manual__',
  agent_name: 'a',
  status: 'success',
  started_at: `2026-01-14T10:00:${id.padStart(2, '0')}`,
  completed_at: null,
  duration_ms: null,
  message: `message ${id}`,
  error: null,
  triggered_by: 'manual',
  context_used: null,
  context_max: null,
  cost: null,
  ...change,
})
const entry = (id: string, change: Partial<QueuedExecution> = {}): QueuedExecution => ({
  id,
  agent_name: 'a',
  source: 'user',
  source_agent: null,
  source_user_id: '1',
  source_user_email: 'me@example.com',
  message: 'hello',
  queued_at: '2026-01-14T10:00:00',
  started_at: null,
  status: 'queued',
  execution_id: `run-${id}`,
  ...change,
})
const ids = (rows: readonly RunRow[]) => rows.map((one) => one.id)

describe('the runs of an agent', () => {
  it('begin with what the snapshot tells, and keep older rows that were asked for', () => {
    const first = takeSnapshot(NO_RUNS, { executions: [row('5'), row('4')] })
    const more = addOlder(first, [row('4'), row('3'), row('2')])
    expect(ids(more.rows)).toEqual(['5', '4', '3', '2'])
    expect(ids(takeSnapshot(more, { executions: [row('6'), row('5'), row('4')] }).rows)).toEqual([
      '6',
      '5',
      '4',
      '3',
      '2',
    ])
    expect(ids(takeSnapshot(more, { executions: [row('99'), row('98')] }).rows)).toEqual([
      '99',
      '98',
    ])
    expect(takeSnapshot(more, {}).rows).toEqual([])
  })

  it('put a run that began to the front, and replace it where it stands when it ends', () => {
    let runs = takeSnapshot(NO_RUNS, { executions: [row('5'), row('4')] })
    runs = takeRow(runs, row('6', { status: 'running' }))
    runs = takeQueue(runs, {
      running: [
        {
          execution_id: '6',
          agent_execution_id: '6',
          message_preview: '',
          started_at: '',
          triggered_by: 'manual',
        },
      ],
    })
    runs = takeRow(runs, row('6', { status: 'failed', error: 'no' }))
    expect(ids(runs.rows)).toEqual(['6', '5', '4'])
    expect(runs.rows[0]).toMatchObject({ status: 'failed', error: 'no' })
    expect(runs.running).toEqual([])
  })

  it('tell the line of those who wait', () => {
    const two = takeQueue(NO_RUNS, {
      current_execution: entry('1'),
      queued_executions: [entry('2'), entry('3')],
      queue_length: 2,
    })
    expect(two.waiting.map((one) => one.id)).toEqual(['2', '3'])
    const none = takeQueue(two, { current_execution: null, queued_executions: [], queue_length: 0 })
    expect(none).toMatchObject({ current: null, waiting: [], queueLength: 0 })
    // What is left out has not changed.
    expect(takeQueue(two, {}).current?.id).toBe('1')
  })

  it('know whose turn it is', () => {
    const me = { username: 'me', email: 'me@example.com' }
    expect(isOwn(entry('1'), me)).toBe(true)
    expect(isOwn(entry('1', { source_user_email: 'me' }), me)).toBe(true)
    expect(isOwn(entry('1', { source: 'agent' }), me)).toBe(false)
    expect(isOwn(entry('1', { source_user_email: 'ann' }), me)).toBe(false)
    expect(isOwn(entry('1', { source_user_email: null }), { username: 'me', email: null })).toBe(
      false,
    )
  })
})
