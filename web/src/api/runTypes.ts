import type { components } from './schema'

/** A record as lists and live topics bring it: without its transcript, and with long texts cut. */
export type RunRow = Omit<
  components['schemas']['Execution'],
  'tool_calls' | 'response' | 'execution_log'
> & {
  tool_calls?: string | null
  response?: string | null
  response_preview?: string | null
  message_cut?: boolean
  response_cut?: boolean
  execution_log?: string | null
}

/** An entry of an agent's queue: who holds its slot, or waits for it. */
export interface QueuedExecution {
  id: string
  agent_name: string
  source: 'user' | 'schedule' | 'agent'
  source_agent: string | null
  source_user_id: string | null
  source_user_email: string | null
  message: string
  queued_at: string
  started_at: string | null
  status: string
  /** The record of this run; null when it leaves none. */
  execution_id?: string | null
}

export interface QueueStatus {
  agent_name: string
  is_busy: boolean
  current_execution: QueuedExecution | null
  queue_length: number
  /** Oldest first. */
  queued_executions: QueuedExecution[]
}

/** The answer to a chat or task that was started and goes on by itself. */
export interface StartedRun {
  execution: {
    id: string | null
    task_execution_id: string
    queue_status?: string
    was_queued?: boolean
  }
}

export interface ChatSession {
  id: string
  agent_name: string
  user_id: number
  user_email: string
  started_at: string
  last_message_at: string
  message_count: number
  total_cost: number
  total_context_used: number
  total_context_max: number
  status: 'active' | 'closed'
}

export interface ChatMessage {
  id: string
  session_id: string
  agent_name: string
  user_id: number
  user_email: string
  role: 'user' | 'assistant'
  content: string
  timestamp: string
  cost: number | null
  context_used: number | null
  context_max: number | null
  /** JSON text of tool calls and their results. */
  tool_calls: string | null
  execution_time_ms: number | null
}

export interface ChatSessionPage {
  session: ChatSession
  message_count: number
  /** Newest first. */
  messages: ChatMessage[]
}

/** A message that fits a search. */
export interface ChatHit {
  id: string
  session_id: string
  role: 'user' | 'assistant'
  timestamp: string
  user_email: string
  excerpt: string
}

export interface ChatSearch {
  results: ChatHit[]
  /** The cursor of the next page; null when there is none. */
  next: string | null
}

export interface AgentModel {
  model: string | null
  runtime: string
  available_models: string[]
  note: string
}

/** Whether an administrator has stopped all runs. */
export interface RunsHalt {
  halted: boolean
  since: string | null
  by: string | null
  reason: string | null
  /** For administrators. */
  running?: number
  waiting?: number
}

export interface RunsStopped extends RunsHalt {
  runs_stopped: number
  waiting_dropped: number
}

export interface Budget {
  /** US dollars; null means no limit. */
  cost_per_day: number | null
  /** Longest time of one run; null means no limit. */
  run_seconds: number | null
}

export interface BudgetState extends Budget {
  /** The whole fleet's budget is used up. */
  fleet_reached?: boolean
  spent_today: number
  day_ends_at: string
  reached: boolean
}

export interface Activity {
  id: string
  agent_name: string
  activity_type: string
  activity_state: 'started' | 'completed' | 'failed'
  parent_activity_id: string | null
  started_at: string
  completed_at: string | null
  duration_ms: number | null
  user_id: number | null
  triggered_by: string
  related_chat_message_id: string | null
  related_execution_id: string | null
  details: Record<string, unknown> | null
  error: string | null
  created_at: string
}

export interface AgentContext {
  name: string
  status?: string
  activityState: 'active' | 'idle' | 'offline'
  contextPercent: number
  contextUsed: number
  contextMax: number
  lastActivityTime: string | null
}

export interface TaskFigures {
  name: string
  task_count_24h: number
  success_count: number
  failed_count: number
  running_count: number
  success_rate: number
  total_cost: number
  last_execution_at: string | null
}

/** A budget that is used up, or is not any more. */
export interface BudgetNews {
  /** null: the whole fleet's. */
  name: string | null
  reached: boolean
  spent_today: number
  cost_per_day: number | null
}
