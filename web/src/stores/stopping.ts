import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api } from '@/api/client'
import { parseUtc } from '@/format/time'
import { useFleet } from './fleet'
import { useWork } from './work'

/** An agent that somebody wants to stop while it is at work. */
export interface AskedStop {
  name: string
  /** How many runs would end; null when that could not be learned. */
  runs: number | null
  /** Since when the oldest of them is at work, epoch milliseconds. */
  since: number | null
}

/** More than run at once on one agent: beyond it the number does not matter any more. */
const MOST = 100

/** Stops single agents: one that rests at once, one at work after a question. */
export const useStopping = defineStore('stopping', () => {
  const fleet = useFleet()
  const work = useWork()
  const looking = new Set<string>()
  /** One question after the other. */
  const waiting = shallowRef<readonly AskedStop[]>([])
  const asked = computed(() => waiting.value[0] ?? null)

  /**
   * The records tell what is at work on every page, and of an agent that does not answer any more. A turn that has no record
   * is known where turns are told live.
   */
  async function workOf(name: string): Promise<AskedStop> {
    try {
      const rows = await api.executions(name, { limit: MOST, status: 'running' })
      const began = rows.map((row) => parseUtc(row.started_at)).filter((at) => at !== null)
      const turn = work.turns.get(name)
      if (rows.length === 0 && turn !== undefined)
        return { name, runs: 1, since: parseUtc(turn.started_at) }
      return { name, runs: rows.length, since: began.length > 0 ? Math.min(...began) : null }
    } catch {
      return { name, runs: null, since: null }
    }
  }

  async function stop(name: string): Promise<void> {
    const known = waiting.value.some((one) => one.name === name)
    if (known || looking.has(name) || fleet.pending.has(name)) return
    looking.add(name)
    const found = await workOf(name)
    // Nobody is here any more to be asked.
    if (!looking.delete(name)) return
    if (found.runs === 0) await fleet.stop(name)
    else waiting.value = [...waiting.value, found]
  }

  function answer(go: boolean): void {
    const [first, ...rest] = waiting.value
    waiting.value = rest
    if (go && first !== undefined) void fleet.stop(first.name)
  }

  function clear(): void {
    waiting.value = []
    looking.clear()
  }

  return { asked, stop, answer, clear }
})
