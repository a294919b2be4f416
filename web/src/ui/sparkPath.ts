/** How much time a sparkline shows. */
export const WINDOW_MS = 300_000

export interface SparkPath {
  line: string
  area: string
}

/**
 * The line through the points, the newest at the right edge and the rest placed by their time, so that samples that
 * were skipped leave their true width. Null for fewer than two points.
 */
export function sparkPath(
  points: readonly (readonly [epochMs: number, value: number])[],
  width: number,
  height: number,
  top: number,
): SparkPath | null {
  const last = points[points.length - 1]
  if (last === undefined || points.length < 2) return null
  const pad = 1.5
  const steps = points.map(([at, value]) => {
    const x = width * (1 - (last[0] - at) / WINDOW_MS)
    const y = height - pad - (height - 2 * pad) * Math.min(1, Math.max(0, value / top))
    return `${round(x)} ${round(y)}`
  })
  const line = `M${steps.join('L')}`
  const firstX = round(width * (1 - (last[0] - (points[0]?.[0] ?? last[0])) / WINDOW_MS))
  return { line, area: `${line}L${width} ${height}L${firstX} ${height}Z` }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
