import { describe, expect, it } from 'vitest'
import { levelIn, microseconds, rowOf, sizeOf, type LogLevel } from '@/features/logs/line'
import { MASK, maskSecrets } from '@/lib/masking'

const wire = (text: string, ts: string | null = null) => ({ ts, stream: 'stdout' as const, text })

describe('the level of a line', () => {
  const lines: [string, LogLevel][] = [
    ['2026-01-01 10:00:00 ERROR could not', 'error'],
    ['[FATAL] out of it', 'error'],
    ['CRITICAL:root:no', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['12:00 WARN slow', 'warn'],
    ['WARNING: old', 'warn'],
    ['INFO  started', 'info'],
    ['DEBUG x=1', 'debug'],
    ['ts=1 level=error msg="x"', 'error'],
    ['time="x" level=warning msg=y', 'warn'],
    ['"level":"info", ', 'info'],
    ['[error] no such file', 'error'],
    ['error: no such file', 'error'],
    ['warning: unused variable', 'warn'],
    ['[info] up', 'info'],
    ['no errors found', 'none'],
    ['0 error(s)', 'none'],
    ['the information', 'none'],
    ['hello', 'none'],
    ['', 'none'],
    [`${'x'.repeat(200)} ERROR far behind`, 'none'],
  ]
  it.each(lines)('%s', (line, level) => expect(levelIn(line)).toBe(level))

  it('goes on over the indented lines of a trace', () => {
    const first = rowOf(0, wire('ERROR boom'), undefined)
    const second = rowOf(1, wire('    at main.ts:3'), first)
    const third = rowOf(2, wire('next'), second)
    expect([second.level, third.level]).toEqual(['error', 'none'])
    expect(rowOf(1, wire('    x'), rowOf(0, wire('INFO fine'), undefined)).level).toBe('none')
  })
})

describe('a row', () => {
  it('holds the time exactly to the microsecond', () => {
    expect(microseconds('2026-01-15T09:30:05.120345678Z')).toBe(
      Date.parse('2026-01-15T09:30:05Z') * 1000 + 120_345,
    )
    expect(microseconds('2026-01-15T09:30:05Z')).toBe(Date.parse('2026-01-15T09:30:05Z') * 1000)
    expect(microseconds('2026-01-15T09:30:05.5Z')).toBe(
      Date.parse('2026-01-15T09:30:05Z') * 1000 + 500_000,
    )
    expect(microseconds(null)).toBeNull()
    expect(microseconds('nonsense')).toBeNull()
  })

  it('keeps one text where there are no colours', () => {
    const row = rowOf(0, wire('plain text'), undefined)
    expect(row.plain).toBe(row.text)
    const coloured = rowOf(1, wire('\u001b[31mred\u001b[0m'), undefined)
    expect(coloured.plain).toBe('red')
    expect(sizeOf(coloured)).toBeGreaterThan(sizeOf({ ...coloured, text: 'red' }))
  })

  it('takes the time of a JSON line when the server has none', () => {
    const line = '{"time":"2026-11-24T04:00:46Z","msg":"x"}'
    expect(rowOf(0, wire(line), undefined).at).toBe(Date.parse('2026-11-24T04:00:46Z') * 1000)
  })
})

describe('secrets', () => {
  const some = [
    `sk-ant-api03-${'a'.repeat(40)}`,
    `ghp_${'A1'.repeat(18)}`,
    `AKIA${'A'.repeat(16)}`,
    `xoxb-${'1'.repeat(20)}`,
    `trinity_mcp_${'k'.repeat(32)}`,
    `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`,
  ]
  it.each(some)('are masked: %s', (secret) => {
    const masked = maskSecrets(`key=${secret} and more`)
    expect(masked).toBe(`key=${secret.slice(0, 6)}${MASK} and more`)
    expect(rowOf(0, wire(`key=${secret}`), undefined).text).not.toContain(secret)
  })

  it('are not seen where there are none', () => {
    for (const line of [
      'sk-1',
      'task-list of sk-learn models is long enough',
      'a commit 1234567890',
    ])
      expect(maskSecrets(line)).toBe(line)
  })
})
