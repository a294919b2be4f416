/** How much time a sparkline shows. */
export const WINDOW_MS = 300_000

/** The server tells a figure at least every 30 s: after a longer silence nobody knows what was between. */
export const GAP_MS = 45_000

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
 * Where the lines through the points run: the newest at the right edge and the rest placed by their time, so that samples
 * that were skipped leave their true width and gaps stay gaps. Nothing for fewer than two points.
 */
export function sparkLines(
  points: readonly Point[],
  width: number,
  height: number,
  top: number,
): (readonly [x: number, y: number])[][] {
  const last = points[points.length - 1]
  if (last === undefined || points.length < 2) return []
  const pad = 1.5
  return withoutGaps(points).map((part) =>
    part.map(([at, value]) => [
      width * (1 - (last[0] - at) / WINDOW_MS),
      height - pad - (height - 2 * pad) * Math.min(1, Math.max(0, value / top)),
    ]),
  )
}
