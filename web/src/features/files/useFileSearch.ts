import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { FileNode } from '@/api/types'
import { entryOf, type FileEntry } from './entry'

/** Lines that are shown at most: who sees more than that goes on typing. */
export const MOST_FOUND = 200

export interface FileSearch {
  words: Ref<string>
  /** Something is searched for. */
  active: ComputedRef<boolean>
  found: ComputedRef<readonly FileEntry[]>
  /** How many more there are than are shown. */
  left: ComputedRef<number>
  loading: Readonly<Ref<boolean>>
  error: Readonly<Ref<string | null>>
  /** The server did not tell all of the files. */
  truncated: Readonly<Ref<boolean>>
}

/** Finds files by parts of their path, in all folders: the whole tree is asked for when the first word is typed. */
export function useFileSearch(
  agent: () => string,
  hidden: Readonly<Ref<boolean>>,
  version: () => number,
): FileSearch {
  const words = ref('')
  const all = shallowRef<readonly FileEntry[] | null>(null)
  const loading = ref(false)
  const error = ref<string | null>(null)
  const truncated = ref(false)
  let asking: AbortController | null = null

  const active = computed(() => words.value.trim() !== '')
  const matches = computed(() => (active.value ? matching(all.value ?? [], words.value) : []))

  async function load(): Promise<void> {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    loading.value = true
    try {
      const tree = await api.files(agent(), '', hidden.value, 0, mine.signal)
      if (asking !== mine) return
      all.value = flatten(tree.tree)
      truncated.value = tree.truncated === true
      error.value = null
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) error.value = messageOf(failure)
    } finally {
      if (asking === mine) loading.value = false
    }
  }

  watch([active, hidden, version], ([now]) => {
    if (now) void load()
    else {
      asking?.abort()
      all.value = null
      error.value = null
    }
  })
  onScopeDispose(() => asking?.abort())

  return {
    words,
    active,
    found: computed(() => matches.value.slice(0, MOST_FOUND)),
    left: computed(() => Math.max(0, matches.value.length - MOST_FOUND)),
    loading,
    error,
    truncated,
  }
}

function flatten(nodes: readonly FileNode[], into: FileEntry[] = []): FileEntry[] {
  for (const node of nodes) {
    into.push(entryOf(node))
    if (node.children !== undefined) flatten(node.children, into)
  }
  return into
}

/** Every word has to be in the path. What has more of them in its own name comes first. */
export function matching(all: readonly FileEntry[], typed: string): readonly FileEntry[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = all.filter((entry) => {
    const path = entry.path.toLowerCase()
    return words.every((word) => path.includes(word))
  })
  const inName = (entry: FileEntry) => {
    const name = entry.name.toLowerCase()
    return words.filter((word) => name.includes(word)).length
  }
  return fits.sort((a, b) => inName(b) - inName(a))
}
