import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import type { AttentionItem } from '@/api/fleet'
import { useFleet } from '@/stores/fleet'
import { nextSteps, type NextStep, type StepAct } from './nextSteps'

/** A step that asks or shows a form before it does something. */
export interface AskedStep {
  act: Exclude<StepAct, 'start'>
  name: string
  item: AttentionItem
}

/** Carries out steps that are no places; `asked` is what a dialog has to be shown for. */
export function useSteps(): {
  asked: ShallowRef<AskedStep | null>
  act: (name: string, item: AttentionItem, act: StepAct) => void
} {
  const fleet = useFleet()
  const asked = shallowRef<AskedStep | null>(null)
  return {
    asked,
    act(name, item, what) {
      if (what === 'start') void fleet.start(name)
      else asked.value = { act: what, name, item }
    },
  }
}

/** The next steps for one item, as the person who looks may take them. */
export function useNextSteps(
  name: () => string,
  item: () => AttentionItem,
): ComputedRef<readonly NextStep[]> {
  const fleet = useFleet()
  return computed(() => {
    const agent = fleet.agents.get(name())
    const manages = agent !== undefined && fleet.mayManage(agent)
    return nextSteps(name(), item(), agent, { manages })
  })
}
