import { describe, expect, it } from 'vitest'
import { needleOf } from '@/features/logs/ansi'
import { LogBook, type LogData } from '@/features/logs/book'
import { indexAt, LogView, textOf, type LevelChoice } from '@/features/logs/view'

const LEVELS = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'plain'] as const
const T0 = Date.parse('2026-01-15T09:30:00Z')

function data(from: number, to: number): LogData {
  return {
    follow: 'a-1',
    first: from,
    dropped: 0,
    state: 'following',
    lines: Array.from({ length: to - from }, (_, at) => {
      const n = from + at
      return {
        ts: new Date(T0 + n * 1000).toISOString(),
        stream: n % 10 === 0 ? ('stderr' as const) : ('stdout' as const),
        text: `${LEVELS[n % 5] ?? ''} number ${n}`,
      }
    }),
  }
}

function filled(count: number, maxBytes?: number): { book: LogBook; view: LogView } {
  const book = new LogBook(maxBytes)
  const view = new LogView(book)
  for (let from = 0; from < count; from += 500) {
    book.append(data(from, Math.min(count, from + 500)))
    view.sync()
  }
  return { book, view }
}

const texts = (view: LogView) => view.shown.map((row) => row.plain)

describe('filters', () => {
  it('show everything as it is when there are none', () => {
    const { book, view } = filled(20)
    expect(view.shown).toBe(book.rows)
  })

  const wanted: [LevelChoice, number][] = [
    ['all', 50],
    ['info', 40],
    ['warn', 20],
    ['error', 10],
  ]
  it.each(wanted)('level %s leaves %d of 50', (level, count) => {
    const { book, view } = filled(50)
    view.choose(level, 'both')
    expect(view.shown).toHaveLength(count)
    book.append(data(50, 100))
    view.sync()
    expect(view.shown).toHaveLength(count * 2)
  })

  it('tell the streams apart', () => {
    const { view } = filled(50)
    view.choose('all', 'stderr')
    expect(view.shown).toHaveLength(5)
    view.choose('warn', 'stdout')
    expect(view.shown).toHaveLength(15)
  })

  it('leave the rows that say what is missing', () => {
    const { book, view } = filled(5)
    view.choose('error', 'both')
    book.append(data(50, 51))
    view.sync()
    expect(view.shown.map((row) => row.kind)).toEqual(['line', 'skipped', 'line'])
  })
})

describe('search', () => {
  it('finds lines whatever their case, and new ones as they come', () => {
    const { book, view } = filled(100)
    view.find(needleOf('NUMBER 7'), false)
    expect(view.matches).toHaveLength(11)
    expect(view.shown).toHaveLength(100)
    book.append(data(100, 801))
    view.sync()
    expect(view.matches).toHaveLength(11 + 100)
    view.find(null, false)
    expect(view.matches).toEqual([])
  })

  it('may leave only the lines that match', () => {
    const { book, view } = filled(100)
    view.find(needleOf('number 9'), true)
    expect(texts(view)).toHaveLength(11)
    book.append(data(100, 1000))
    view.sync()
    expect(texts(view)).toHaveLength(11 + 100)
    view.find(null, true)
    expect(view.shown).toBe(book.rows)
  })

  it('respects the filters', () => {
    const { view } = filled(100)
    view.choose('error', 'both')
    view.find(needleOf('number 1'), false)
    // 1, 10 to 19 of which 10 and 15 are errors.
    expect(view.matches).toHaveLength(2)
  })

  it('goes through a long log step by step, newest first', () => {
    const { book, view } = filled(20_000)
    view.find(needleOf('number'), true)
    expect(view.searching).toBe(true)
    expect(view.matches).toHaveLength(8000)
    expect(view.shown[view.shown.length - 1]?.plain).toContain('19999')
    // Lines that come meanwhile are found at once.
    book.append(data(20_000, 20_001))
    view.sync()
    expect(view.matches).toHaveLength(8001)
    while (view.searching) view.searchOn()
    expect(view.matches).toHaveLength(20_001)
    expect(view.shown).toHaveLength(20_001)
    expect([...view.matches].sort((a, b) => a - b)).toEqual(view.matches)
  })

  it('forgets what was let go', () => {
    const { book, view } = filled(500, 60_000)
    view.find(needleOf('number'), true)
    view.choose('info', 'both')
    for (let from = 500; from < 3000; from += 50) {
      book.append(data(from, from + 50))
      view.sync()
    }
    const first = book.rows[0]?.id ?? 0
    expect(view.matches[0]).toBeGreaterThanOrEqual(first)
    expect(view.shown[0]?.id).toBeGreaterThanOrEqual(first)
    expect(view.shown).toHaveLength(view.matches.length)
    expect(view.shown).toHaveLength(book.rows.filter((row) => row.level !== 'debug').length)
  })

  it('looks again when lines were taken back', () => {
    const book = new LogBook()
    const view = new LogView(book)
    book.append(data(0, 3))
    view.sync()
    book.polled('ERROR number 0\nWARN number 1\nINFO number 2\nDEBUG number 3\nplain number 4\n')
    view.sync()
    view.find(needleOf('number'), false)
    expect(view.matches).toHaveLength(5)
    book.append(data(3, 4))
    view.sync()
    expect(view.matches).toHaveLength(4)
  })

  it('is quick over a hundred thousand lines', () => {
    const { view } = filled(100_000)
    const began = performance.now()
    view.find(needleOf('number 99999'), false)
    while (view.searching) view.searchOn()
    expect(view.matches).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

describe('moments and texts', () => {
  it('finds the row for a moment', () => {
    const { book } = filled(10)
    const at = (second: number) => (T0 + second * 1000) * 1000
    expect(indexAt(book.rows, at(3))).toBe(3)
    expect(indexAt(book.rows, at(3.5))).toBe(4)
    expect(indexAt(book.rows, at(-5))).toBe(0)
    expect(indexAt(book.rows, at(99))).toBe(9)
    expect(indexAt([], at(0))).toBe(-1)
  })

  it('gives the lines out as text', () => {
    const { book } = filled(2)
    book.append(data(5, 6))
    expect(textOf(book.rows, false)).toBe('ERROR number 0\nWARN number 1\nERROR number 5\n')
    expect(textOf(book.rows.slice(0, 1), true)).toBe('2026-01-15T09:30:00.000Z ERROR number 0\n')
    expect(textOf([], true)).toBe('')
  })
})
