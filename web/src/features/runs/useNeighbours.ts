import { computed, nextTick, ref, shallowRef, watch, type ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { useTopic } from '@/live/client'
import { executionsTopic } from '@/live/frames'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { neighboursOf, type Direction, type Neighbours, type Told } from './neighbours'
import { NEWEST_ROWS, NO_RUNS, takeRow, takeSnapshot, type RunsSnapshot } from './runsModel'
import type { RunRow } from '@/api/types'

export interface RunNeighbours {
  beside: ComputedRef<Neighbours>
  /** Goes to the run beside the shown one; asks for it when it is not known yet. */
  go(direction: Direction): Promise<void>
}

/**
 * The runs beside one of an agent. The newest ones come with the agent's topic, which stays the same from run to run; it
 * tells of runs that begin meanwhile, too. Those of older runs stand in their records: `told`.
 */
export function useNeighbours(
  name: () => string,
  id: () => string,
  told: () => Told | null,
): RunNeighbours {
  const router = useRouter()
  const toasts = useToasts()
  const runs = shallowRef(NO_RUNS)
  const known = ref(false)
  const whole = ref(false)

  useTopic(() => executionsTopic(name()), {
    snapshot(snapshot) {
      const next = snapshot as RunsSnapshot
      runs.value = takeSnapshot(runs.value, next)
      whole.value = (next.executions?.length ?? 0) < NEWEST_ROWS
      known.value = true
    },
    event({ event, data }) {
      if (event === 'execution_started' || event === 'execution_finished')
        runs.value = takeRow(runs.value, data as unknown as RunRow)
    },
  })
  watch(
    name,
    () => {
      runs.value = NO_RUNS
      known.value = false
    },
    { flush: 'sync' },
  )

  const beside = computed(() =>
    neighboursOf(known.value ? runs.value.rows : null, whole.value, id(), told()),
  )

  async function go(direction: Direction): Promise<void> {
    const from = id()
    const agent = name()
    try {
      const next = beside.value[direction] ?? (await asked(agent, from, direction))
      // Whoever has gone on meanwhile stays where they are.
      if (next === null || id() !== from || name() !== agent) return
      // A change of the page gives the focus to its content; whoever presses a button presses it again.
      const focused = document.activeElement
      await router.push({ name: 'execution', params: { name: agent, id: next } })
      await nextTick()
      if (focused instanceof HTMLElement && focused.isConnected)
        focused.focus({ preventScroll: true })
    } catch (failure) {
      toasts.show('error', text.runs.stepFailed, messageOf(failure))
    }
  }

  async function asked(agent: string, run: string, direction: Direction): Promise<string | null> {
    if (beside.value[direction] === null) return null
    const record = await api.execution(agent, run)
    return (direction === 'newer' ? record.newer_id : record.older_id) ?? null
  }

  return { beside, go }
}
