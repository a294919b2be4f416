import type { Activity } from '@/api/types'
import type { Run } from '@/features/fleetTimeline/historyModel'

export const NOW = Date.parse('2026-01-14T12:00:00Z')
export const MINUTE = 60_000

/** A conversation of a minute that has ended, so many minutes before NOW. */
export function row(id: string, minutes: number, change: Partial<Activity> = {}): Activity {
  const at = new Date(NOW - minutes * MINUTE).toISOString().replace('Z', '000')
  return {
    id,
    agent_name: 'a',
    activity_type: 'chat_start',
    activity_state: 'completed',
    parent_activity_id: null,
    started_at: at,
    completed_at: null,
    duration_ms: MINUTE,
    user_id: 1,
    triggered_by: 'user',
    related_chat_message_id: null,
    related_execution_id: `run-${id}`,
    details: { message_preview: `asked ${id}` },
    error: null,
    created_at: at,
    ...change,
  }
}

/** `source` asks `target`: its own word, and the run of the other. */
export function asks(
  id: string,
  minutes: number,
  source: string,
  target: string,
): [Activity, Activity] {
  const details = { source_agent: source, target_agent: target, message_preview: `asked ${id}` }
  return [
    row(id, minutes, {
      agent_name: source,
      activity_type: 'agent_collaboration',
      triggered_by: 'agent',
      details,
    }),
    row(`${id}-run`, minutes, {
      agent_name: target,
      triggered_by: 'agent',
      parent_activity_id: id,
      details: { ...details, target_agent: undefined, parallel_mode: true },
    }),
  ]
}

export function run(id: string, start: number, end: number | null, change: Partial<Run> = {}): Run {
  return {
    id,
    agent: 'a',
    start,
    end,
    guessed: false,
    outcome: end === null ? 'running' : 'done',
    trigger: 'person',
    kind: 'chat',
    by: '',
    preview: '',
    error: null,
    execution: null,
    ...change,
  }
}
