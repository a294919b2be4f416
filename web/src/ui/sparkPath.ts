/** How much time a sparkline shows. */
export const WINDOW_MS = 300_000

/** The server tells a figure at least every 30 s: after a longer silence nobody knows what was between. */
export const GAP_MS = 45_000

export interface SparkPath {
  line: string
  area: string
}

type Point = readonly [epochMs: number, value: number]

/** Parts a row of points where nothing was known for a while. */
export function withoutGaps<T extends readonly [number, ...unknown[]]>(
  points: readonly T[],
): T[][] {
  const parts: T[][] = []
  let before = -Infinity
  for (const point of points) {
    if (point[0] - before > GAP_MS) parts.push([])
    parts[parts.length - 1]?.push(point)
    before = point[0]
  }
  return parts
}

/**
 * The line through the points, the newest at the right edge and the rest placed by their time, so that samples that
 * were skipped leave their true width and gaps stay gaps. Null for fewer than two points.
 */
export function sparkPath(
  points: readonly Point[],
  width: number,
  height: number,
  top: number,
): SparkPath | null {
  const last = points[points.length - 1]
  if (last === undefined || points.length < 2) return null
  const pad = 1.5
  const x = (at: number) => round(width * (1 - (last[0] - at) / WINDOW_MS))
  const y = (value: number) =>
    round(height - pad - (height - 2 * pad) * Math.min(1, Math.max(0, value / top)))
  let line = ''
  let area = ''
  for (const part of withoutGaps(points)) {
    const path = `M${part.map(([at, value]) => `${x(at)} ${y(value)}`).join('L')}`
    line += path
    area += `${path}L${x(part[part.length - 1]?.[0] ?? 0)} ${height}L${x(part[0]?.[0] ?? 0)} ${height}Z`
  }
  return { line, area }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
