import type { Component } from 'vue'
import { Brain, CalendarClock, ListChecks, MessagesSquare, Play, Wrench } from '@lucide/vue'
import { toolName } from '@/features/runs/transcript'
import { parseUtc } from '@/format/time'
import type { TurnRow } from '@/live/frames'
import type { OpenRun } from '@/stores/workModel'
import { text } from '@/text/en'

/** What an agent does now, in words, and since when. */
export interface NowWords {
  icon: Component | null
  words: string
  /** Epoch milliseconds; null when no age belongs to it. */
  since: number | null
  /** The same with everything that is known. */
  tip: string
}

const runIcons: Readonly<Record<OpenRun['kind'], Component>> = {
  chat: MessagesSquare,
  task: ListChecks,
  schedule: CalendarClock,
}

function turnWords(turn: TurnRow, run: OpenRun | undefined): NowWords {
  const about = run?.note ?? ''
  const since = parseUtc(turn.now_since)
  if (turn.now === 'tool' && turn.tool !== null) {
    const words = toolName(turn.tool.name)
    return {
      icon: Wrench,
      words,
      since,
      tip: [text.fleet.nowTip(words, turn.tool.input_summary), about].filter(Boolean).join('\n'),
    }
  }
  const words = turn.now === 'start' ? text.fleet.now.start : text.fleet.now.model
  return {
    icon: turn.now === 'start' ? Play : Brain,
    words,
    since,
    tip: text.fleet.nowTip(words, about),
  }
}

/**
 * The most exact answer there is: the tool of the running turn, else what the run is about, else how many runs go on.
 * null: nothing is at work.
 */
export function nowWords(
  turn: TurnRow | undefined,
  runs: readonly OpenRun[],
  running: number,
): NowWords | null {
  if (turn !== undefined)
    return turnWords(turn, runs.find((run) => run.run === turn.execution_id) ?? runs[0])
  const [first] = runs
  if (first !== undefined && runs.length === 1 && running <= 1) {
    const words = text.fleet.now[first.kind]
    const { since } = first
    return { icon: runIcons[first.kind], words, since, tip: text.fleet.nowTip(words, first.note) }
  }
  const count = Math.max(running, runs.length)
  if (count === 0) return null
  const words = count === 1 ? text.fleet.now.task : text.fleet.now.several(count)
  return { icon: ListChecks, words, since: first?.since ?? null, tip: words }
}
