import { computed, shallowRef } from 'vue'
import type { Run } from './historyModel'
import { nearestRun, nextRun, type Line } from './lines'
import type { TimeView } from './useTimeView'

/** Going from run to run by keys: up and down over the agents, left and right in time. */
export function useRunKeys(
  lines: () => readonly Line[],
  time: TimeView,
  bring: (row: number) => void,
  open: (run: Run) => void,
) {
  const row = shallowRef<number | null>(null)
  const run = shallowRef<Run | null>(null)

  function choose(index: number, next: Run | null): void {
    row.value = index
    run.value = next
    bring(index)
    if (next !== null) time.bring(next.start)
  }

  function vertical(step: 1 | -1): void {
    const all = lines()
    const from = row.value ?? (step === 1 ? -1 : all.length)
    const index = Math.max(0, Math.min(all.length - 1, from + step))
    const line = all[index]
    if (line === undefined) return
    const moment = run.value?.start ?? time.span.value.to
    choose(index, nearestRun(line, moment))
  }

  function horizontal(step: 1 | -1): void {
    const index = row.value ?? 0
    const line = lines()[index]
    if (line !== undefined) choose(index, nextRun(line, run.value, step))
  }

  const actions: Readonly<Record<string, () => void>> = {
    ArrowUp: () => vertical(-1),
    ArrowDown: () => vertical(1),
    ArrowLeft: () => horizontal(-1),
    ArrowRight: () => horizontal(1),
    'Shift+ArrowLeft': () => time.pan(-0.2),
    'Shift+ArrowRight': () => time.pan(0.2),
    PageUp: () => time.pan(-0.8),
    PageDown: () => time.pan(0.8),
    Home: () => time.toStart(),
    End: () => time.toNow(),
    '+': () => time.zoom(true),
    '=': () => time.zoom(true),
    '-': () => time.zoom(false),
    '0': () => time.showWhole(),
    Enter: () => {
      if (run.value !== null) open(run.value)
    },
  }

  function key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    // Enter on a name opens the agent.
    if (event.key === 'Enter' && event.target !== event.currentTarget) return
    const arrows = event.shiftKey && event.key.startsWith('Arrow')
    const act = actions[arrows ? `Shift+${event.key}` : event.key]
    if (act === undefined) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  return {
    key,
    run,
    agent: computed(() => (row.value === null ? null : (lines()[row.value]?.agent ?? null))),
    clear: () => {
      row.value = null
      run.value = null
    },
  }
}
