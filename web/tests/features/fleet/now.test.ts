import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { effectScope } from 'vue'
import type { Activity } from '@/api/types'
import { nowWords } from '@/features/agents/nowWords'
import { useActivityFeed } from '@/features/fleetGrid/useActivityFeed'
import type { TurnRow } from '@/live/frames'
import { useWork } from '@/stores/work'
import { openRuns, withRun } from '@/stores/workModel'

beforeEach(() => setActivePinia(createPinia()))

const activity = (id: string, change: Partial<Activity> = {}): Activity => ({
  id,
  agent_name: 'a',
  activity_type: 'chat_start',
  activity_state: 'started',
  parent_activity_id: null,
  started_at: '2026-01-14T10:00:00',
  completed_at: null,
  duration_ms: null,
  user_id: 1,
  triggered_by: 'user',
  related_chat_message_id: null,
  related_execution_id: `run-${id}`,
  details: { message_preview: 'Count them' },
  error: null,
  created_at: '2026-01-14T10:00:00',
  ...change,
})
const turn = (change: Partial<TurnRow> = {}): TurnRow => ({
  name: 'a',
  execution_id: 'run-1',
  started_at: '2026-01-14T10:00:00Z',
  now: 'tool',
  now_since: '2026-01-14T10:01:00Z',
  tool: { name: 'Bash', input_summary: 'npm test' },
  ...change,
})

describe('runs that go on', () => {
  it('begin and end with their activities, and only runs count', () => {
    const one = withRun([], activity('1'))
    expect(one).toMatchObject([{ id: '1', kind: 'chat', note: 'Count them', run: 'run-1' }])
    expect(withRun(one, activity('1'))).toBe(one)
    expect(withRun(one, activity('2', { activity_type: 'tool_call' }))).toBe(one)
    expect(withRun(one, activity('1', { activity_state: 'completed' }))).toEqual([])
  })

  it('tell chats, tasks and schedules apart', () => {
    const kindOf = (change: Partial<Activity>) => withRun([], activity('1', change))[0]
    expect(kindOf({ details: { parallel_mode: true } })?.kind).toBe('task')
    expect(
      kindOf({ activity_type: 'schedule_start', details: { schedule_name: 'Daily' } }),
    ).toMatchObject({ kind: 'schedule', note: 'Daily' })
  })

  it('are kept by agent, longest first', () => {
    const open = openRuns([
      activity('2', { started_at: '2026-01-14T10:05:00' }),
      activity('1'),
      activity('3', { agent_name: 'b', activity_state: 'failed' }),
    ])
    expect([...open.keys()]).toEqual(['a'])
    expect(open.get('a')?.map((run) => run.id)).toEqual(['1', '2'])
  })

  it('follow the live topic in the store', () => {
    const work = useWork()
    work.takeActivities([activity('1')])
    work.takeActivity(activity('2', { agent_name: 'b' }))
    expect([...work.runs.keys()]).toEqual(['a', 'b'])
    work.takeActivity(activity('2', { agent_name: 'b', activity_state: 'completed' }))
    expect([...work.runs.keys()]).toEqual(['a'])
    work.takeActivities([])
    expect(work.runs.size).toBe(0)
  })

  it('have turns that come and go', () => {
    const work = useWork()
    const event = (data: Record<string, unknown>, name = 'agents_turns_update') =>
      work.takeEvent({ event: name, topic: 'agents:stats', seq: 1, data })
    work.takeSnapshot({ turns: [turn()] })
    event({ agents: [turn({ name: 'b', now: 'model', tool: null })] })
    expect([...work.turns.keys()]).toEqual(['a', 'b'])
    event({ gone: ['a'] })
    expect([...work.turns.keys()]).toEqual(['b'])
    expect(event({}, 'agents_context_update')).toBe(false)
    work.takeSnapshot({})
    expect(work.turns.size).toBe(0)
  })
})

describe('what the runs are about', () => {
  it('is forgotten when nobody tells of their ends any more', () => {
    const work = useWork()
    const scope = effectScope()
    scope.run(useActivityFeed)
    work.takeActivities([activity('1')])
    expect(work.runs.size).toBe(1)
    scope.stop()
    expect(work.runs.size).toBe(0)
  })
})

describe('what an agent does now', () => {
  const runs = withRun([], activity('1'))

  it('is the tool of its turn with its age, and what it was asked', () => {
    expect(nowWords(turn(), runs, 1)).toMatchObject({
      words: 'Bash',
      since: Date.UTC(2026, 0, 14, 10, 1),
      tip: 'Bash: npm test\nCount them',
    })
    expect(
      nowWords(turn({ tool: { name: 'mcp__shop__find', input_summary: '' } }), [], 1)?.words,
    ).toBe('shop: find')
  })

  it('is thinking while the model writes', () => {
    expect(nowWords(turn({ now: 'model', tool: null }), runs, 1)).toMatchObject({
      words: 'Thinking',
      tip: 'Thinking: Count them',
    })
    expect(nowWords(turn({ now: 'start', tool: null }), [], 1)?.words).toBe('Starting the turn')
  })

  it('is its run when no turn is told, or how many there are', () => {
    expect(nowWords(undefined, runs, 1)).toMatchObject({ words: 'Answers in chat' })
    expect(nowWords(undefined, runs, 3)?.words).toBe('3 runs at work')
    expect(nowWords(undefined, [], 1)).toMatchObject({ words: 'Works on a task', since: null })
    expect(nowWords(undefined, [], 0)).toBeNull()
  })
})
