import type { AgentStats } from '@/api/types'
import type { HistoryPoint, StatsRow, StatsSnapshot } from '@/live/frames'

export const HISTORY_POINTS = 60

/** The live figures of one agent. Objects are never changed, only replaced, so that one row updates by itself. */
export interface AgentFigures {
  readonly cpuPercent: number
  readonly memoryUsed: number
  readonly memoryLimit: number
  readonly memoryPercent: number
  readonly received: number
  readonly sent: number
  /** Bytes per second between the last two samples; null until there are two. */
  readonly receivedRate: number | null
  readonly sentRate: number | null
  /** Bytes per second in and out over time, for the sparkline. */
  readonly traffic: readonly HistoryPoint[]
  readonly uptimeSeconds: number
  /** When the figures were taken, epoch milliseconds. */
  readonly sampledAt: number
  readonly history: readonly HistoryPoint[]
}

type Fields = Partial<AgentStats> & { cpu?: unknown; memory?: unknown }

function figure(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}

/** Merges changed fields into what is known. `before` is undefined for a first sample. */
export function mergeFigures(
  before: AgentFigures | undefined,
  fields: Fields,
  sampledAt: number,
): AgentFigures {
  const cpuPercent = figure(fields.cpu_percent, figure(fields.cpu, before?.cpuPercent ?? 0))
  const memoryUsed = figure(
    fields.memory_used_bytes,
    figure(fields.memory, before?.memoryUsed ?? 0),
  )
  const memoryLimit = figure(fields.memory_limit_bytes, before?.memoryLimit ?? 0)
  const received = figure(fields.network_rx_bytes, before?.received ?? 0)
  const sent = figure(fields.network_tx_bytes, before?.sent ?? 0)
  const memoryPercent = figure(
    fields.memory_percent,
    memoryLimit > 0 ? (memoryUsed / memoryLimit) * 100 : 0,
  )
  const seconds = before === undefined ? 0 : (sampledAt - before.sampledAt) / 1000
  // A field that is left out has not changed: no traffic is a rate of zero.
  const receivedRate = rate(before?.received, received, seconds)
  const sentRate = rate(before?.sent, sent, seconds)
  const traffic = before?.traffic ?? []
  return {
    cpuPercent,
    memoryUsed,
    memoryLimit,
    memoryPercent,
    received,
    sent,
    receivedRate,
    sentRate,
    traffic:
      receivedRate === null || sentRate === null
        ? traffic
        : extend(traffic, [sampledAt, receivedRate, sentRate]),
    uptimeSeconds: figure(fields.uptime_seconds, before?.uptimeSeconds ?? 0),
    sampledAt,
    history: extend(before?.history ?? [], [sampledAt, cpuPercent, memoryPercent]),
  }
}

/** A row of the whole fleet's figures says nothing about network and uptime: what is known of them stays. */
export function mergeRow(
  before: AgentFigures | undefined,
  row: StatsRow,
  sampledAt: number,
): AgentFigures {
  const merged = mergeFigures(before, row, sampledAt)
  return {
    ...merged,
    history: row.history === undefined ? merged.history : joined(row.history, merged, sampledAt),
    receivedRate: before?.receivedRate ?? null,
    sentRate: before?.sentRate ?? null,
    traffic: before?.traffic ?? [],
  }
}

/** A snapshot replaces everything, its history included. */
export function figuresFromSnapshot(snapshot: StatsSnapshot, sampledAt: number): AgentFigures {
  const first = mergeFigures(undefined, snapshot, sampledAt)
  return { ...first, history: joined(snapshot.history ?? [], first, sampledAt) }
}

/** The newest sample is mostly the last point of the history already. */
function joined(
  history: readonly HistoryPoint[],
  now: AgentFigures,
  sampledAt: number,
): readonly HistoryPoint[] {
  const last = history[history.length - 1]
  if (last !== undefined && last[0] >= sampledAt - 500) return history.slice(-HISTORY_POINTS)
  return extend(history, [sampledAt, now.cpuPercent, now.memoryPercent])
}

function extend(history: readonly HistoryPoint[], point: HistoryPoint): readonly HistoryPoint[] {
  const last = history[history.length - 1]
  // Two sources may tell of the same moment, and clocks differ a little: time only goes forward.
  const kept = last !== undefined && point[0] <= last[0] ? history.slice(0, -1) : history
  return [...kept, point].slice(-HISTORY_POINTS)
}

/** Counters start again from zero with the container: a step back is no rate. */
function rate(before: number | undefined, now: number, seconds: number): number | null {
  if (before === undefined || seconds <= 0 || now < before) return null
  return (now - before) / seconds
}
