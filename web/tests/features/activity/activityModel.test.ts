import { describe, expect, it } from 'vitest'
import type { LiveToolEntry } from '@/api/types'
import {
  callKey,
  ended,
  IDLE,
  MOST_CALLS,
  takeSession,
  takeSnapshot,
  takeUpdate,
  toolsOf,
  type AgentActivity,
} from '@/features/activity/activityModel'

function call(id: string, change: Partial<LiveToolEntry> = {}): LiveToolEntry {
  return {
    id,
    tool: 'Bash',
    input_summary: 'ls',
    output_summary: null,
    duration_ms: null,
    started_at: `2026-01-14T10:00:${id.padStart(2, '0')}.000Z`,
    ended_at: null,
    success: null,
    status: 'running',
    execution_id: 'run',
    ...change,
  }
}
const ids = (activity: AgentActivity) => activity.calls.map((one) => one.id)

describe('what an agent does', () => {
  it('is taken whole from a snapshot, with the session', () => {
    const now = takeSnapshot(IDLE, {
      status: 'running',
      active_tool: { name: 'Bash', input_summary: 'ls', started_at: 'x' },
      timeline: [call('2'), call('1')],
      timeline_total: 7,
      tool_counts: { Bash: 7 },
      session: { total_cost_usd: 0.5 },
    })
    expect(ids(now)).toEqual(['2', '1'])
    expect(now).toMatchObject({ status: 'running', kept: 7, counts: { Bash: 7 } })
    expect(now.session).toMatchObject({ total_cost_usd: 0.5, message_count: 0 })
  })

  it('keeps older calls that were asked for while the newest go on where they end', () => {
    const all = takeSnapshot(IDLE, { timeline: [call('3'), call('2'), call('1')] })
    const resync = { timeline: [call('4'), call('3')], timeline_total: 4 }
    expect(ids(takeSnapshot(all, resync))).toEqual(['4', '3', '2', '1'])
  })

  it('forgets the older calls when the new ones have nothing to do with them', () => {
    const all = takeSnapshot(IDLE, { timeline: [call('3'), call('2')] })
    const anew = takeSnapshot(all, { timeline: [call('3', { execution_id: 'other' })] })
    expect(ids(anew)).toEqual(['3'])
    expect(ids(takeSnapshot(all, { timeline: [] }))).toEqual([])
  })

  it('puts new calls in front and changes known ones where they stand', () => {
    const before = takeSnapshot(IDLE, { timeline: [call('2'), call('1')] })
    const done = call('1', { status: 'completed', success: true, duration_ms: 40 })
    const now = takeUpdate(before, { upsert: [call('3'), done, call('4')], active_tool: null })
    expect(ids(now)).toEqual(['4', '3', '2', '1'])
    expect(now.calls[3]).toMatchObject({ success: true, duration_ms: 40 })
    expect(now.kept).toBe(4)
    expect(ids(before)).toEqual(['2', '1'])
  })

  it('tells calls of two runs apart although they have one id', () => {
    const before = takeSnapshot(IDLE, { timeline: [call('1')] })
    const now = takeUpdate(before, { upsert: [call('1', { execution_id: 'other' })] })
    expect(now.calls.map(callKey)).toEqual(['other/1', 'run/1'])
  })

  it('changes only what an update has', () => {
    const tool = { name: 'Read', input_summary: 'x', started_at: 'y' }
    const before = takeSnapshot(IDLE, {
      status: 'running',
      active_tool: tool,
      tool_counts: { Read: 1 },
    })
    expect(takeUpdate(before, {}).activeTool).toEqual(tool)
    expect(takeUpdate(before, { active_tool: null }).activeTool).toBeNull()
    expect(takeUpdate(before, { status: 'idle' }).counts).toEqual({ Read: 1 })
  })

  it('is empty after it was cleared, but the conversation goes on', () => {
    const before = takeSnapshot(IDLE, { timeline: [call('1')], session: { message_count: 3 } })
    const now = takeUpdate(before, { cleared: true, upsert: [] })
    expect(now).toMatchObject({ calls: [], kept: 0, status: 'idle' })
    expect(now.session?.message_count).toBe(3)
  })

  it('never holds more calls than the agent keeps', () => {
    let now = IDLE
    for (let n = 0; n < MOST_CALLS + 5; n += 1) now = takeUpdate(now, { upsert: [call(String(n))] })
    expect(now.calls).toHaveLength(MOST_CALLS)
    expect(now.kept).toBe(MOST_CALLS)
    expect(now.calls[0]?.id).toBe(String(MOST_CALLS + 4))
  })

  it('has ended when the agent does not run: nothing is left running for ever', () => {
    const before = takeSnapshot(IDLE, {
      status: 'running',
      active_tool: { name: 'Bash', input_summary: '', started_at: '' },
      timeline: [call('2'), call('1', { status: 'completed', success: true })],
    })
    const now = ended(before)
    expect(now.activeTool).toBeNull()
    expect(now.calls.map((one) => [one.status, one.success])).toEqual([
      ['completed', false],
      ['completed', true],
    ])
  })

  it('takes the figures of the conversation field by field', () => {
    const first = takeSession(IDLE, { context_tokens: 10, model: 'sonnet' })
    expect(takeSession(first, { context_tokens: 20 }).session).toMatchObject({
      context_tokens: 20,
      model: 'sonnet',
    })
  })

  it('names the most used tools, in an order that counts do not change', () => {
    const of = (counts: Record<string, number>) =>
      toolsOf({ ...IDLE, counts }, 2).map(([tool]) => tool)
    expect(of({ Read: 5, Bash: 6, Edit: 1 })).toEqual(['Bash', 'Read'])
    expect(of({ Read: 9, Bash: 6, Edit: 1 })).toEqual(['Bash', 'Read'])
  })
})
