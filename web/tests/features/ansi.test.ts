import { describe, expect, it } from 'vitest'
import { markMatches, parseLog } from '@/features/logs/ansi'

describe('terminal output', () => {
  it('keeps colours that run over lines and ends them', () => {
    const [first, second, third] = parseLog('\u001b[1;31mred\nstill\u001b[0m plain\nplain\n')
    expect(first?.parts).toEqual([{ text: 'red', style: 'ansi-red ansi-bold' }])
    expect(second?.parts).toEqual([
      { text: 'still', style: 'ansi-red ansi-bold' },
      { text: ' plain', style: '' },
    ])
    expect(third?.parts).toEqual([{ text: 'plain', style: '' }])
  })

  it('takes out everything that is no colour', () => {
    const raw = '\u001b]0;title\u0007\u001b[2J\u001b[1;1Hhello\u001b[K \u0008\u001b(Bworld\u0000'
    expect(parseLog(raw)[0]?.plain.replace('(B', '')).toBe('hello world')
  })

  it('shows the last state of a line that was written over', () => {
    expect(parseLog('10%\r50%\r100%\n')[0]?.plain).toBe('100%')
    expect(parseLog('a\r\nb\r\n').map((line) => line.plain)).toEqual(['a', 'b'])
  })

  it('understands colours by number without printing their codes', () => {
    const parts = parseLog('\u001b[38;5;9mx\u001b[38;2;1;2;3my\u001b[48;5;4mz')[0]?.parts
    expect(parts).toEqual([
      { text: 'x', style: 'ansi-red' },
      { text: 'y', style: '' },
      { text: 'z', style: '' },
    ])
  })

  it('leaves script text as text', () => {
    expect(parseLog('<script>alert(1)</script>')[0]?.parts).toEqual([
      { text: '<script>alert(1)</script>', style: '' },
    ])
  })

  it('reads JSON lines with a message as sentences, and leaves other JSON alone', () => {
    const line = '{"ts":"2026-11-24T04:00:46.017Z","level":"warn","room":"turn","msg":"slow","n":1}'
    expect(parseLog(line)[0]?.plain).toBe('04:00:46.017 WARN  turn: slow {"n":1}')
    expect(parseLog('{"turn":7}')[0]?.plain).toBe('{"turn":7}')
    expect(parseLog('{"msg":7}')[0]?.plain).toBe('{"msg":7}')
    expect(parseLog('{broken}')[0]?.plain).toBe('{broken}')
  })

  it('marks matches across colours without losing a character', () => {
    const line = parseLog('one \u001b[31mtwo\u001b[0m three TWO')[0]
    if (line === undefined) throw new Error('no line')
    const parts = markMatches(line, 'two')
    expect(parts.filter((part) => part.match).map((part) => part.text)).toEqual(['two', 'TWO'])
    expect(parts.map((part) => part.text).join('')).toBe('one two three TWO')
    const across = markMatches(line, 'e tw')
    expect(across.filter((part) => part.match).map((part) => part.text)).toEqual([
      'e ',
      'tw',
      'e TW',
    ])
    expect(across.map((part) => part.text).join('')).toBe('one two three TWO')
  })
})
