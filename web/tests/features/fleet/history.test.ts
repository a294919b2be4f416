import { describe, expect, it } from 'vitest'
import { GUESSED_MS, HistoryBook, messageFrom, runOf } from '@/features/fleetTimeline/historyModel'
import { asks, MINUTE, NOW, row } from './making'

const filled = (...rows: Parameters<HistoryBook['take']>[0]) => {
  const book = new HistoryBook()
  const fresh = book.take(rows)
  return { book, fresh }
}
const runIds = (book: HistoryBook, agent = 'a') => book.runsOf(agent).map((one) => one.id)

describe('a run', () => {
  it('has its place in time, its trigger and its record', () => {
    expect(runOf(row('1', 10))).toMatchObject({
      start: NOW - 10 * MINUTE,
      end: NOW - 9 * MINUTE,
      outcome: 'done',
      trigger: 'person',
      kind: 'chat',
      execution: 'run-1',
      guessed: false,
    })
    expect(
      runOf(
        row('2', 1, {
          activity_type: 'schedule_start',
          details: { schedule_name: 'Daily' },
          triggered_by: 'schedule',
        }),
      ),
    ).toMatchObject({ trigger: 'schedule', kind: 'schedule', by: 'Daily' })
    expect(
      runOf(row('3', 1, { triggered_by: 'manual', details: { parallel_mode: true } })),
    ).toMatchObject({ trigger: 'person', kind: 'task' })
  })

  it('that goes on has no end, and one whose end nobody kept has a guess', () => {
    expect(runOf(row('1', 5, { activity_state: 'started', duration_ms: null }))).toMatchObject({
      end: null,
      outcome: 'running',
    })
    expect(runOf(row('2', 5, { duration_ms: null }))).toMatchObject({
      end: NOW - 5 * MINUTE + GUESSED_MS,
      guessed: true,
    })
    const completed_at = new Date(NOW).toISOString()
    expect(runOf(row('3', 5, { duration_ms: null, completed_at }))).toMatchObject({
      end: NOW,
      guessed: false,
    })
  })

  it('is never made of a message or of a tool call', () => {
    const [message] = asks('m', 3, 'a', 'b')
    expect(runOf(message)).toBeNull()
    expect(runOf(row('t', 3, { activity_type: 'tool_call' }))).toBeNull()
    const { book } = filled(message)
    expect(book.allRuns()).toEqual([])
    expect(book.messages).toHaveLength(1)
  })

  it('without a time that can be read is left out', () => {
    expect(runOf(row('1', 1, { started_at: 'soon', created_at: '' }))).toBeNull()
  })
})

describe('a message', () => {
  it('is told by both and counted once, whoever is heard first', () => {
    const [own, run] = asks('m', 3, 'a', 'b')
    for (const rows of [
      [own, run],
      [run, own],
    ]) {
      const { book, fresh } = filled(...rows)
      expect(book.messages).toHaveLength(1)
      expect(book.messages[0]).toMatchObject({ source: 'a', target: 'b', secondHand: false })
      expect(fresh).toBe(2)
      expect(runIds(book, 'b')).toEqual(['m-run'])
    }
  })

  it('is known from the run of the other when its own row may not be seen', () => {
    const [, run] = asks('m', 3, 'hidden', 'b')
    const { book } = filled(run)
    expect(book.messages).toEqual([expect.objectContaining({ source: 'hidden', secondHand: true })])
    expect(book.countSince(0)).toBe(1)
  })

  it('to itself, or to nobody, is none', () => {
    expect(
      messageFrom(row('1', 1, { triggered_by: 'agent', details: { source_agent: 'a' } })),
    ).toBeNull()
    expect(
      messageFrom(row('2', 1, { activity_type: 'agent_collaboration', details: {} })),
    ).toBeNull()
  })
})

describe('the book', () => {
  it('keeps runs by agent, oldest first, each once', () => {
    const { book, fresh } = filled(
      row('2', 5),
      row('1', 9),
      row('3', 1),
      row('x', 2, { agent_name: 'b' }),
    )
    expect(fresh).toBe(4)
    expect(runIds(book)).toEqual(['1', '2', '3'])
    expect(book.take([row('2', 5, { error: 'x' })])).toBe(0)
    expect(runIds(book)).toEqual(['1', '2', '3'])
    expect(book.runsOf('a')[1]?.error).toBe('x')
  })

  it('replaces the list of an agent that changed, and of no other', () => {
    const { book } = filled(row('1', 5), row('x', 2, { agent_name: 'b' }))
    const [a, b] = [book.runsOf('a'), book.runsOf('b')]
    book.take([row('2', 1)])
    expect(book.runsOf('a')).not.toBe(a)
    expect(book.runsOf('b')).toBe(b)
  })

  it('lets no late word of a start undo an end', () => {
    const started = { activity_state: 'started', duration_ms: null } as const
    const { book } = filled(row('1', 5))
    book.take([row('1', 5, started)])
    expect(book.runsOf('a')[0]?.outcome).toBe('done')
    const [own] = asks('m', 3, 'a', 'b')
    book.take([own])
    book.take([{ ...own, activity_state: 'started' }])
    expect(book.messages[0]?.outcome).toBe('done')
  })

  it('drops what began before, is said to be open no more, and nobody saw end', () => {
    const started = { activity_state: 'started', duration_ms: null } as const
    const { book } = filled(
      row('old', 90, started),
      row('kept', 80, started),
      row('new', 5, started),
    )
    book.keepOpen(NOW - 60 * MINUTE, new Set(['kept']))
    expect(runIds(book)).toEqual(['kept', 'new'])
  })

  it('lets go of what ended long ago, and of nothing that goes on', () => {
    const open = row('open', 300, { activity_state: 'started', duration_ms: null })
    const { book } = filled(row('old', 200), row('new', 5), open, ...asks('m', 200, 'a', 'b'))
    book.forgetBefore(NOW - 60 * MINUTE)
    expect(runIds(book)).toEqual(['open', 'new'])
    expect(book.runsOf('b')).toEqual([])
    expect(book.messages).toEqual([])
    expect(book.countSince(NOW - 60 * MINUTE)).toBe(1)
  })

  it('takes 5,000 rows, and one more without looking at them again', () => {
    const rows = Array.from({ length: 5000 }, (_, n) =>
      row(`r${n}`, n, { agent_name: `a${n % 200}` }),
    )
    const { book } = filled(...rows)
    const others = book.runsOf('a1')
    for (let n = 0; n < 200; n++) expect(book.runsOf(`a${n}`)).toHaveLength(25)
    book.take([row('one more', 0)])
    expect(book.runsOf('a')).toHaveLength(1)
    expect(book.runsOf('a1')).toBe(others)
  })
})
