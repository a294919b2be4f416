import type { Message } from '@/features/fleetTimeline/historyModel'

/** All that one agent asked another in the range. */
export interface Edge {
  readonly key: string
  readonly source: string
  readonly target: string
  readonly sent: number
  readonly failed: number
  /** Goes on just now. */
  readonly open: number
  /** The newest, epoch milliseconds. */
  readonly last: number
}

/** More lines make no picture any more: the busiest are drawn, all are in the table. */
export const MOST_EDGES = 400

export const edgeKey = (source: string, target: string): string => `${source}\n${target}`

/** Messages between these agents since a moment, by who asked whom; the busiest first. */
export function edgesOf(
  messages: readonly Message[],
  agents: ReadonlySet<string>,
  since: number,
  until = Infinity,
): readonly Edge[] {
  const edges = new Map<string, { -readonly [Key in keyof Edge]: Edge[Key] }>()
  for (const { source, target, at, outcome } of messages) {
    if (at < since || at > until || !agents.has(source) || !agents.has(target)) continue
    const key = edgeKey(source, target)
    let edge = edges.get(key)
    if (edge === undefined) {
      edge = { key, source, target, sent: 0, failed: 0, open: 0, last: 0 }
      edges.set(key, edge)
    }
    edge.sent += 1
    if (outcome === 'failed') edge.failed += 1
    if (outcome === 'running') edge.open += 1
    edge.last = Math.max(edge.last, at)
  }
  return [...edges.values()].sort((a, b) => b.sent - a.sent || (a.key < b.key ? -1 : 1))
}

/** What one agent has to do with others. */
export interface Ties {
  readonly sent: readonly Edge[]
  readonly received: readonly Edge[]
  readonly sentCount: number
  readonly receivedCount: number
  readonly failed: number
}

export const NO_TIES: Ties = { sent: [], received: [], sentCount: 0, receivedCount: 0, failed: 0 }

export function tiesOf(edges: readonly Edge[]): ReadonlyMap<string, Ties> {
  const all = new Map<string, { sent: Edge[]; received: Edge[] }>()
  const of = (name: string) => {
    let ties = all.get(name)
    if (ties === undefined) all.set(name, (ties = { sent: [], received: [] }))
    return ties
  }
  for (const edge of edges) {
    of(edge.source).sent.push(edge)
    of(edge.target).received.push(edge)
  }
  const sum = (list: readonly Edge[], part: 'sent' | 'failed') =>
    list.reduce((total, edge) => total + edge[part], 0)
  return new Map(
    [...all].map(([name, { sent, received }]) => [
      name,
      {
        sent,
        received,
        sentCount: sum(sent, 'sent'),
        receivedCount: sum(received, 'sent'),
        failed: sum(sent, 'failed') + sum(received, 'failed'),
      },
    ]),
  )
}
