import type { ChatMessage, RunRow, QueuedExecution } from '@/api/types'
import type { AgentRuns } from '@/features/runs/runsModel'
import { wasStopped } from '@/features/runs/outcome'
import { isOwn } from '@/features/runs/runsModel'
import { parseUtc } from '@/format/time'
import { maskSecrets } from '@/lib/masking'
import type { Turn } from '@/stores/chats'

/** How far a turn is, for the one line that says so. */
export type Progress =
  | { kind: 'sending' }
  | { kind: 'waiting'; place: number }
  | { kind: 'running' }
  | { kind: 'stopping' }

/** Where a turn stands: in the queue, or at the agent. */
export function progressOf(turn: Turn, runs: AgentRuns): Progress {
  if (turn.stopping) return { kind: 'stopping' }
  if (turn.state === 'sending' || turn.id === null) return { kind: 'sending' }
  const place = runs.waiting.findIndex((one) => one.execution_id === turn.id)
  return place < 0 ? { kind: 'running' } : { kind: 'waiting', place: place + 1 }
}

/** A turn of this person that goes on, found again after the page was loaded anew. */
export function findTurn(
  runs: AgentRuns,
  messages: readonly ChatMessage[],
  person: { username: string; email: string | null },
): { id: string; text: string; sentAt: number } | null {
  const own = [runs.current, ...runs.waiting].find(
    (one): one is QueuedExecution =>
      one !== null &&
      isOwn(one, person) &&
      typeof one.execution_id === 'string' &&
      // The queue tells a little later than the record that a run is over.
      !runs.rows.some((row) => row.id === one.execution_id && row.status !== 'running'),
  )
  const last = messages[messages.length - 1]
  if (own?.execution_id) {
    // The queue tells only the beginning of a long message, and no secrets.
    const text =
      last?.role === 'user' && sameStart(maskSecrets(last.content), own.message)
        ? last.content
        : own.message
    return { id: own.execution_id, text, sentAt: parseUtc(own.queued_at) ?? Date.now() }
  }
  if (last?.role !== 'user') return null
  // What an agent asks with this person's key stands in the same conversation, and is no turn of theirs.
  const row = runs.rows.find(
    (one) => one.status === 'running' && one.triggered_by === 'manual' && belongsTo(one, last),
  )
  const isTask = runs.running.some((one) => one.execution_id === row?.id && one.chat === false)
  if (row === undefined || isTask) return null
  return { id: row.id, text: last.content, sentAt: parseUtc(row.started_at) ?? Date.now() }
}

function sameStart(whole: string, beginning: string): boolean {
  return beginning !== '' && whole.startsWith(beginning.slice(0, 100))
}

/** The record and the stored message of one turn are written within moments of each other. */
const APART_MS = 30_000

/** Whether a record is of the turn that a message began. */
export function belongsTo(row: RunRow, message: ChatMessage): boolean {
  const [run, said] = [parseUtc(row.started_at), parseUtc(message.timestamp)]
  if (run === null || said === null || Math.abs(run - said) > APART_MS) return false
  // Rows tell no secrets.
  const content = maskSecrets(message.content)
  return row.message.length >= 2000
    ? content.startsWith(row.message.slice(0, 1500))
    : row.message === content
}

/** Why a message of this conversation has no answer, as far as the records tell. */
export interface Unanswered {
  stopped: boolean
  reason: string | null
  run: string | null
}

export function unansweredOf(
  messages: readonly ChatMessage[],
  rows: readonly RunRow[],
): ReadonlyMap<string, Unanswered> {
  const found = new Map<string, Unanswered>()
  for (const [n, message] of messages.entries()) {
    if (message.role !== 'user' || messages[n + 1]?.role === 'assistant') continue
    const row = rows.find((one) => one.status === 'failed' && belongsTo(one, message))
    found.set(message.id, {
      stopped: wasStopped(row?.error ?? null),
      reason: row?.error ?? null,
      run: row?.id ?? null,
    })
  }
  return found
}

/** Whether the stored conversation has the message of this turn already. */
export function isStored(turn: Turn, messages: readonly ChatMessage[]): boolean {
  const from = turn.after === null ? -1 : messages.findIndex((one) => one.id === turn.after)
  return messages
    .slice(from + 1)
    .some((one) => one.role === 'user' && sameStart(one.content, turn.text))
}

/** Newest first, as the server sends them, put before or in place of what is known. Oldest first comes out. */
export function withEarlier(
  known: readonly ChatMessage[],
  newestFirst: readonly ChatMessage[],
): readonly ChatMessage[] {
  const ids = new Set(known.map((one) => one.id))
  return [...[...newestFirst].reverse().filter((one) => !ids.has(one.id)), ...known]
}

/** The newest page replaces what it covers; earlier messages that were asked for stay. */
export function withNewest(
  known: readonly ChatMessage[],
  newestFirst: readonly ChatMessage[],
): readonly ChatMessage[] {
  const page = [...newestFirst].reverse()
  const first = page[0]
  const at = first === undefined ? -1 : known.findIndex((one) => one.id === first.id)
  return at < 0 ? page : [...known.slice(0, at), ...page]
}
