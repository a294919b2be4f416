import type { Activity } from '@/api/types'
import { parseUtc } from '@/format/time'
import { maskSecrets } from '@/lib/masking'

export type Trigger = 'person' | 'schedule' | 'agent'
export type Outcome = 'running' | 'done' | 'failed'

/** One run of an agent. A message between agents is none. */
export interface Run {
  /** Of its activity. */
  readonly id: string
  readonly agent: string
  readonly start: number
  /** Null while it goes on. */
  readonly end: number | null
  /** Nobody knows when it ended: the end is a guess. */
  readonly guessed: boolean
  readonly outcome: Outcome
  readonly trigger: Trigger
  readonly kind: 'chat' | 'task' | 'schedule'
  /** The agent or the schedule that began it; empty when a person did. */
  readonly by: string
  readonly preview: string
  readonly error: string | null
  /** The record with its transcript. */
  readonly execution: string | null
}

/** One agent asked another. */
export interface Message {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly at: number
  readonly outcome: Outcome
  readonly preview: string
  readonly error: string | null
  /** The target's run. */
  readonly execution: string | null
  /** Known from the target's run alone, because the source may not be seen. */
  readonly secondHand: boolean
}

/** What the views ask for: the end of a run stands in the row of its start. */
export const ACTIVITY_TYPES = ['chat_start', 'schedule_start', 'agent_collaboration'] as const

/** Assumed for a run of which only the start was kept. */
export const GUESSED_MS = 30_000

const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  started: 'running',
  completed: 'done',
  failed: 'failed',
}
const outcomeOf = (row: Activity): Outcome => OUTCOMES[row.activity_state] ?? 'done'

const TRIGGERS: Readonly<Record<string, Trigger>> = { schedule: 'schedule', agent: 'agent' }

const executionOf = (row: Activity): string | null =>
  row.related_execution_id ?? (asText(row.details?.execution_id) || null)

function endOf(row: Activity, start: number): { end: number | null; guessed: boolean } {
  if (row.activity_state === 'started') return { end: null, guessed: false }
  if (row.duration_ms !== null) return { end: start + row.duration_ms, guessed: false }
  const end = parseUtc(row.completed_at)
  return end === null
    ? { end: start + GUESSED_MS, guessed: true }
    : { end: Math.max(start, end), guessed: false }
}

/** The run that an activity tells of; null for messages, tool calls and whatever cannot be placed. */
export function runOf(row: Activity): Run | null {
  if (row.activity_type !== 'chat_start' && row.activity_type !== 'schedule_start') return null
  const start = parseUtc(row.started_at) ?? parseUtc(row.created_at)
  if (start === null) return null
  const details = row.details ?? {}
  const schedule = row.activity_type === 'schedule_start'
  return {
    id: row.id,
    agent: row.agent_name,
    start,
    ...endOf(row, start),
    outcome: outcomeOf(row),
    trigger: schedule ? 'schedule' : (TRIGGERS[row.triggered_by] ?? 'person'),
    kind: schedule ? 'schedule' : details.parallel_mode === true ? 'task' : 'chat',
    by: schedule ? asText(details.schedule_name) : asText(details.source_agent),
    preview: maskSecrets(asText(details.message_preview)),
    error: row.error === null ? null : maskSecrets(row.error),
    execution: executionOf(row),
  }
}

/**
 * The message that an activity tells of. The asked agent's run tells of it, too: it counts where the asking agent's own
 * word is not to be had, and both are one message.
 */
export function messageFrom(row: Activity): Message | null {
  const details = row.details ?? {}
  const own = row.activity_type === 'agent_collaboration'
  const asked = row.activity_type === 'chat_start' && row.triggered_by === 'agent'
  const source = asText(details.source_agent) || (own ? row.agent_name : '')
  const target = own ? asText(details.target_agent) : row.agent_name
  const at = parseUtc(row.started_at) ?? parseUtc(row.created_at)
  if ((!own && !asked) || source === '' || target === '' || source === target || at === null)
    return null
  return {
    id: own ? row.id : (row.parent_activity_id ?? `of ${row.id}`),
    source,
    target,
    at,
    outcome: outcomeOf(row),
    preview: maskSecrets(asText(details.message_preview)),
    error: row.error === null ? null : maskSecrets(row.error),
    execution: executionOf(row),
    secondHand: !own,
  }
}

