import type { Message } from './historyModel'

/** The arrow under a point, the nearest within some pixels. `y` counts from the first row. */
export function messageAt(
  messages: readonly Message[],
  point: { x: number; y: number },
  box: {
    from: number
    to: number
    row: number
    rowOf: ReadonlyMap<string, number>
    x: (moment: number) => number
  },
): Message | null {
  let best: Message | null = null
  let distance = 4
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const one = messages[index]
    if (one === undefined || one.at < box.from) break
    if (one.at > box.to) continue
    const off = Math.abs(box.x(one.at) - point.x)
    if (off >= distance) continue
    const [source, target] = [box.rowOf.get(one.source), box.rowOf.get(one.target)]
    if (source === undefined || target === undefined) continue
    const [upper, lower] = [Math.min(source, target), Math.max(source, target)]
    if (point.y < (upper + 0.3) * box.row || point.y > (lower + 0.7) * box.row) continue
    best = one
    distance = off
  }
  return best
}
