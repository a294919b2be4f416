import type { Credential } from '@/api/types'
import { kindName, serviceName } from './kinds'

export type UseFilter = 'all' | 'pending' | 'unused'
export type SortKey = 'name' | 'service' | 'agents' | 'updated'
export interface ListSort {
  key: SortKey
  down: boolean
}

export const isPending = (one: Credential) => (one.pending_agents?.length ?? 0) > 0
export const isUnused = (one: Credential) => (one.agents?.length ?? 0) === 0

export function countsOf(all: readonly Credential[]): Record<UseFilter, number> {
  return {
    all: all.length,
    pending: all.filter(isPending).length,
    unused: all.filter(isUnused).length,
  }
}

function fits(one: Credential, words: readonly string[]): boolean {
  const told = [
    one.name,
    serviceName(one.service),
    kindName(one.type),
    one.description ?? '',
    one.file_path ?? '',
    ...(one.agents ?? []),
  ]
    .join(' ')
    .toLowerCase()
  return words.every((word) => told.includes(word))
}

const order: Record<SortKey, (a: Credential, b: Credential) => number> = {
  name: (a, b) => a.name.localeCompare(b.name),
  service: (a, b) => serviceName(a.service).localeCompare(serviceName(b.service)),
  agents: (a, b) => (a.agents?.length ?? 0) - (b.agents?.length ?? 0),
  updated: (a, b) => a.updated_at.localeCompare(b.updated_at),
}

/** What is shown of the list: by words, by use, and in which order. */
export function shownOf(
  all: readonly Credential[],
  search: string,
  use: UseFilter,
  sort: ListSort,
): Credential[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return all
    .filter((one) => use === 'all' || (use === 'pending' ? isPending(one) : isUnused(one)))
    .filter((one) => fits(one, words))
    .sort((a, b) => {
      const by = order[sort.key](a, b)
      return (sort.down ? -by : by) || a.name.localeCompare(b.name) || a.id.localeCompare(b.id)
    })
}

/** Figures and times begin with the largest, names with the first. */
export function chooseSort(sort: ListSort, key: SortKey): ListSort {
  if (sort.key === key) return { key, down: !sort.down }
  return { key, down: key === 'agents' || key === 'updated' }
}
