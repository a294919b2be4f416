/** A figure and its unit apart, so that the unit can be set in a lighter tone. */
export interface Quantity {
  value: string
  unit: string
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Bytes in powers of 1024, one decimal above bytes. */
export function formatBytes(bytes: number): Quantity {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit += 1
  }
  // 1023.96 KB must not read "1024.0 KB".
  if (unit > 0 && unit < UNITS.length - 1 && value.toFixed(1) === '1024.0') {
    value = 1
    unit += 1
  }
  return {
    value: unit === 0 ? String(Math.round(value)) : value.toFixed(1),
    unit: UNITS[unit] ?? 'TB',
  }
}

/** A limit, which mostly is a round number: "4 GB", "1.5 GB". */
export function limitText(bytes: number): string {
  return bytesText(bytes).replace('.0 ', ' ')
}

export function bytesText(bytes: number): string {
  const { value, unit } = formatBytes(bytes)
  return `${value} ${unit}`
}

const FACTOR: Record<string, number> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** "4g", "512m", "1073741824" as bytes; null when the text is no size. */
export function parseSize(value: string | number | null | undefined): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$/i.exec(String(value ?? ''))
  if (match === null) return null
  return Number(match[1]) * (FACTOR[(match[2] ?? '').toLowerCase()] ?? 1)
}

export function parseCores(value: string | number | null | undefined): number | null {
  const cores = Number(value ?? NaN)
  return Number.isFinite(cores) && cores > 0 ? cores : null
}

/**
 * CPU as the share of the agent's own limit. The wire's figure is percent of one core, so 100 with a limit of two
 * cores is half of what the agent may use.
 */
export function cpuShare(percentOfOneCore: number, limitCores: number | null): number {
  return limitCores === null ? percentOfOneCore : percentOfOneCore / limitCores
}

export function formatPercent(percent: number): string {
  return Math.max(0, percent).toFixed(1)
}

export function formatCores(percentOfOneCore: number): string {
  return (Math.max(0, percentOfOneCore) / 100).toFixed(2)
}

/** The top of a sparkline's scale in percent: adapts in steps, so that small movements are seen and peaks fit. */
export function scaleTop(peak: number): number {
  for (const step of [5, 10, 25, 50, 100, 150, 200, 400, 800]) if (peak <= step) return step
  return Math.ceil(peak / 100) * 100
}

export type Level = 'calm' | 'high' | 'full'

/** How close to its limit a figure is. Colour is spent only from `high` on. */
export function levelOf(percent: number): Level {
  if (percent >= 95) return 'full'
  return percent >= 80 ? 'high' : 'calm'
}

/** Counts of tokens: "840", "15.2 k", "1.4 M". */
export function formatTokens(count: number): string {
  if (count < 1000) return String(Math.round(count))
  if (count < 999_950) return `${(count / 1000).toFixed(1).replace('.0', '')} k`
  return `${(count / 1e6).toFixed(1).replace('.0', '')} M`
}

/** US dollars: cents for what is large, four decimals for what is small. */
export function formatCost(dollars: number): string {
  return `$${dollars.toFixed(dollars === 0 || dollars >= 1 ? 2 : 4)}`
}
