import { computed, shallowRef, watch } from 'vue'
import type { Message } from '@/features/fleetTimeline/historyModel'
import { useNow } from '@/lib/clock'
import { edgeKey } from './edges'

export const LIT_MS = 6000
const REPLAY_LIT_MS = 2000
const NONE: ReadonlySet<string> = new Set()

/**
 * Lines on which a message has just gone by. Live, by the clock of the page; in a replay, by the time that has been
 * played, which is why a pause keeps them lit.
 */
export function useLit(
  messages: () => readonly Message[],
  replay: () => { at: number; played: number } | null,
) {
  const now = useNow()
  const began = Date.now()
  /** Until when, by line. */
  const live = shallowRef<ReadonlyMap<string, number>>(new Map())
  const played = shallowRef<ReadonlyMap<string, number>>(new Map())

  watch(messages, (all, before) => {
    if (replay() !== null || before === undefined) return
    const next = new Map([...live.value].filter(([, until]) => until > Date.now()))
    // New ones stand at the end; those that came late, or with older pages, light nothing.
    for (let index = all.length - 1; index >= 0; index -= 1) {
      const one = all[index]
      if (one === undefined || one.at + LIT_MS < Date.now() || one.at < began) break
      next.set(edgeKey(one.source, one.target), one.at + LIT_MS)
    }
    if (next.size > 0 || live.value.size > 0) live.value = next
  })

  watch(replay, (next, before) => {
    if (next === null || before === null || next.at < before.at) {
      played.value = new Map()
      return
    }
    if (next.at === before.at) return
    const lit = new Map([...played.value].filter(([, until]) => until > next.played))
    for (const one of messages())
      if (one.at > before.at && one.at <= next.at)
        lit.set(edgeKey(one.source, one.target), next.played + REPLAY_LIT_MS)
    if (lit.size > 0 || played.value.size > 0) played.value = lit
  })

  return computed<ReadonlySet<string>>((old) => {
    const at = replay()
    const all = at === null ? live.value : played.value
    if (all.size === 0) return NONE
    const moment = at === null ? now.value : at.played
    const lit = new Set([...all].filter(([, until]) => until > moment).map(([key]) => key))
    const same = old !== undefined && old.size === lit.size && [...lit].every((key) => old.has(key))
    return same ? old : lit
  })
}
