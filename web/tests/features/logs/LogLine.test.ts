import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { needleOf } from '@/features/logs/ansi'
import { markerRow, rowOf, type WireLine } from '@/features/logs/line'
import LogLine from '@/features/logs/LogLine.vue'
import LogsEmpty from '@/features/logs/LogsEmpty.vue'
import LogStatus from '@/features/logs/LogStatus.vue'
import type { LogState } from '@/features/logs/book'

function line(text: string, more: Partial<WireLine> = {}, needle = '', times = true) {
  const row = rowOf(
    0,
    { ts: '2026-01-15T09:30:05.120Z', stream: 'stdout', text, ...more },
    undefined,
  )
  return mount(LogLine, {
    props: { row, times, wrap: true, needle: needleOf(needle), current: false },
  })
}

describe('a line of the log', () => {
  it('is text, whatever it says', () => {
    const shown = line('<img src=x onerror=alert(1)> & <b>bold</b>')
    expect(shown.find('img').exists()).toBe(false)
    expect(shown.text()).toBe('<img src=x onerror=alert(1)> & <b>bold</b>')
  })

  it('has its colours and the marks of a search', () => {
    const shown = line('one \u001b[31mtwo three\u001b[0m', {}, 'TWO')
    expect(shown.find('.ansi-red').text()).toBe('three')
    expect(shown.findAll('mark').map((mark) => mark.text())).toEqual(['two'])
    expect(shown.text()).toBe('one two three')
  })

  it('shows its time beside the text, not in it', () => {
    const shown = line('hello')
    expect(shown.find('[data-clock]').attributes('data-clock')).toMatch(/^\d\d:\d\d:05\.120$/)
    expect(shown.text()).toBe('hello')
    expect(line('hello', {}, '', false).find('[data-clock]').exists()).toBe(false)
  })

  it('carries its level, and says what was cut', () => {
    expect(line('ERROR boom').classes()).toContain('error')
    expect(line('x', { cut: 2048 }).text()).toContain('and 2.0 KB more')
  })

  it('may be a mark for lines that are not there', () => {
    const marker = (kind: 'skipped' | 'gap' | 'replaced', count = 0) =>
      mount(LogLine, {
        props: {
          row: markerRow(0, kind, count),
          times: true,
          wrap: true,
          needle: null,
          current: false,
        },
      }).text()
    expect(marker('skipped', 1)).toBe('1 line skipped here')
    expect(marker('skipped', 40)).toBe('40 lines skipped here')
    expect(marker('gap')).toContain('may be missing')
    expect(marker('replaced')).toContain('replaced')
  })
})

describe('what stands around the lines', () => {
  const face = (state: LogState, following = true, polling = false) =>
    mount(LogStatus, {
      props: { state, following, polling, lines: 3, shown: 3, bytes: 1, letGo: 0 },
    })
      .find('[data-testid=logs-state]')
      .attributes('data-state')

  it('says how the lines come', () => {
    expect(face('idle')).toBe('connecting')
    expect(face('connecting')).toBe('connecting')
    expect(face('following')).toBe('live')
    expect(face('following', false)).toBe('paused')
    expect(face('following', true, true)).toBe('polling')
    expect(face('ended')).toBe('ended')
    expect(face('interrupted')).toBe('interrupted')
  })

  it('says how many are shown and how many are gone', () => {
    const text = mount(LogStatus, {
      props: {
        state: 'following',
        following: true,
        polling: false,
        lines: 5,
        shown: 2,
        bytes: 1024,
        letGo: 7,
      },
    }).text()
    expect(text).toContain('2 of 5 lines')
    expect(text).toContain('7 oldest let go')
    expect(text).toContain('1.0 KB')
  })

  it('says why there are none', () => {
    const title = (state: LogState) => mount(LogsEmpty, { props: { state } }).find('h2').text()
    const titles = (['following', 'ended', 'interrupted'] as const).map(title)
    expect(new Set(titles).size).toBe(3)
    expect(
      mount(LogsEmpty, { props: { state: 'connecting' } })
        .find('h2')
        .exists(),
    ).toBe(false)
  })
})
