import { Bot, CalendarClock, CircleStop, ListChecks, MessagesSquare, Wrench } from '@lucide/vue'
import type { Component } from 'vue'
import type { Activity } from '@/api/types'
import { toolName } from '@/features/runs/transcript'
import { maskSecrets } from '@/lib/masking'
import { text } from '@/text/en'

export interface ActivityWords {
  icon: Component
  title: string
  note: string
  by: string
  /** The record of its run. */
  run: string | null
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What the server keeps of a message; longer ones were cut there. */
const previewLength = 100
const preview = (value: unknown): string => {
  const kept = asText(value)
  return [...kept].length < previewLength ? kept : `${kept}…`
}

/** What an activity was, in words. Details are free: whatever is missing is left out. */
export function activityWords(activity: Activity): ActivityWords {
  const details = activity.details ?? {}
  const source = asText(details.source_agent)
  const by =
    activity.triggered_by === 'agent' && source !== ''
      ? text.timeline.byAgent(source)
      : ((text.timeline.by as Record<string, string>)[activity.triggered_by] ?? '')
  const common = {
    note: maskSecrets(activity.error ?? preview(details.message_preview)),
    by,
    run: activity.related_execution_id ?? (asText(details.execution_id) || null),
  }
  switch (activity.activity_type) {
    case 'chat_start':
      return details.parallel_mode === true
        ? { ...common, icon: ListChecks, title: text.timeline.task }
        : { ...common, icon: MessagesSquare, title: text.timeline.chat }
    case 'schedule_start':
      return {
        ...common,
        icon: CalendarClock,
        title: text.timeline.schedule(asText(details.schedule_name)),
      }
    case 'agent_collaboration':
      return {
        ...common,
        icon: Bot,
        title: text.timeline.asked(asText(details.target_agent)),
        by: '',
      }
    case 'execution_cancelled':
      return { ...common, icon: CircleStop, title: text.timeline.stop }
    case 'tool_call':
      return { ...common, icon: Wrench, title: toolName(asText(details.tool_name)), by: '' }
    default:
      return { ...common, icon: Wrench, title: activity.activity_type.replaceAll('_', ' ') }
  }
}
