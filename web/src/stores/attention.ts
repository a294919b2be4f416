import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AgentAttention, AttentionItem } from '@/api/fleet'
import type { EventFrame } from '@/live/frames'
import { byUrgency, inOrder, sameItems } from './attentionModel'
import { useFleet } from './fleet'

export type { AgentAttention, AttentionItem, AttentionKind } from '@/api/fleet'

const NOTHING: readonly AttentionItem[] = []

/**
 * Which agents need a person, and why. Comes with the figures of the whole fleet (topic `agents:stats`); reading one name
 * depends on that name only.
 */
export const useAttention = defineStore('attention', () => {
  const fleet = useFleet()
  const byName = shallowReactive(new Map<string, readonly AttentionItem[]>())
  /** It was told at least once; before that an empty list means nothing. */
  const known = ref(false)
  const error = ref<string | null>(null)

  /** Agents that need a person, most urgent first, then the longest waiting. */
  const list = computed<readonly AgentAttention[]>(() =>
    [...byName]
      // A deleted agent needs nobody, whichever of the two topics tells of it first.
      .filter(([name]) => !fleet.loaded || fleet.agents.has(name))
      .map(([name, attention]) => ({ name, attention }))
      .sort(byUrgency),
  )

  function put(name: string, items: readonly AttentionItem[]): void {
    if (items.length === 0) {
      byName.delete(name)
      return
    }
    const next = inOrder(items)
    if (!sameItems(byName.get(name) ?? NOTHING, next)) byName.set(name, next)
  }

  /** All of them: whoever is not in it needs nobody. */
  function replace(rows: readonly AgentAttention[]): void {
    const names = new Set(rows.map((row) => row.name))
    for (const name of [...byName.keys()]) if (!names.has(name)) byName.delete(name)
    for (const row of rows) put(row.name, row.attention)
    known.value = true
    error.value = null
  }

  /** A server that does not judge its agents sends none: then nothing is known. */
  function takeSnapshot(snapshot: { attention?: readonly AgentAttention[] }): void {
    if (snapshot.attention !== undefined) replace(snapshot.attention)
  }

  function takeEvent({ event, data }: EventFrame): boolean {
    if (event !== 'agents_attention_update') return false
    const { agents = [] } = data as { agents?: readonly AgentAttention[] }
    for (const row of agents) put(row.name, row.attention)
    return true
  }

  /** By REST, while the socket does not tell. */
  async function load(signal?: AbortSignal): Promise<void> {
    try {
      replace(await api.attention(signal))
    } catch (failure) {
      if (signal?.aborted !== true) error.value = messageOf(failure)
      throw failure
    }
  }

  const of = (name: string): readonly AttentionItem[] => byName.get(name) ?? NOTHING

  function clear(): void {
    byName.clear()
    known.value = false
    error.value = null
  }

  return { byName, list, known, error, of, replace, takeSnapshot, takeEvent, load, clear }
})
