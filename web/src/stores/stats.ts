import { defineStore } from 'pinia'
import { shallowReactive } from 'vue'
import type { AgentStats } from '@/api/types'
import type { FleetStats, StatsSnapshot } from '@/live/frames'
import { figuresFromSnapshot, mergeFigures, mergeRow, type AgentFigures } from './statsModel'

/** Figures by agent. Reading one name depends on that name only, so a tick redraws one row. */
export const useStats = defineStore('stats', () => {
  const figures = shallowReactive(new Map<string, AgentFigures>())

  /** An agent that stopped, or that nobody has measured yet, has no figures: never zeros. */
  function isMeasured(fields: Partial<AgentStats>, history: readonly unknown[]): boolean {
    if (fields.status !== undefined && (fields.status as string) !== 'running') return false
    return history.length > 0 || (fields.memory_used_bytes ?? 0) > 0
  }

  function snapshot(name: string, value: StatsSnapshot, sampledAt: number): void {
    if (isMeasured(value, value.history ?? [])) {
      figures.set(name, figuresFromSnapshot(value, sampledAt))
    } else figures.delete(name)
  }

  function update(name: string, fields: Partial<AgentStats>, sampledAt: number): void {
    const before = figures.get(name)
    if (isMeasured(fields, before?.history ?? [])) {
      figures.set(name, mergeFigures(before, fields, sampledAt))
    } else if (before !== undefined) figures.delete(name)
  }

  /** All agents at once: whoever is not in it is not running, or not to be seen. */
  function fleetSnapshot(fleet: FleetStats, sampledAt: number): void {
    const names = new Set((fleet.agents ?? []).map((row) => row.name))
    for (const name of [...figures.keys()]) if (!names.has(name)) figures.delete(name)
    fleetUpdate(fleet, sampledAt)
  }

  function fleetUpdate(fleet: FleetStats, sampledAt: number): void {
    for (const row of fleet.agents ?? []) {
      figures.set(row.name, mergeRow(figures.get(row.name), row, sampledAt))
    }
    for (const name of fleet.gone ?? []) figures.delete(name)
  }

  function drop(name: string): void {
    figures.delete(name)
  }

  function clear(): void {
    figures.clear()
  }

  return { figures, snapshot, update, fleetSnapshot, fleetUpdate, drop, clear }
})
