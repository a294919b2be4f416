import { defineStore } from 'pinia'
import { ref, shallowReactive } from 'vue'
import { api } from '@/api/client'
import type { BudgetNews, RunsHalt, RunsStopped } from '@/api/types'
import type { EventFrame } from '@/live/frames'

const FREE: RunsHalt = { halted: false, since: null, by: null, reason: null }

/** A budget that is used up, as far as it was told. */
export interface ReachedBudget {
  spent: number
  limit: number | null
}

/** Whether runs may start: the stop for all agents, and budgets that are used up. */
export const useRunControl = defineStore('runControl', () => {
  const halt = ref<RunsHalt>(FREE)
  /** By agent; the whole fleet's under the empty name. */
  const reached = shallowReactive(new Map<string, ReachedBudget>())

  function take(next: RunsHalt): void {
    const { halted, since, by, reason } = next
    halt.value = { halted, since, by, reason }
  }

  /** True when the event was about this. */
  function takeEvent({ event, data }: EventFrame): boolean {
    if (event === 'runs_halt') take({ ...FREE, ...(data as Partial<RunsHalt>) })
    else if (event === 'agent_budget') takeBudget(data as unknown as BudgetNews)
    else return false
    return true
  }

  function takeBudget({ name, reached: now, spent_today, cost_per_day }: BudgetNews): void {
    if (now) reached.set(name ?? '', { spent: spent_today, limit: cost_per_day })
    else reached.delete(name ?? '')
  }

  function takeBudgets(all: readonly BudgetNews[]): void {
    reached.clear()
    for (const one of all) takeBudget(one)
  }

  /** What keeps runs of this agent from starting: its own budget, or the whole fleet's. */
  function budgetOf(name: string): ReachedBudget | null {
    return reached.get(name) ?? reached.get('') ?? null
  }

  async function load(signal?: AbortSignal): Promise<void> {
    take(await api.runsHalt(signal))
  }

  /** Throws on failure: the dialog that asked stays open. */
  async function stopAll(reason: string): Promise<RunsStopped> {
    const done = await api.stopRuns(reason)
    take(done)
    return done
  }

  async function resume(): Promise<void> {
    take(await api.resumeRuns())
  }

  function clear(): void {
    halt.value = FREE
    reached.clear()
  }

  return {
    halt,
    reached,
    take,
    takeEvent,
    takeBudget,
    takeBudgets,
    budgetOf,
    load,
    stopAll,
    resume,
    clear,
  }
})
