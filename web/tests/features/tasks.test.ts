import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp, effectScope, ref, shallowRef } from 'vue'
import type { RunRow } from '@/api/types'
import { NO_RUNS } from '@/features/runs/runsModel'
import {
  dayOf,
  isFiltered,
  merged,
  NO_FILTER,
  spanOf,
  type HistoryFilter,
} from '@/features/tasks/historyModel'
import { EMPTY_FORM, errorsOf, optionsSet, requestOf, toolsOf } from '@/features/tasks/taskForm'
import { useHistory } from '@/features/tasks/useHistory'
import { plainLine } from '@/lib/plainLine'
import { fakeServer } from '../helpers'

const row = (id: number, change: Partial<RunRow> = {}) =>
  ({
    id: `r${id}`,
    agent_name: 'a',
    status: 'success',
    started_at: `2026-01-14T10:${String(id).padStart(2, '0')}:00`,
    message: `message ${id}`,
    error: null,
    triggered_by: 'manual',
    ...change,
  }) as RunRow
const ids = (rows: readonly RunRow[]) => rows.map((one) => one.id)

describe('a new task', () => {
  it('names only what was set', () => {
    expect(requestOf({ ...EMPTY_FORM, message: ' count ' })).toEqual({
      message: 'count',
      timeout_seconds: 900,
    })
    expect(
      requestOf({
        message: 'x',
        model: 'haiku',
        tools: 'Read, Bash(a, b)',
        minutes: '2',
        turns: '7',
        prompt: ' be short ',
      }),
    ).toEqual({
      message: 'x',
      timeout_seconds: 120,
      model: 'haiku',
      allowed_tools: ['Read', 'Bash(a, b)'],
      max_turns: 7,
      system_prompt: 'be short',
    })
  })

  it('says which fields are wrong', () => {
    expect(errorsOf({ ...EMPTY_FORM, message: 'x' })).toEqual({})
    expect(Object.keys(errorsOf({ ...EMPTY_FORM, minutes: '1.5', turns: '0' }))).toEqual([
      'message',
      'minutes',
      'turns',
    ])
    expect(errorsOf({ ...EMPTY_FORM, message: 'x', minutes: '121' }).minutes).toBeDefined()
    expect(errorsOf({ ...EMPTY_FORM, message: 'x', minutes: '' }).minutes).toBeDefined()
  })

  it('counts its options and reads lists of tools', () => {
    expect(optionsSet({ ...EMPTY_FORM, message: 'x' })).toBe(0)
    expect(optionsSet({ ...EMPTY_FORM, minutes: '20', tools: 'Read' })).toBe(2)
    expect(toolsOf(' Read ,, Bash(git log:*), ) ')).toEqual(['Read', 'Bash(git log:*)', ')'])
    expect(toolsOf('')).toEqual([])
  })
})

