import type { AttentionItem } from '@/api/fleet'
import { templateName, runtimeName } from '@/features/agents/state'
import type { Run } from '@/features/fleetTimeline/historyModel'
import { titleOf } from '@/features/fleetTimeline/runWords'
import { nowWords } from '@/features/agents/nowWords'
import type { TurnRow } from '@/live/frames'
import type { Pending } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import type { OpenRun } from '@/stores/workModel'
import { text } from '@/text/en'
import { markOf, type Mark } from './marks'

/** What the box of an agent says. */
export interface NodeFacts {
  readonly mark: Mark
  /** What it does now, or did last. */
  readonly line: string
  readonly atWork: boolean
}

export const sameFacts = (a: NodeFacts, b: NodeFacts): boolean =>
  a.line === b.line &&
  a.atWork === b.atWork &&
  a.mark.word === b.mark.word &&
  a.mark.tone === b.mark.tone &&
  a.mark.icon === b.mark.icon

export interface NodeSource {
  readonly agent: FleetAgent
  readonly pending: Pending | undefined
  readonly attention: readonly AttentionItem[]
  readonly turn: TurnRow | undefined
  readonly open: readonly OpenRun[]
  /** Of the range, oldest first. */
  readonly runs: readonly Run[]
}

const DAY_MS = 86_400_000
// Made once: two hundred boxes that each made their own would take longer than all the rest.
const day = new Intl.DateTimeFormat(undefined, { weekday: 'short' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
/** "10:32", or "Mon 10:32" when that is longer ago. It stands still: an age would tick in every box. */
export const whenText = (at: number, now: number): string =>
  now - at < DAY_MS ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`

function lastLine(run: Run | undefined, now: number): string {
  if (run === undefined) return text.graph.noRun
  const when = whenText(run.start, now)
  return run.outcome === 'failed' ? text.graph.lastFailed(when) : text.graph.lastRun(when)
}

export function factsOf(source: NodeSource, now: number): NodeFacts {
  const { agent, pending, attention, turn, open, runs } = source
  const going = runs.findLast((run) => run.outcome === 'running')
  const doing = nowWords(turn, open, 0)
  const atWork = agent.status === 'running' && (doing !== null || going !== undefined)
  const mark = markOf(agent, pending, attention, atWork)
  const since = doing?.since ?? going?.start
  const what = doing?.words ?? (going === undefined ? '' : titleOf(going))
  const line =
    atWork && since !== undefined && since !== null
      ? text.graph.running(what, whenText(since, now))
      : what || lastLine(runs[runs.length - 1], now)
  return { mark, line, atWork }
}

/** As it was at a moment of the past: at work or not is all that is kept. */
export function pastFacts(source: NodeSource, at: number): NodeFacts {
  const before = source.runs.filter((run) => run.start <= at)
  const going = before.findLast((run) => (run.end ?? Infinity) > at)
  const calm = { ...source.agent, status: 'running' as const }
  const mark = markOf(calm, undefined, [], going !== undefined)
  const past = going === undefined ? { ...mark, tone: 'off' as const, word: text.graph.idle } : mark
  return {
    mark: past,
    atWork: going !== undefined,
    line:
      going === undefined
        ? lastLine(before[before.length - 1], at)
        : text.graph.running(titleOf(going), whenText(going.start, at)),
  }
}

export type LayoutKind = 'network' | 'grid' | 'owner' | 'template' | 'runtime' | 'state'
export const LAYOUTS: readonly LayoutKind[] = [
  'network',
  'grid',
  'owner',
  'template',
  'runtime',
  'state',
]

/** The group in which an agent stands. */
export function groupIn(kind: LayoutKind, agent: FleetAgent, word: string): string {
  switch (kind) {
    case 'owner':
      return agent.owner ?? text.graph.nobody
    case 'template':
      return templateName(agent.template) ?? text.graph.blank
    case 'runtime':
      return runtimeName(agent.runtime)
    case 'state':
      return word
    default:
      return ''
  }
}
