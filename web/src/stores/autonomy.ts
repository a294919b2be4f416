import { defineStore } from 'pinia'
import { watch } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { someAtOnce, type Failure } from '@/lib/someAtOnce'
import { Wishes } from '@/lib/wishes'
import { text } from '@/text/en'
import { useFleet } from './fleet'
import type { FleetAgent } from './fleetModel'
import { useToasts } from './toasts'

/** Whether agents may run their schedules by themselves: shown at once when switched, taken back when it failed. */
export const useAutonomy = defineStore('autonomy', () => {
  const fleet = useFleet()
  const toasts = useToasts()
  const wishes = new Wishes<boolean>()

  function isOn(agent: FleetAgent): boolean {
    return wishes.of(agent.name) ?? agent.autonomy_enabled
  }

  /** The system agent's autonomy cannot be changed by anybody. */
  function maySwitch(agent: FleetAgent): boolean {
    return fleet.mayManage(agent) && !agent.is_system
  }

  /** Sends one switch. The live connection knows better than the answer when it told of a change meanwhile. */
  async function send(name: string, on: boolean): Promise<number> {
    let told = false
    const unwatch = watch(
      () => fleet.agents.get(name)?.autonomy_enabled,
      () => {
        told = true
      },
      { flush: 'sync' },
    )
    try {
      const answer = await api.setAutonomy(name, on)
      const agent = fleet.agents.get(name)
      if (!told && agent !== undefined)
        fleet.agents.set(name, { ...agent, autonomy_enabled: answer.autonomy_enabled })
      return answer.schedules_updated
    } finally {
      unwatch()
    }
  }

  async function set(name: string, on: boolean): Promise<void> {
    let last = { on, schedules: 0 }
    try {
      const settled = await wishes.make(name, on, async (value) => {
        last = { on: value, schedules: await send(name, value) }
      })
      if (settled) toasts.show('success', text.autonomy.done(name, last.on, last.schedules))
    } catch (failure) {
      toasts.show('error', text.autonomy.failed(name, on), messageOf(failure))
    }
  }

  /** The same for many agents; tells what failed. */
  function setMany(
    on: boolean,
    names: readonly string[],
    onDone: (count: number) => void,
  ): Promise<Failure[]> {
    return someAtOnce(
      names,
      async (name) => {
        await wishes.make(name, on, async (value) => {
          await send(name, value)
        })
      },
      onDone,
    )
  }

  return { isOn, maySwitch, set, setMany }
})
