import { describe, expect, it } from 'vitest'
import {
  entriesOf,
  resultText,
  stepsOfCalls,
  toolName,
  toolSummary,
  TranscriptBook,
} from '@/features/runs/transcript'
import { partsOf } from '@/features/runs/stepGroups'
import { landed, NOTHING_WRITTEN, startWriting, takePiece } from '@/features/runs/writing'

const said = (text: string) => ({
  type: 'assistant',
  message: { content: [{ type: 'text', text }] },
})
const called = (id: string, name = 'Bash', input: unknown = { command: 'ls' }) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id, name, input }] },
})
const back = (id: string, content: unknown, is_error = false) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: id, content, is_error }] },
})

function read(entries: readonly unknown[], at: number | null = null) {
  const book = new TranscriptBook()
  book.add(entries, at)
  return book
}

describe('a transcript', () => {
  it('tells how the session began and how it ended', () => {
    const { steps } = read([
      {
        type: 'system',
        subtype: 'init',
        model: 'sonnet',
        tools: ['a', 'b'],
        mcp_servers: [{ name: 'x' }, {}],
      },
      { type: 'result', num_turns: 3, duration_ms: 4100, total_cost_usd: 0.02, result: 'ok' },
      { type: 'result', cost_usd: 0.5, is_error: true },
    ])
    expect(steps[0]).toEqual({ kind: 'begin', key: '0', model: 'sonnet', tools: 2, servers: ['x'] })
    expect(steps[1]).toMatchObject({ kind: 'end', turns: 3, ms: 4100, cost: 0.02, failed: false })
    expect(steps[2]).toMatchObject({ kind: 'end', turns: null, ms: null, cost: 0.5, failed: true })
  })

  it('puts a result to its call, whatever comes between', () => {
    const { steps } = read([
      called('1'),
      called('2', 'Read', { file_path: '/a' }),
      said('so'),
      back('1', 'one'),
    ])
    expect(steps).toMatchObject([
      { kind: 'tool', id: '1', name: 'Bash', summary: 'ls', result: 'one', failed: false },
      { kind: 'tool', id: '2', summary: '/a', result: null },
      { kind: 'text', text: 'so' },
    ])
  })

  it('takes the time of a call only from messages that come as they happen', () => {
    const book = read([called('1')], 1000)
    book.add([back('1', 'x', true)], 3500)
    expect(book.steps[0]).toMatchObject({ ms: 2500, failed: true })
    expect(read([called('1'), back('1', 'x')]).steps[0]).toMatchObject({ ms: null })
  })

  it('shows what is not JSON as text and leaves out what it does not know', () => {
    const { steps } = read([
      'plain words',
      '{"type":"weather"}',
      7,
      null,
      { type: 'assistant' },
      JSON.stringify(said('a')),
    ])
    expect(steps.map((one) => one.kind === 'text' && one.text)).toEqual(['plain words', 'a'])
  })

  it('does not show what the agent was given as if it had said it', () => {
    expect(
      read([{ type: 'user', message: { content: [{ type: 'text', text: 'hidden' }] } }]).steps,
    ).toEqual([])
  })

  it('replaces what is told again from an index on', () => {
    const book = new TranscriptBook()
    book.clear(40)
    book.add([said('forty'), called('1'), said('old')])
    expect(book.read).toBe(43)
    book.cut(42)
    book.add([said('new'), back('1', 'late')])
    expect(book.read).toBe(44)
    expect(book.steps).toMatchObject([
      { text: 'forty' },
      { id: '1', result: 'late' },
      { text: 'new' },
    ])
    book.cut(10)
    expect(book.steps).toEqual([])
  })

  it('never changes a list that was handed out', () => {
    const book = read([called('1')])
    const before = book.steps
    book.add([back('1', 'x')])
    expect(before[0]).toMatchObject({ result: null })
    expect(book.steps[0]).toMatchObject({ result: 'x' })
  })

  it('reads stored transcripts in every form', () => {
    expect(entriesOf([1])).toEqual([1])
    expect(entriesOf('[{"type":"result"}]')).toEqual([{ type: 'result' }])
    expect(entriesOf('not json\nmore')).toEqual(['not json', 'more'])
    expect(entriesOf('')).toEqual([])
    expect(entriesOf(null)).toEqual([])
  })
})

describe('calls', () => {
  it('have a name and a line that say what they are about', () => {
    expect(toolName('mcp__trinity__chat')).toBe('trinity: chat')
    expect(toolName('Bash')).toBe('Bash')
    expect(toolSummary({ command: 'a\n  b', description: 'c' })).toBe('a b')
    expect(toolSummary({ a: 1 })).toBe('{"a":1}')
    expect(toolSummary({})).toBe('')
    expect(toolSummary({ query: 'x'.repeat(400) })).toHaveLength(161)
  })

  it('have results of blocks', () => {
    expect(resultText([{ type: 'text', text: 'a' }, { type: 'image', source: {} }, 'b'])).toBe(
      'a\n[image]\nb',
    )
    expect(resultText(null)).toBe('')
  })

  it('of a stored message come with their times', () => {
    const steps = stepsOfCalls(
      JSON.stringify([
        {
          id: 'a',
          type: 'tool_use',
          tool: 'Bash',
          input: { command: 'ls' },
          duration_ms: null,
          success: null,
        },
        {
          id: 'a',
          type: 'tool_result',
          tool: 'Bash',
          output: 'out',
          duration_ms: 41,
          success: false,
        },
      ]),
    )
    expect(steps).toMatchObject([
      { name: 'Bash', summary: 'ls', result: 'out', ms: 41, failed: true },
    ])
    expect(stepsOfCalls(null)).toEqual([])
    expect(stepsOfCalls('[]')).toEqual([])
  })

  it('that follow each other stand together', () => {
    const parts = partsOf(read([called('1'), called('2'), said('a'), called('3')]).steps)
    expect(parts.map((one) => (one.kind === 'tools' ? one.steps.length : one.text))).toEqual([
      2,
      'a',
      1,
    ])
  })
})

describe('what is being written', () => {
  it('grows by pieces that are counted in bytes', () => {
    let now = startWriting('Grüße')
    expect(now.bytes).toBe(7)
    now = takePiece(now, ' an', 7)
    expect(now.text).toBe('Grüße an')
    expect(takePiece(now, 'lost', 99)).toBe(now)
    expect(takePiece(now, 'alle', 7).text).toBe('Grüßealle')
    expect(takePiece(now, 'new', 0)).toEqual({ text: 'new', bytes: 3 })
  })

  it('is over when it stands in the transcript', () => {
    const now = startWriting('Two commits\n')
    expect(landed(now, ['Two commits since morning'])).toEqual(NOTHING_WRITTEN)
    expect(landed(now, ['Other'])).toBe(now)
    expect(landed(NOTHING_WRITTEN, ['x'])).toBe(NOTHING_WRITTEN)
  })
})
