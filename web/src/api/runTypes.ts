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
export type ChatSession = Schemas['ChatSession']
export type ChatMessage = Schemas['StoredChatMessage']
/** A message that fits a search. */
export type ChatHit = Schemas['ChatSearchResult']
export type AgentModel = Schemas['AgentModel']
export type Activity = Schemas['Activity']
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
  /** Only from the record itself, as it was read: the runs beside it. */
  newer_id?: string | null
  older_id?: string | null
}

export interface ChatSessionPage {
  session: ChatSession
  message_count: number
  /** Newest first. */
  messages: ChatMessage[]
}

export interface ChatSearch {
  results: ChatHit[]
  /** The cursor of the next page; null when there is none. */
  next: string | null
}

/** A budget that is used up, or is not any more. */
export interface BudgetNews {
  /** null: the whole fleet's. */
  name: string | null
  reached: boolean
  spent_today: number
  cost_per_day: number | null
}
