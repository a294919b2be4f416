import type { components } from './schema'

type Schemas = components['schemas']

/** An entry of an agent's queue: who holds its slot, or waits for it. */
export type QueuedExecution = Schemas['QueuedExecution']
export type QueueStatus = Schemas['QueueStatus']
/** The answer to a chat or task that was started and goes on by itself. */
export type StartedRun = Schemas['RunStarted']
/** Whether an administrator has stopped all runs. */
export type RunsHalt = Schemas['RunsState']
export type RunsStopped = Schemas['RunsStopped']
export type BudgetState = Schemas['Budget'] & {
  /** The whole fleet's budget is used up. */
  fleet_reached?: boolean
}
export type Budget = Pick<BudgetState, 'cost_per_day' | 'run_seconds'>
export type AgentContext = Schemas['ContextStats']
export type TaskFigures = Schemas['ExecutionStats']

/** A record as lists and live topics bring it: without its transcript, and with long texts cut. */
export type RunRow = Omit<Schemas['Execution'], 'tool_calls' | 'response' | 'execution_log'> & {
  tool_calls?: string | null
  response?: string | null
  response_preview?: string | null
  message_cut?: boolean
  response_cut?: boolean
  execution_log?: string | null
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

/** A budget that is used up, or is not any more. */
export interface BudgetNews {
  /** null: the whole fleet's. */
  name: string | null
  reached: boolean
  spent_today: number
  cost_per_day: number | null
}
