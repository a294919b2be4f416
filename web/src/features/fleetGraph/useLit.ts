import { computed, shallowRef, watch } from 'vue'
import type { Message } from '@/features/fleetTimeline/historyModel'
import { useNow } from '@/lib/clock'
import { edgeKey } from './edges'

export const LIT_MS = 6000
const REPLAY_LIT_MS = 2000
const RECENT = 200
const OLD_MS = 60_000
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
  const seen = new Set<string>()
  /** Until when, by line. */
  const live = shallowRef<ReadonlyMap<string, number>>(new Map())
  const played = shallowRef<ReadonlyMap<string, number>>(new Map())

  watch(
    messages,
    (all) => {
      const fresh: Message[] = []
      // New ones stand at the end, or nearly so.
      for (const one of all.slice(-RECENT)) {
        if (!seen.has(one.id)) fresh.push(one)
        seen.add(one.id)
      }
      if (replay() !== null) return
      const until = Date.now() + LIT_MS
      const next = new Map([...live.value].filter(([, end]) => end > Date.now()))
      // By the server's clock, which need not be this one's: only what is clearly of the past lights nothing.
      for (const one of fresh)
        if (one.at + OLD_MS > Date.now()) next.set(edgeKey(one.source, one.target), until)
      if (next.size > 0 || live.value.size > 0) live.value = next
    },
    { immediate: true },
  )

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
