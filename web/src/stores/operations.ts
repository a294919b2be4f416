import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { Operation } from '@/live/frames'

/** Ended ones are only of use for a moment; this many are kept. */
const MOST = 40

/** The long actions of this person, as far as the server tells of them. */
export const useOperations = defineStore('operations', () => {
  const all = shallowReactive(new Map<string, Operation>())

  function takeSnapshot(operations: readonly Operation[]): void {
    all.clear()
    for (const one of operations) take(one)
  }

  function take(operation: Operation): void {
    if (typeof operation.operation_id !== 'string') return
    // A changed one goes to the end: the map stays in the order of the last news.
    all.delete(operation.operation_id)
    all.set(operation.operation_id, operation)
    for (const id of all.keys()) {
      if (all.size <= MOST) break
      all.delete(id)
    }
  }

  /** The newest action on one agent; null when none is known. */
  function latestOf(agentName: string): Operation | null {
    return [...all.values()].findLast((one) => one.agent_name === agentName) ?? null
  }

  function clear(): void {
    all.clear()
  }

  return { all, takeSnapshot, take, latestOf, clear }
})
