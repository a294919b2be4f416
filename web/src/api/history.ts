import { call } from './http'
import type { Activity } from './types'

export interface HistoryWish {
  /** Epoch milliseconds; everything that began then or later. */
  from: number
  types: readonly string[]
  limit: number
  /** The activity behind which the page begins. */
  before?: string
  /** Ask for what there is altogether, too. */
  extent?: boolean
}

export interface HistoryPage {
  /** Newest first. */
  activities: Activity[]
  /** With extent: how many there are, and what began earlier and goes on. */
  total?: number
  counted_all?: boolean
  open?: Activity[]
  /** Began before the range and ended in it. */
  reaching?: Activity[]
}

/** What all agents did. */
export const historyCalls = {
  async history(wish: HistoryWish, signal?: AbortSignal): Promise<HistoryPage> {
    const query = new URLSearchParams({
      start_time: new Date(wish.from).toISOString(),
      activity_types: wish.types.join(','),
      limit: String(wish.limit),
      ...(wish.before === undefined ? {} : { before: wish.before }),
      ...(wish.extent === true ? { extent: 'true' } : {}),
    })
    return (await call<HistoryPage>('GET', `/api/activities/timeline?${query}`, { signal })).data
  },
}
