import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { AgentStats } from '@/api/types'
import type { StatsSnapshot } from '@/live/frames'
import { figuresFromSnapshot, mergeFigures, type AgentFigures } from './statsModel'

/** Figures by agent. Reading one name depends on that name only, so a tick redraws one row. */
export const useStats = defineStore('stats', () => {
  const figures = shallowReactive(new Map<string, AgentFigures>())

  function snapshot(name: string, value: StatsSnapshot, sampledAt: number): void {
    // An agent that does not run has a snapshot without figures.
    if (typeof value.cpu_percent !== 'number' && (value.history ?? []).length === 0) {
      figures.delete(name)
      return
    }
    figures.set(name, figuresFromSnapshot(value, sampledAt))
  }

  function update(name: string, fields: Partial<AgentStats>, sampledAt: number): void {
    figures.set(name, mergeFigures(figures.get(name), fields, sampledAt))
  }

  function drop(name: string): void {
    figures.delete(name)
  }

  function clear(): void {
    figures.clear()
  }

  return { figures, snapshot, update, drop, clear }
})
