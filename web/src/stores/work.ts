import { defineStore } from 'pinia'
import { nextTick, onScopeDispose, shallowReactive } from 'vue'
import type { Activity } from '@/api/types'
import type { EventFrame, TurnRow } from '@/live/frames'
import { openRuns, withRun, type OpenRun } from './workModel'

const NONE: readonly OpenRun[] = []

/**
 * What agents do just now, for lists: their running turns (topic `agents:stats`), and what the runs are about (topic
 * `activities`). Reading one name depends on that name only.
 */
export const useWork = defineStore('work', () => {
  const turns = shallowReactive(new Map<string, TurnRow>())
  const runs = shallowReactive(new Map<string, readonly OpenRun[]>())

  // ---------------------------------------------------------------- turns

  let feeds = 0
  /** For whoever brings the turns: when nobody does any more, what was told says nothing about now. */
  function feed(): void {
    feeds += 1
    onScopeDispose(() => {
      feeds -= 1
      // One part of a page goes just before the next one comes.
      void nextTick(() => feeds === 0 && turns.clear())
    })
  }

  function takeTurns(rows: readonly TurnRow[]): void {
    const names = new Set(rows.map((row) => row.name))
    for (const name of [...turns.keys()]) if (!names.has(name)) turns.delete(name)
    for (const row of rows) turns.set(row.name, row)
  }

  function takeSnapshot(snapshot: { turns?: readonly TurnRow[] }): void {
    takeTurns(snapshot.turns ?? [])
  }

  /** True when the event was about this. */
  function takeEvent({ event, data }: EventFrame): boolean {
    if (event !== 'agents_turns_update') return false
    const { agents = [], gone = [] } = data as { agents?: readonly TurnRow[]; gone?: string[] }
    for (const row of agents) turns.set(row.name, row)
    for (const name of gone) turns.delete(name)
    return true
  }

  // ---------------------------------------------------------------- runs

  /** The newest activities of all agents: those that go on are what is known to go on. */
  function takeActivities(all: readonly Activity[]): void {
    const open = openRuns(all)
    for (const name of [...runs.keys()]) if (!open.has(name)) runs.delete(name)
    for (const [name, list] of open) runs.set(name, list)
  }

  function takeActivity(one: Activity): void {
    const before = runs.get(one.agent_name) ?? NONE
    const after = withRun(before, one)
    if (after === before) return
    if (after.length === 0) runs.delete(one.agent_name)
    else runs.set(one.agent_name, after)
  }

  function clear(): void {
    turns.clear()
    runs.clear()
  }

  return { turns, runs, feed, takeSnapshot, takeEvent, takeActivities, takeActivity, clear }
})
