import type { AgentAttention, AttentionItem, AttentionKind } from '@/api/fleet'
import { parseUtc } from '@/format/time'

/** Most urgent first. */
export const KINDS: readonly AttentionKind[] = [
  'waiting',
  'failed',
  'stuck',
  'over_budget',
  'slow',
  'unreachable',
]

/** A kind that is not known here comes last. */
export function rankOf(kind: string): number {
  const at = (KINDS as readonly string[]).indexOf(kind)
  return at < 0 ? KINDS.length : at
}

/** When it began; what cannot be read counts as new. */
export const sinceOf = (item: AttentionItem): number => parseUtc(item.since) ?? Infinity

const compareItems = (a: AttentionItem, b: AttentionItem): number =>
  rankOf(a.kind) - rankOf(b.kind) || Math.sign(sinceOf(a) - sinceOf(b)) || 0

/** What one agent needs, most urgent first. */
export const inOrder = (items: readonly AttentionItem[]): readonly AttentionItem[] =>
  [...items].sort(compareItems)

/** Agents by what is most urgent with each; their items are in order. */
export function byUrgency(a: AgentAttention, b: AgentAttention): number {
  const [left] = a.attention
  const [right] = b.attention
  if (left === undefined || right === undefined)
    return Number(right !== undefined) - Number(left !== undefined)
  return compareItems(left, right) || a.name.localeCompare(b.name)
}

export const sameItems = (a: readonly AttentionItem[], b: readonly AttentionItem[]): boolean =>
  a.length === b.length &&
  a.every((one, n) => {
    const other = b[n]
    return (
      other !== undefined &&
      one.kind === other.kind &&
      one.since === other.since &&
      one.detail === other.detail &&
      one.execution_id === other.execution_id
    )
  })

export interface AttentionRow {
  name: string
  item: AttentionItem
}

export interface AttentionGroup {
  kind: AttentionKind
  rows: readonly AttentionRow[]
}

/** Everything that needs a person, by kind: an agent with two reasons stands in two groups. */
export function grouped(list: readonly AgentAttention[]): readonly AttentionGroup[] {
  const groups = new Map<AttentionKind, AttentionRow[]>()
  for (const { name, attention } of list)
    for (const item of attention) {
      const rows = groups.get(item.kind)
      if (rows === undefined) groups.set(item.kind, [{ name, item }])
      else rows.push({ name, item })
    }
  return [...groups]
    .sort(([a], [b]) => rankOf(a) - rankOf(b))
    .map(([kind, rows]) => ({
      kind,
      rows: rows.sort((a, b) => compareItems(a.item, b.item) || a.name.localeCompare(b.name)),
    }))
}