describe('the history', () => {
  const failed: HistoryFilter = { ...NO_FILTER, status: 'failed' }

  it('shows each run as it is now, and new ones that fit', () => {
    const found = [row(3, { status: 'running' }), row(1, { status: 'running' })]
    const live = [row(5, { status: 'running' }), row(4), row(3, { status: 'success' })]
    expect(ids(merged(found, live, { ...NO_FILTER, status: 'running' }))).toEqual(['r5', 'r1'])
  })

  it('finds words in new runs and leaves out older ones that the server did not name', () => {
    const filter = { ...NO_FILTER, words: 'PARSER' }
    const found = [row(3, { message: 'parser' })]
    const live = [row(4, { error: 'no parser' }), row(5), row(2, { message: 'parser, older' })]
    expect(ids(merged(found, live, filter))).toEqual(['r4', 'r3'])
  })

  it('knows whether it is filtered', () => {
    expect(isFiltered(NO_FILTER)).toBe(false)
    expect(isFiltered({ ...NO_FILTER, words: '  ' })).toBe(false)
    expect(isFiltered(failed)).toBe(true)
  })

  describe('of a time', () => {
    const now = new Date(2026, 0, 14, 15, 30).getTime()

    it.each([
      ['', null, null],
      ['soon', null, null],
      ['today', new Date(2026, 0, 14).getTime(), null],
      ['7d', now - 7 * 86_400_000, null],
      ['2026-01-12', new Date(2026, 0, 12).getTime(), new Date(2026, 0, 13).getTime() - 1],
    ])('%s', (when, from, to) => {
      expect(spanOf(when, now)).toEqual({ from, to })
    })

    it('has days as date fields have them', () => {
      expect(dayOf(new Date(2026, 0, 4, 23, 59).getTime())).toBe('2026-01-04')
    })

    it('shows new runs only when they belong to it', () => {
      const at = new Date(2026, 0, 14, 12).toISOString()
      const found = [row(1, { started_at: at })]
      const live = [row(2, { started_at: new Date(2026, 0, 15, 12).toISOString() })]
      const filter = { ...NO_FILTER, when: '2026-01-14' }
      expect(isFiltered(filter)).toBe(true)
      expect(ids(merged(found, live, filter))).toEqual(['r1'])
    })
  })

  describe('by pages', () => {
    beforeEach(() => setActivePinia(createPinia()))
    function history(filter: HistoryFilter, rows: readonly RunRow[]) {
      const runs = {
        runs: shallowRef({ ...NO_RUNS, rows }),
        known: ref(true),
        error: ref(null),
        reload: () => undefined,
      }
      const now = shallowRef(filter)
      const scope = effectScope()
      const made = createApp({}).runWithContext(() =>
        scope.run(() =>
          useHistory(
            () => 'a',
            runs,
            () => now.value,
          ),
        ),
      )
      if (made === undefined) throw new Error('no history')
      return { made, scope, runs, now }
    }
    const fifty = Array.from({ length: 50 }, (_, n) =>
      row(n, { started_at: `2026-01-14T10:00:${99 - n}` }),
    )

    it('asks the server for no more than it', async () => {
      const { from, to } = spanOf('2026-01-14')
      const span = new URLSearchParams({
        filter_from: new Date(from ?? 0).toISOString(),
        filter_to: new Date(to ?? 0).toISOString(),
      })
      const server = fakeServer({
        [`GET /api/agents/a/executions?limit=50&${span}`]: () => [200, []],
      })
      const { scope } = history({ ...NO_FILTER, when: '2026-01-14' }, [])
      await flushPromises()
      expect(server.calls).toHaveLength(1)
      scope.stop()
    })

    it('asks nothing until older runs are wanted', async () => {
      const server = fakeServer({
        'GET /api/agents/a/executions?limit=50&before=r49': () => [200, [row(60), row(49)]],
      })
      const { made, scope } = history(NO_FILTER, fifty)
      await flushPromises()
      expect(server.calls).toEqual([])
      expect(made.hasOlder.value).toBe(true)
      await made.loadOlder()
      expect(made.rows.value).toHaveLength(51)
      expect(made.hasOlder.value).toBe(false)
      scope.stop()
    })

    it('asks the server for what fits the filters, also those of the address', async () => {
      const server = fakeServer({
        'GET /api/agents/a/executions?limit=50&filter_status=failed': () => [
          200,
          [row(77, { status: 'failed' })],
        ],
      })
      const { made, scope, now } = history(failed, fifty)
      await flushPromises()
      expect(ids(made.rows.value)).toEqual(['r77'])
      now.value = NO_FILTER
      await flushPromises()
      expect(made.rows.value).toHaveLength(50)
      expect(server.calls).toHaveLength(1)
      scope.stop()
    })

    it('tells why a search failed, and tries again', async () => {
      let good = false
      fakeServer({
        'GET /api/agents/a/executions?limit=50&filter_status=failed': () =>
          good ? [200, []] : [500, { detail: 'The disk is full' }],
      })
      const { made, scope } = history(failed, [])
      await flushPromises()
      expect(made.error.value).toBe('The disk is full')
      good = true
      made.reload()
      await flushPromises()
      expect(made.error.value).toBeNull()
      scope.stop()
    })
  })
})

describe('the beginning of an answer', () => {
  it('is one line without marks', () => {
    expect(plainLine('# Two **commits**\n\n1. `a`\n- b')).toBe('Two commits a b')
  })
})
