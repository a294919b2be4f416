import { computed } from 'vue'
import { Gauge, Play, SlidersHorizontal, Square, Wallet, Zap, ZapOff } from '@lucide/vue'
import { useCommands, type Command } from '@/app/commands'
import { useAutonomy } from '@/stores/autonomy'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useStopping } from '@/stores/stopping'
import { text } from '@/text/en'

/** What the commands of an agent's page do there. */
export interface AgentDoings<Tab extends string> {
  toTab(tab: Tab): void
  toPressure(): void
  toSettings(): void
  toBudget(): void
}

/** The commands of an agent's page: its tabs by their numbers, and what can be done with the agent. */
export function useAgentCommands<Tab extends string>(
  agent: () => FleetAgent | undefined,
  tabs: () => readonly { value: Tab; label: string }[],
  doings: AgentDoings<Tab>,
): void {
  const fleet = useFleet()
  const stopping = useStopping()
  const autonomy = useAutonomy()
  const group = text.palette.groups.agent
  const manages = computed(() => {
    const one = agent()
    return one !== undefined && fleet.mayManage(one)
  })

  function managing(one: FleetAgent): Command[] {
    const on = autonomy.isOn(one)
    const { name } = one
    const settings = {
      id: 'agent:settings',
      label: text.agentSettings.openNamed(name),
      group,
      icon: SlidersHorizontal,
      run: doings.toSettings,
    }
    const budget = {
      id: 'agent:budget',
      label: text.budget.openNamed(name),
      group,
      icon: Wallet,
      words: 'cost limit spending',
      run: doings.toBudget,
    }
    const autonomous = {
      id: 'agent:autonomy',
      label: on ? text.autonomy.switchOff(name) : text.autonomy.switchOn(name),
      group,
      icon: on ? ZapOff : Zap,
      words: text.autonomy.label,
      run: () => void autonomy.set(name, !on),
    }
    const all = [settings, budget]
    return autonomy.maySwitch(one) ? [...all, autonomous] : all
  }

  useCommands(() => {
    const one = agent()
    if (one === undefined) return []
    const { name } = one
    const running = one.status === 'running'
    return [
      ...tabs().map(({ value, label }, index) => ({
        id: `tab:${value}`,
        label: text.palette.tabOf(label, name),
        group,
        // One stroke each: there are nine of them.
        ...(index < 9 ? { keys: String(index + 1) } : {}),
        run: () => doings.toTab(value),
      })),
      ...(manages.value ? managing(one) : []),
      {
        id: 'agent:pressure',
        label: text.pressure.openNamed(name),
        group,
        icon: Gauge,
        words: 'slow stuck cpu memory throttling waiting',
        run: doings.toPressure,
      },
      {
        id: 'agent:toggle',
        label: running ? text.agent.stopNamed(name) : text.agent.startNamed(name),
        group,
        icon: running ? Square : Play,
        run: () => void (running ? stopping.stop(name) : fleet.start(name)),
      },
    ]
  })
}
