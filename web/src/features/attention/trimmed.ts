import type { AttentionGroup } from '@/stores/attentionModel'

/**
 * Each group cut so that all together show about `most` rows: every group keeps its first, what is left over goes to the
 * most urgent groups.
 */
export function trimmed(
  groups: readonly AttentionGroup[],
  most: number,
): readonly AttentionGroup[] {
  let spare = most - groups.length
  return groups.map((group) => {
    const shown = 1 + Math.max(0, Math.min(group.rows.length - 1, spare))
    spare -= shown - 1
    return shown >= group.rows.length ? group : { ...group, rows: group.rows.slice(0, shown) }
  })
}
