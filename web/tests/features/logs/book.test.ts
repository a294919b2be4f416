import { describe, expect, it } from 'vitest'
import { LogBook, type LogData } from '@/features/logs/book'

const T0 = Date.parse('2026-01-15T09:30:00Z')
const stamp = (n: number) => new Date(T0 + n * 1000).toISOString().replace('Z', '000000Z')
const line = (n: number) => ({ ts: stamp(n), stream: 'stdout' as const, text: `line ${n}` })
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

function data(from: number, to: number, more: Partial<LogData> = {}): LogData {
  return {
    follow: 'a-1',
    first: from,
    dropped: 0,
    lines: range(from, to).map(line),
    state: 'following',
    ...more,
  }
}

/** Lines as texts; markers as their kind and count. */
const shape = (book: LogBook) =>
  book.rows.map((row) => (row.kind === 'line' ? row.text : `${row.kind} ${row.count}`))
const lines = (from: number, to: number) => range(from, to).map((n) => `line ${n}`)

describe('the lines of one agent', () => {
  it('begin with a snapshot and go on with events', () => {
    const book = new LogBook()
    expect(book.state).toBe('idle')
    book.snapshot(data(0, 0, { follow: 'a-0', state: 'connecting' }))
    expect(book.state).toBe('connecting')
    book.snapshot(data(40, 43))
    const before = book.version
    book.append(data(43, 45))
    expect(book.version).toBeGreaterThan(before)
    expect(shape(book)).toEqual(lines(40, 45))
    book.append(data(45, 45, { state: 'ended' }))
    expect(book.state).toBe('ended')
  })

  it('say how many were skipped', () => {
    const book = new LogBook()
    book.snapshot(data(0, 2))
    book.append(data(7, 8, { dropped: 5 }))
    expect(shape(book)).toEqual(['line 0', 'line 1', 'skipped 5', 'line 7'])
  })

  it('are not repeated by a snapshot of the same count', () => {
    const book = new LogBook()
    book.snapshot(data(0, 10))
    book.snapshot(data(5, 15))
    expect(shape(book)).toEqual(lines(0, 15))
    book.snapshot(data(10, 12))
    expect(shape(book)).toEqual(lines(0, 15))
    book.snapshot(data(20, 22))
    expect(shape(book)).toEqual([...lines(0, 15), 'skipped 5', ...lines(20, 22)])
  })

  it('are joined by their times when numbers begin anew', () => {
    const book = new LogBook()
    book.snapshot(data(0, 10))
    // The same lines 5 to 14, counted from 0 by a server that was restarted.
    const again = { ...data(0, 10, { follow: 'b-1' }), lines: range(5, 15).map(line) }
    book.snapshot(again)
    expect(shape(book)).toEqual(lines(0, 15))
    book.append({ ...data(10, 11, { follow: 'b-1' }), lines: [line(15)] })
    expect(shape(book)).toEqual(lines(0, 16))
  })

  it('say that some may be missing when they cannot be joined', () => {
    const book = new LogBook()
    book.snapshot(data(0, 3))
    book.snapshot({ ...data(0, 2, { follow: 'b-1' }), lines: [line(50), line(51)] })
    expect(shape(book)).toEqual([...lines(0, 3), 'gap 0', 'line 50', 'line 51'])
    // A server that has just begun to look has no lines yet, and nothing is lost by that.
    book.snapshot(data(0, 0, { follow: 'c-0', state: 'connecting' }))
    expect(book.rows).toHaveLength(6)
  })

  it('go when another container has taken the name', () => {
    const book = new LogBook()
    book.snapshot(data(0, 3))
    book.snapshot({ ...data(0, 1, { follow: 'a-2', reset: true }), lines: [line(60)] })
    expect(shape(book)).toEqual(['replaced 0', 'line 60'])
    // The mark stays with the count; it is not a new event each time.
    book.snapshot({ ...data(0, 2, { follow: 'a-2', reset: true }), lines: [line(60), line(61)] })
    expect(shape(book)).toEqual(['replaced 0', 'line 60', 'line 61'])
    const fresh = new LogBook()
    fresh.snapshot({ ...data(0, 1, { follow: 'a-2', reset: true }), lines: [line(60)] })
    expect(shape(fresh)).toEqual(['line 60'])
  })
})

describe('the fall-back', () => {
  const text = (from: number, to: number) => `${lines(from, to).join('\n')}\n`

  it('adds only lines that are new', () => {
    const book = new LogBook()
    book.polled(text(0, 5))
    expect(book.state).toBe('following')
    book.polled(text(3, 8))
    book.polled(text(3, 8))
    expect(shape(book)).toEqual(lines(0, 8))
  })

  it('goes on after live lines, which take over again', () => {
    const book = new LogBook()
    book.snapshot(data(0, 5))
    book.polled(text(2, 8))
    expect(shape(book)).toEqual(lines(0, 8))
    const epoch = book.epoch
    // The missed events come with their numbers, whatever was polled meanwhile.
    book.append(data(5, 9))
    expect(shape(book)).toEqual(lines(0, 9))
    expect(book.epoch).toBeGreaterThan(epoch)
    expect(book.rows.every((row) => row.at !== null)).toBe(true)
  })

  it('says when it does not join', () => {
    const book = new LogBook()
    book.snapshot(data(0, 3))
    book.polled(text(50, 52))
    expect(shape(book)).toEqual([...lines(0, 3), 'gap 0', 'line 50', 'line 51'])
    book.snapshot(data(50, 52))
    expect(shape(book)).toEqual([...lines(0, 3), 'skipped 47', ...lines(50, 52)])
  })

  it('tells repeated lines apart by those before them', () => {
    const book = new LogBook()
    book.polled('a\nx\nx\n')
    book.polled('a\nx\nx\nx\nb\n')
    expect(shape(book)).toEqual(['a', 'x', 'x', 'x', 'b'])
  })

  it('takes an empty log', () => {
    const book = new LogBook()
    book.polled('')
    expect(book.rows).toHaveLength(0)
    expect(book.state).toBe('following')
  })
})

describe('the bound of memory', () => {
  it('lets the oldest lines go and counts them', () => {
    const book = new LogBook(20_000)
    for (let from = 0; from < 1000; from += 10) {
      book.append(data(from, from + 10))
      expect(book.bytes).toBeLessThanOrEqual(20_000)
    }
    expect(book.rows[book.rows.length - 1]?.text).toBe('line 999')
    expect(book.letGo + book.rows.length).toBe(1000)
    expect(book.rows.length).toBeGreaterThan(50)
    const first = book.rows[0]?.id ?? -1
    expect(book.indexOf(first)).toBe(0)
    expect(book.indexOf(first + 7)).toBe(7)
    expect(book.indexOf(0)).toBe(0)
  })

  it('keeps one line, however long', () => {
    const book = new LogBook(100)
    book.append({ ...data(0, 1), lines: [{ ...line(0), text: 'x'.repeat(1000) }] })
    expect(book.rows).toHaveLength(1)
  })

  it('forgets all when cleared', () => {
    const book = new LogBook()
    book.snapshot(data(0, 3))
    book.clear()
    expect([book.rows.length, book.bytes, book.state]).toEqual([0, 0, 'idle'])
    book.snapshot(data(3, 5))
    expect(shape(book)).toEqual(lines(3, 5))
  })
})
