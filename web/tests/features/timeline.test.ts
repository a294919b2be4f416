import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createApp, effectScope, nextTick, ref, shallowRef } from 'vue'
import type { Activity } from '@/api/types'
import { activityWords } from '@/features/timeline/activityWords'
import { fits, MOST_ACTIVITIES, nested, withActivities } from '@/features/timeline/timelineModel'
import { useTimeline } from '@/features/timeline/useTimeline'
import { useHeldRows } from '@/lib/heldRows'
import { fakeServer } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))

const activity = (id: string, change: Partial<Activity> = {}): Activity => ({
  id,
  agent_name: 'a',
  activity_type: 'chat_start',
  activity_state: 'completed',
  parent_activity_id: null,
  started_at: `2026-01-14T10:00:${id.padStart(2, '0')}`,
  completed_at: null,
  duration_ms: 10,
  user_id: 1,
  triggered_by: 'user',
  related_chat_message_id: null,
  related_execution_id: null,
  details: {},
  error: null,
  created_at: `2026-01-14T10:00:${id.padStart(2, '0')}`,
  ...change,
})
const ids = (all: readonly Activity[]) => all.map((one) => one.id)

describe('activities', () => {
  it('are kept newest first, each once, and not without end', () => {
    const known = withActivities([], [activity('1'), activity('3')])
    expect(ids(withActivities(known, [activity('2'), activity('3', { error: 'x' })]))).toEqual([
      '3',
      '2',
      '1',
    ])
    const many = Array.from({ length: MOST_ACTIVITIES + 20 }, (_, n) => activity(String(n)))
    expect(withActivities([], many)).toHaveLength(MOST_ACTIVITIES)
    expect(withActivities(known, [])).toBe(known)
  })

  it('that have ended do not begin again', () => {
    const ended = withActivities([], [activity('1', { activity_state: 'failed' })])
    expect(
      withActivities(ended, [activity('1', { activity_state: 'started' })])[0]?.activity_state,
    ).toBe('failed')
  })

  it('stand under what they belong to, in the order in which they happened', () => {
    const all = withActivities(
      [],
      [
        activity('1'),
        activity('2', { parent_activity_id: '1', activity_type: 'tool_call' }),
        activity('3', { parent_activity_id: '1', activity_type: 'tool_call' }),
        activity('4', { parent_activity_id: 'elsewhere' }),
      ],
    )
    const nodes = nested(all, false)
    expect(nodes.map((one) => one.activity.id)).toEqual(['4', '1'])
    expect(ids(nodes[1]?.steps ?? [])).toEqual(['2', '3'])
    expect(nested(all, true)).toHaveLength(4)
  })

  it('fit filters by kind and outcome', () => {
    expect(fits(activity('1'), { type: '', state: '' })).toBe(true)
    expect(fits(activity('1'), { type: 'tool_call', state: '' })).toBe(false)
    expect(fits(activity('1'), { type: 'chat_start', state: 'failed' })).toBe(false)
  })

  it('are told in words, whatever their details lack', () => {
    expect(
      activityWords(activity('1', { details: { parallel_mode: true, message_preview: 'count' } })),
    ).toMatchObject({ title: 'Task', note: 'count' })
    expect(activityWords(activity('1', { details: {} }))).toMatchObject({
      title: 'Conversation',
      note: '',
      run: null,
    })
    expect(
      activityWords(activity('1', { triggered_by: 'agent', details: { source_agent: 'ruby' } })).by,
    ).toBe('by ruby')
    expect(
      activityWords(
        activity('1', { activity_type: 'tool_call', details: { tool_name: 'mcp__x__y' } }),
      ).title,
    ).toBe('x: y')
    expect(
      activityWords(activity('1', { activity_type: 'model_change', related_execution_id: 'r' })),
    ).toMatchObject({ title: 'model change', run: 'r' })
    expect(
      activityWords(activity('1', { error: 'no', details: { message_preview: 'p' } })).note,
    ).toBe('no')
  })

  it('say that the server cut their message', () => {
    const note = (length: number) =>
      activityWords(activity('1', { details: { message_preview: 'é'.repeat(length) } })).note
    expect(note(99)).toHaveLength(99)
    expect(note(100)).toBe(`${'é'.repeat(100)}…`)
  })

  it('come by pages, and again under other filters', async () => {
    const page = Array.from({ length: 50 }, (_, n) => activity(String(99 - n)))
    const server = fakeServer({
      'GET /api/agents/a/activities?limit=50': () => [200, { activities: page }],
      'GET /api/agents/a/activities?limit=50&before=50': () => [
        200,
        { activities: [activity('49')] },
      ],
      'GET /api/agents/a/activities?limit=50&activity_state=failed': () => [
        200,
        { activities: [] },
      ],
    })
    const filter = shallowRef({ type: '', state: '' })
    const scope = effectScope()
    const made = createApp({}).runWithContext(() =>
      scope.run(() =>
        useTimeline(
          () => 'a',
          () => filter.value,
        ),
      ),
    )
    if (made === undefined) throw new Error('no timeline')
    await flushPromises()
    expect(made.activities.value).toHaveLength(50)
    expect(made.hasOlder.value).toBe(true)
    await made.loadOlder()
    expect(made.activities.value).toHaveLength(51)
    expect(made.hasOlder.value).toBe(false)
    filter.value = { type: '', state: 'failed' }
    await flushPromises()
    expect(made.activities.value).toEqual([])
    expect(server.calls).toHaveLength(3)
    scope.stop()
  })
})

describe('rows that are held', () => {
  it('wait while somebody reads', async () => {
    const rows = ref(['b', 'a'])
    const reading = ref(false)
    const scope = effectScope()
    const held = scope.run(() =>
      useHeldRows(
        () => rows.value,
        (one) => one,
        () => reading.value,
      ),
    )
    if (held === undefined) throw new Error('nothing held')
    reading.value = true
    await nextTick()
    rows.value = ['d', 'c', 'b', 'a']
    expect(held.shown.value).toEqual(['b', 'a'])
    expect(held.waiting.value).toBe(2)
    held.release()
    expect(held.shown.value).toHaveLength(4)
    scope.stop()
  })
})
