import { describe, expect, it } from 'vitest'
import { ansiParts, markMatches, needleOf, newPen, plainText } from '@/features/logs/ansi'
import { structuredLine } from '@/features/logs/structured'

const partsOf = (line: string) => ansiParts(line, newPen())

describe('terminal output', () => {
  it('keeps colours and ends them', () => {
    expect(partsOf('\u001b[1;31mred\u001b[0m plain')).toEqual([
      { text: 'red', style: 'ansi-red ansi-bold' },
      { text: ' plain', style: '' },
    ])
  })

  it('takes out everything that is no colour', () => {
    const raw = '\u001b]0;title\u0007\u001b[2J\u001b[1;1Hhello\u001b[K \u0008\u001b(Bworld\u0000'
    expect(plainText(raw).replace('(B', '')).toBe('hello world')
  })

  it('shows the last state of a line that was written over', () => {
    expect(plainText('10%\r50%\r100%')).toBe('100%')
    expect(plainText('10%\r50%\r100%\r')).toBe('100%')
    expect(plainText('a\r')).toBe('a')
  })

  it('understands colours by number without printing their codes', () => {
    expect(partsOf('\u001b[38;5;9mx\u001b[38;2;1;2;3my\u001b[48;5;4mz')).toEqual([
      { text: 'x', style: 'ansi-red' },
      { text: 'y', style: '' },
      { text: 'z', style: '' },
    ])
  })

  it('leaves script text as text', () => {
    const line = '<script>alert(1)</script>'
    expect(partsOf(line)).toEqual([{ text: line, style: '' }])
    expect(plainText(line)).toBe(line)
  })

  it('marks matches across colours without losing a character', () => {
    const parts = partsOf('one \u001b[31mtwo\u001b[0m three TWO')
    const marked = (text: string) => markMatches(parts, needleOf(text))
    const found = (text: string) =>
      marked(text)
        .filter((part) => part.match)
        .map((part) => part.text)
    expect(found('two')).toEqual(['two', 'TWO'])
    expect(found('e tw')).toEqual(['e ', 'tw', 'e TW'])
    for (const text of ['two', 'e tw', 'nothing', 'o'])
      expect(
        marked(text)
          .map((part) => part.text)
          .join(''),
      ).toBe('one two three TWO')
  })

  it('takes what is searched as text, not as a pattern', () => {
    expect(needleOf('')).toBeNull()
    expect(markMatches(partsOf('a.c abc (x) [y] $z'), needleOf('a.c'))[0]?.text).toBe('a.c')
    for (const text of ['(x)', '[y]', '$z', '\\', '*'])
      expect(() => markMatches(partsOf(text), needleOf(text))).not.toThrow()
  })
})

describe('JSON lines', () => {
  it('with a message read as sentences', () => {
    const line = '{"ts":"2026-11-24T04:00:46.017Z","level":"warn","room":"turn","msg":"slow","n":1}'
    const read = structuredLine(line)
    expect(read?.plain).toBe('WARN  turn: slow {"n":1}')
    expect(read?.level).toBe('warn')
    expect(read?.at).toBe(Date.parse('2026-11-24T04:00:46.017Z') * 1000)
  })

  it('without one stay as they are', () => {
    for (const line of ['{"turn":7}', '{"msg":7}', '{broken}', '{}', 'null', '[1]'])
      expect(structuredLine(line)).toBeNull()
  })
})
