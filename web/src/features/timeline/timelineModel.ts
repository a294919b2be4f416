import type { Activity } from '@/api/types'

/** As many as are kept on the page. */
export const MOST_ACTIVITIES = 500

export interface TimelineFilter {
  type: string
  state: string
}

/** An activity with what belongs to it. */
export interface Node {
  readonly activity: Activity
  /** In the order in which they happened. */
  readonly steps: readonly Activity[]
}

const byTime = (a: Activity, b: Activity) =>
  b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id)

export function fits(activity: Activity, filter: TimelineFilter): boolean {
  return (
    (filter.type === '' || activity.activity_type === filter.type) &&
    (filter.state === '' || activity.activity_state === filter.state)
  )
}

/** New and changed activities, newest first; the oldest are let go when there are too many. */
export function withActivities(
  known: readonly Activity[],
  more: readonly Activity[],
): readonly Activity[] {
  if (more.length === 0) return known
  const all = new Map(known.map((one) => [one.id, one]))
  for (const one of more) {
    const before = all.get(one.id)
    // The end of an activity is never undone by a late word of its start.
    if (
      before !== undefined &&
      before.activity_state !== 'started' &&
      one.activity_state === 'started'
    )
      continue
    all.set(one.id, one)
  }
  return [...all.values()].sort(byTime).slice(0, MOST_ACTIVITIES)
}

/** Steps stand under what they belong to, as far as that is here; under a filter everything stands for itself. */
export function nested(activities: readonly Activity[], flat: boolean): readonly Node[] {
  if (flat) return activities.map((activity) => ({ activity, steps: [] }))
  const known = new Set(activities.map((one) => one.id))
  const steps = new Map<string, Activity[]>()
  for (const one of activities) {
    const parent = one.parent_activity_id
    if (parent === null || !known.has(parent)) continue
    const list = steps.get(parent)
    if (list === undefined) steps.set(parent, [one])
    else list.push(one)
  }
  return activities
    .filter((one) => one.parent_activity_id === null || !known.has(one.parent_activity_id))
    .map((activity) => ({ activity, steps: [...(steps.get(activity.id) ?? [])].reverse() }))
}
