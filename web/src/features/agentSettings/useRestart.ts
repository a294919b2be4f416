import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { messageOf } from '@/api/errors'
import { formatDuration } from '@/format/time'
import { useNow } from '@/lib/clock'
import { useFleet } from '@/stores/fleet'
import { text } from '@/text/en'
import type { Step } from '@/ui/UiSteps.vue'

type StepKey = 'save' | 'stop' | 'start'
const ORDER: readonly StepKey[] = ['save', 'stop', 'start']

/** Saving and restarting as the steps that it takes; each is done when the server has answered it. */
export interface Restart {
  /** Empty before it begins. */
  steps: ComputedRef<Step[]>
  busy: Readonly<Ref<boolean>>
  /** Why it did not go on; null when it did. */
  failure: Readonly<Ref<string | null>>
  /** Answers whether the agent runs again. `save` answers false when it cannot go on. */
  run(save: () => Promise<boolean>): Promise<boolean>
  clear(): void
}

export function useRestart(name: () => string): Restart {
  const fleet = useFleet()
  const now = useNow()
  const at = ref<StepKey | null>(null)
  const since = ref(0)
  const busy = ref(false)
  const failure = ref<string | null>(null)

  function reach(step: StepKey): void {
    at.value = step
    since.value = Date.now()
  }

  const steps = computed<Step[]>(() => {
    const here = at.value === null ? -1 : ORDER.indexOf(at.value)
    if (here < 0) return []
    return ORDER.map((key, index) => ({
      key,
      label: text.agentSettings.steps[key],
      state:
        index < here
          ? 'done'
          : index > here
            ? 'waiting'
            : failure.value === null
              ? 'working'
              : 'failed',
      note:
        index === here && busy.value ? formatDuration(Math.max(0, now.value - since.value)) : '',
    }))
  })

  async function run(save: () => Promise<boolean>): Promise<boolean> {
    busy.value = true
    failure.value = null
    reach('save')
    try {
      if (!(await save())) {
        at.value = null
        return false
      }
      await fleet.restart(name(), reach)
      return true
    } catch (reason) {
      failure.value = messageOf(reason)
      return false
    } finally {
      busy.value = false
    }
  }

  function clear(): void {
    at.value = null
    failure.value = null
  }

  return { steps, busy, failure, run, clear }
}
