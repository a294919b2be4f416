import type { AgentDashboard, AgentMetrics, DashboardWidget, MetricDefinition } from '@/api/types'
import { bytesText } from '@/format/quantity'
import { formatDuration } from '@/format/time'

/** The colours that a dashboard may name, as the meanings of this UI. */
export type Meaning = 'plain' | 'good' | 'attention' | 'bad' | 'working' | 'accent'

const MEANINGS: Readonly<Record<string, Meaning>> = {
  green: 'good',
  red: 'bad',
  yellow: 'attention',
  orange: 'attention',
  blue: 'working',
  purple: 'accent',
  gray: 'plain',
}

export function meaningOf(color: unknown): Meaning {
  return (typeof color === 'string' ? MEANINGS[color.toLowerCase()] : undefined) ?? 'plain'
}

/** Anything that stands in a YAML file, as text. */
export function wordOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

export function numberText(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: 2 })
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** At most so many, and how many are left out. A file that asks for more than `MOST` gets `MOST`. */
export const MOST = 200
export function limited<T>(
  all: readonly T[],
  most: unknown,
): { shown: readonly T[]; left: number } {
  const asked = typeof most === 'number' && most >= 1 ? Math.floor(most) : MOST
  const shown = all.slice(0, Math.min(asked, MOST))
  return { shown, left: all.length - shown.length }
}

export function percentOf(value: unknown): number {
  const percent = typeof value === 'number' ? value : Number.parseFloat(wordOf(value))
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : 0
}

/** Where a picture of the agent lies in its home folder; null for pictures from elsewhere. */
export function fileOf(src: unknown): string | null {
  const match = typeof src === 'string' ? /^\/files\/(.+)$/.exec(src) : null
  return match?.[1] ?? null
}

export interface TableColumn {
  key: string
  label: string
}

/** Columns may be texts or `{key, label}`. */
export function columnsOf(widget: DashboardWidget): readonly TableColumn[] {
  return listOf(widget.columns).map((column) => {
    if (typeof column !== 'object' || column === null)
      return { key: wordOf(column), label: wordOf(column) }
    const { key, label } = column as { key?: unknown; label?: unknown }
    return { key: wordOf(key), label: wordOf(label ?? key) }
  })
}

/** How wide a section is, in columns. */
export function columnCount(columns: unknown): number {
  return typeof columns === 'number' && columns >= 1 && columns <= 4 ? Math.floor(columns) : 3
}

// ---------------------------------------------------------------- why there is none

export type Absence =
  | { kind: 'stopped' }
  | { kind: 'none' }
  | { kind: 'invalid'; problems: readonly string[] }
  /** The agent could not be asked. */
  | { kind: 'away'; reason: string }

/** Why a dashboard is not shown; null when there is one. */
export function absenceOf(dashboard: AgentDashboard): Absence | null {
  if (dashboard.has_dashboard && dashboard.config !== null) return null
  const error = dashboard.error ?? ''
  if (dashboard.status === 'stopped') return { kind: 'stopped' }
  if (error === '' || error.startsWith('No dashboard.yaml')) return { kind: 'none' }
  if (/^(Agent is starting|Failed to fetch dashboard)/.test(error))
    return { kind: 'away', reason: error }
  return { kind: 'invalid', problems: problemsOf(error) }
}

/** The messages that the agent joined into one text. */
export function problemsOf(error: string): readonly string[] {
  return error
    .replace(/^Validation errors: /, '')
    .split('; ')
    .filter((one) => one !== '')
}

// ---------------------------------------------------------------- metrics

export interface ShownMetric {
  name: string
  label: string
  note: string
  kind: MetricDefinition['type']
  /** null: the agent has not written one. */
  value: string | null
  unit: string
  meaning: Meaning
  /** Only of percentages. */
  percent: number | null
}

export function shownMetrics(metrics: AgentMetrics): readonly ShownMetric[] {
  return listOf(metrics.definitions)
    .filter((one): one is MetricDefinition => typeof one === 'object' && one !== null)
    .slice(0, MOST)
    .map((one) => shownMetric(one, metrics.values?.[one.name]))
}

function shownMetric(definition: MetricDefinition, value: unknown): ShownMetric {
  const known = value !== null && value !== undefined
  const shown: ShownMetric = {
    name: wordOf(definition.name),
    label: wordOf(definition.label ?? definition.name),
    note: wordOf(definition.description),
    kind: definition.type,
    value: known ? wordOf(value) : null,
    unit: '',
    meaning: 'plain',
    percent: null,
  }
  if (!known) return shown
  if (definition.type === 'status') return { ...shown, ...statusOf(definition, wordOf(value)) }
  const number = typeof value === 'number' ? value : Number.NaN
  if (!Number.isFinite(number)) return shown
  switch (definition.type) {
    case 'gauge':
      return { ...shown, unit: wordOf(definition.unit) }
    case 'percentage':
      return {
        ...shown,
        value: numberText(number),
        unit: '%',
        percent: percentOf(number),
        meaning: percentMeaning(definition, number),
      }
    case 'duration':
      return { ...shown, value: formatDuration(number * 1000) }
    case 'bytes': {
      const [amount = '', unit = ''] = bytesText(number).split(' ')
      return { ...shown, value: amount, unit }
    }
    default:
      return shown
  }
}

/** Thresholds are lower bounds: what is below them needs a look. */
function percentMeaning(definition: MetricDefinition, value: number): Meaning {
  const { critical_threshold: critical, warning_threshold: warning } = definition
  if (typeof critical === 'number' && value < critical) return 'bad'
  if (typeof warning === 'number' && value < warning) return 'attention'
  return 'good'
}

function statusOf(definition: MetricDefinition, value: string): Partial<ShownMetric> {
  const known = listOf(definition.values).find(
    (one): one is { value: string; color?: string; label?: string } =>
      typeof one === 'object' &&
      one !== null &&
      wordOf((one as { value?: unknown }).value) === value,
  )
  return { value: known?.label ?? value, meaning: meaningOf(known?.color) }
}
