import type { HostFigures, HostPoint } from '@/live/frames'
import { text } from '@/text/en'

export const MOST_POINTS = 60

export const pointOf = (now: HostFigures, at: number): HostPoint => [
  at,
  now.cpu.percent,
  now.memory.percent,
  now.disk.percent,
]

export function withPoint(history: readonly HostPoint[], point: HostPoint): readonly HostPoint[] {
  return [...history, point].slice(-MOST_POINTS)
}

export interface HostPart {
  key: 'cpu' | 'memory' | 'disk'
  label: string
  /** Which figure of a point of the history. */
  part: 1 | 2 | 3
  /** null: the machine does not tell. */
  percent: number | null
  /** What it is a share of; empty when that is not told. */
  note: string
}

/** A share of a big machine is no matter of megabytes. */
const rounded = (gb: number): string => (gb < 10 ? gb.toFixed(1) : String(Math.round(gb)))

const ofTotal = (part: { used_gb: number | null; total_gb: number | null }): string =>
  part.used_gb === null || part.total_gb === null
    ? ''
    : text.settings.usedOf(rounded(part.used_gb), rounded(part.total_gb))

/** The parts of the machine, ready to print. */
export function hostParts(now: HostFigures): readonly HostPart[] {
  const { cpu, memory, disk } = text.settings
  const cores = now.cpu.count
  return [
    {
      key: 'cpu',
      label: cpu,
      part: 1,
      percent: now.cpu.percent,
      note: cores === null ? '' : text.create.cores(String(cores)),
    },
    {
      key: 'memory',
      label: memory,
      part: 2,
      percent: now.memory.percent,
      note: ofTotal(now.memory),
    },
    { key: 'disk', label: disk, part: 3, percent: now.disk.percent, note: ofTotal(now.disk) },
  ]
}