const byStart = (a: Run, b: Run) => a.start - b.start || (a.id < b.id ? -1 : 1)
const byMoment = (a: Message, b: Message) => a.at - b.at || (a.id < b.id ? -1 : 1)
const NO_RUNS: readonly Run[] = []

type Put = 'new' | 'known' | 'refused'

/** What all agents did: runs by agent, oldest first, and the messages between them. Arrays are replaced, never changed. */
export class HistoryBook {
  readonly #runs = new Map<string, Run>()
  readonly #messages = new Map<string, Message>()
  readonly #byAgent = new Map<string, readonly Run[]>()
  #inOrder: readonly Message[] = []

  /** Adds and replaces; an end is never undone by a late word of the start. Answers with how many rows are new. */
  take(rows: readonly Activity[]): number {
    const changed = new Map<string, Run[]>()
    let fresh = 0
    let talked = false
    for (const row of rows) {
      const run = runOf(row)
      const message = messageFrom(row)
      const asRun = run === null ? 'refused' : this.#putRun(run, changed)
      const asMessage = message === null ? 'refused' : this.#putMessage(message)
      talked ||= asMessage !== 'refused'
      // As the server counts: one row each.
      if (asRun === 'new' || (run === null && asMessage === 'new')) fresh += 1
    }
    for (const [agent, runs] of changed) this.#sortIn(agent, runs)
    if (talked) this.#inOrder = [...this.#messages.values()].sort(byMoment)
    return fresh
  }

  #putRun(run: Run, changed: Map<string, Run[]>): Put {
    const before = this.#runs.get(run.id)
    if (before !== undefined && before.outcome !== 'running' && run.outcome === 'running')
      return 'refused'
    this.#runs.set(run.id, run)
    const others = changed.get(run.agent)
    if (others === undefined) changed.set(run.agent, [run])
    else others.push(run)
    return before === undefined ? 'new' : 'known'
  }

  #putMessage(message: Message): Put {
    const before = this.#messages.get(message.id)
    const worse =
      before !== undefined &&
      ((message.secondHand && !before.secondHand) ||
        (before.outcome !== 'running' && message.outcome === 'running'))
    if (worse) return 'refused'
    this.#messages.set(message.id, message)
    return before === undefined || (before.secondHand && !message.secondHand) ? 'new' : 'known'
  }

  #sortIn(agent: string, changed: readonly Run[]): void {
    const runs = new Map(this.runsOf(agent).map((run) => [run.id, run]))
    for (const run of changed) runs.set(run.id, run)
    this.#byAgent.set(agent, [...runs.values()].sort(byStart))
  }

  runsOf(agent: string): readonly Run[] {
    return this.#byAgent.get(agent) ?? NO_RUNS
  }

  /** All messages, oldest first. */
  get messages(): readonly Message[] {
    return this.#inOrder
  }

  /** All runs, in no order. */
  allRuns(): Run[] {
    return [...this.#runs.values()]
  }

  /** As the server counts: messages that are known second-hand stand in the row of their run. */
  countSince(from: number): number {
    let count = 0
    for (const run of this.#runs.values()) if (run.start >= from) count += 1
    for (const one of this.#inOrder) if (!one.secondHand && one.at >= from) count += 1
    return count
  }

  /** What went on before `from` and is not among these has ended, and nobody knows when. */
  keepOpen(from: number, open: ReadonlySet<string>): void {
    this.#drop((run) => run.outcome === 'running' && run.start < from && !open.has(run.id))
  }

  /** Lets go of what had ended by then. */
  forgetBefore(moment: number): void {
    this.#drop((run) => run.end !== null && run.end < moment)
    for (const one of this.#inOrder) if (one.at < moment) this.#messages.delete(one.id)
    this.#inOrder = this.#inOrder.filter((one) => one.at >= moment)
  }

  #drop(goes: (run: Run) => boolean): void {
    const agents = new Set<string>()
    for (const run of this.#runs.values()) {
      if (!goes(run)) continue
      this.#runs.delete(run.id)
      agents.add(run.agent)
    }
    for (const agent of agents)
      this.#byAgent.set(
        agent,
        this.runsOf(agent).filter((run) => this.#runs.has(run.id)),
      )
  }

  clear(): void {
    this.#runs.clear()
    this.#messages.clear()
    this.#byAgent.clear()
    this.#inOrder = []
  }
}
