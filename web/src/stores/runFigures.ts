import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { AgentContext, TaskFigures } from '@/api/types'
import type { EventFrame } from '@/live/frames'

/** How full the agents' contexts are, and how their runs of a day went. Reading one name depends on that name only. */
export const useRunFigures = defineStore('runFigures', () => {
  const contexts = shallowReactive(new Map<string, AgentContext>())
  const tasks = shallowReactive(new Map<string, TaskFigures>())

  function replace<T extends { name: string }>(into: Map<string, T>, rows: readonly T[]): void {
    const names = new Set(rows.map((row) => row.name))
    for (const name of [...into.keys()]) if (!names.has(name)) into.delete(name)
    for (const row of rows) into.set(row.name, row)
  }

  function change<T extends { name: string }>(
    into: Map<string, T>,
    data: { agents?: readonly T[]; gone?: readonly string[] },
  ): void {
    for (const row of data.agents ?? []) into.set(row.name, { ...into.get(row.name), ...row })
    for (const name of data.gone ?? []) into.delete(name)
  }

  const takeContexts = (rows: readonly AgentContext[]) => replace(contexts, rows)
  const takeTasks = (rows: readonly TaskFigures[]) => replace(tasks, rows)

  function takeSnapshot(snapshot: {
    context?: readonly AgentContext[]
    executions?: readonly TaskFigures[]
  }): void {
    takeContexts(snapshot.context ?? [])
    takeTasks(snapshot.executions ?? [])
  }

  function takeEvent({ event, data }: EventFrame): void {
    if (event === 'agents_context_update') change(contexts, data)
    else if (event === 'agents_execution_stats_update') change(tasks, data)
  }

  function clear(): void {
    contexts.clear()
    tasks.clear()
  }

  return { contexts, tasks, takeContexts, takeTasks, takeSnapshot, takeEvent, clear }
})
