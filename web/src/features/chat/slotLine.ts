import { QUEUE_ROOM, isOwn, type AgentRuns } from '@/features/runs/runsModel'
import { formatDuration, parseUtc } from '@/format/time'
import { text } from '@/text/en'

/** Who holds the agent's one slot while this person has no turn in it, and what that means for the next message. */
export function slotLine(
  runs: AgentRuns,
  person: { username: string; email: string | null },
  now: number,
): { busy: string; next: string; full: boolean } | null {
  const { current } = runs
  if (current === null) return null
  const since = parseUtc(current.started_at) ?? parseUtc(current.queued_at) ?? now
  const span = formatDuration(now - since)
  const full = runs.queueLength >= QUEUE_ROOM
  const busy =
    current.source === 'schedule'
      ? text.chat.busySchedule(span)
      : current.source === 'agent'
        ? text.chat.busyAgent(current.source_agent ?? '', span)
        : isOwn(current, person)
          ? text.chat.busyYou(span)
          : text.chat.busyPerson(current.source_user_email ?? '', span)
  return { busy, next: full ? text.chat.full : text.chat.yourTurn(runs.queueLength), full }
}
