import type { FleetAgent } from '@/stores/fleetModel'

export const MOST_TAGS = 20
const TAG = /^[a-z0-9][a-z0-9\-_.:/]{0,39}$/

/** The one form that the server keeps a tag in; null when it is none. */
export function tagOf(words: string): string | null {
  const tag = words.trim().toLowerCase()
  return TAG.test(tag) ? tag : null
}

/** What was typed or pasted, in single tags, with what cannot be one. */
export function tagsIn(words: string): { tags: string[]; rest: string[] } {
  const tags: string[] = []
  const rest: string[] = []
  for (const word of words.split(/[\s,]+/).filter(Boolean)) {
    const tag = tagOf(word)
    if (tag === null) rest.push(word)
    else if (!tags.includes(tag)) tags.push(tag)
  }
  return { tags, rest }
}

/** Every tag of these agents and of the chosen ones, in order. */
export function knownTags(
  agents: readonly FleetAgent[],
  chosen: readonly string[] = [],
): readonly string[] {
  const all = new Set(chosen)
  for (const agent of agents) for (const tag of agent.tags) all.add(tag)
  return [...all].sort()
}

export const hasTags = (agent: FleetAgent, wanted: readonly string[]): boolean =>
  wanted.every((tag) => agent.tags.includes(tag))

/** As an address says them: what is no tag counts for nothing. */
export function tagsOfAddress(said: string): readonly string[] {
  return said === '' ? [] : tagsIn(said).tags.slice(0, MOST_TAGS)
}
