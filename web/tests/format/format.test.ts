import { describe, expect, it } from 'vitest'
import {
  bytesText,
  cpuShare,
  levelOf,
  limitText,
  parseCores,
  parseSize,
  scaleTop,
} from '@/format/quantity'
import { formatAgo, formatDuration, parseUtc } from '@/format/time'

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1536, '1.5 KB'],
    [1024 ** 2 - 1, '1.0 MB'],
    [412_090_368, '393.0 MB'],
    [1024 ** 3, '1.0 GB'],
    [-5, '0 B'],
  ])('%d is %s', (bytes, shown) => expect(bytesText(bytes)).toBe(shown))

  it('writes round limits short', () => {
    expect(limitText(4 * 1024 ** 3)).toBe('4 GB')
    expect(limitText(1.5 * 1024 ** 3)).toBe('1.5 GB')
  })

  it.each([
    ['4g', 4 * 1024 ** 3],
    ['512M', 512 * 1024 ** 2],
    ['1.5g', 1.5 * 1024 ** 3],
    ['1024', 1024],
    ['much', null],
    ['', null],
    [null, null],
  ])('the size %j is %s bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes))
})

describe("CPU against the agent's own limit", () => {
  it("takes the wire's percent of one core", () => {
    expect(cpuShare(100, 2)).toBe(50)
    expect(cpuShare(100, 0.5)).toBe(200)
    expect(cpuShare(30, null)).toBe(30)
  })

  it('reads limits leniently', () => {
    expect(parseCores('0.5')).toBe(0.5)
    expect(parseCores(2)).toBe(2)
    expect(parseCores('0')).toBeNull()
    expect(parseCores('many')).toBeNull()
  })

  it('adapts the scale beyond 100 percent and warns near the limit', () => {
    expect([0, 4, 12, 80, 101, 390].map(scaleTop)).toEqual([5, 5, 25, 100, 150, 400])
    expect([79.9, 80, 95, 130].map(levelOf)).toEqual(['calm', 'high', 'full', 'full'])
  })
})

describe('times', () => {
  it('reads a time without zone as UTC', () => {
    const utc = Date.UTC(2026, 0, 13, 10, 15, 30, 123)
    expect(parseUtc('2026-01-13T10:15:30.123456')).toBe(utc)
    expect(parseUtc('2026-01-13T10:15:30.123456Z')).toBe(utc)
    expect(parseUtc('2026-01-13T11:15:30.123+01:00')).toBe(utc)
    expect(parseUtc('2026-01-13 10:15:30')).toBe(utc - 123)
  })

  it('has no time for what is none', () => {
    for (const value of [null, undefined, '', 'soon']) expect(parseUtc(value)).toBeNull()
  })

  it.each([
    [999, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [7_380_000, '2 h 3 min'],
    [86_400_000, '1 d'],
    [3 * 86_400_000 + 4 * 3_600_000, '3 d 4 h'],
    [-5, '0 s'],
  ])('%d ms last %s', (ms, shown) => expect(formatDuration(ms)).toBe(shown))

  it('tells how long ago, and the date after a week', () => {
    const now = Date.UTC(2026, 0, 20)
    expect(formatAgo(now - 1000, now)).toBe('just now')
    expect(formatAgo(now + 5000, now)).toBe('just now')
    expect(formatAgo(now - 12_000, now)).toBe('12 s ago')
    expect(formatAgo(now - 5 * 60_000, now)).toBe('5 min ago')
    expect(formatAgo(now - 26 * 3_600_000, now)).toBe('1 d ago')
    expect(formatAgo(now - 10 * 86_400_000, now, 'en')).toMatch(/Jan \d+, 2026/)
  })
})
