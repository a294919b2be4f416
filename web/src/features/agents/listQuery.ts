import { computed, ref, watch, type Ref, type WritableComputedRef } from 'vue'
import { useRoute } from 'vue-router'
import { useQueryChanges } from '@/lib/queryChanges'
import { tagsOfAddress } from './tags'
import type { Sort, SortKey, StateFilter } from './state'

export const FILTERS: readonly StateFilter[] = ['all', 'running', 'stopped', 'attention']
export const SORTS: readonly SortKey[] = ['state', 'name', 'cpu', 'memory', 'since', 'owner']

export interface ListQuery {
  search: Ref<string>
  filter: WritableComputedRef<StateFilter>
  /** An agent has all of them. */
  tags: WritableComputedRef<readonly string[]>
  sort: WritableComputedRef<Sort>
  /** The dialog for a new agent is open: with a template's id, or the empty text. */
  creating: WritableComputedRef<string | null>
  clear: () => void
}

/** Search, filter, order and the open dialog of the agents page: all of it stands in the address. */
export function useListQuery(): ListQuery {
  const route = useRoute()
  const change = useQueryChanges()

  function set(to: Record<string, string | undefined>): void {
    void change(to)
  }

  // Typing is quicker than navigation, so the field has a value of its own.
  const search = ref(String(route.query.q ?? ''))
  watch(search, (value) => set({ q: value === '' ? undefined : value }))
  watch(
    () => route.query.q,
    (q) => {
      if (route.name === 'agents' && document.activeElement?.role !== 'searchbox')
        search.value = String(q ?? '')
    },
  )

  return {
    search,
    filter: computed({
      get: () => FILTERS.find((one) => one === route.query.state) ?? 'all',
      set: (value) => set({ state: value === 'all' ? undefined : value }),
    }),
    tags: computed<readonly string[]>({
      get: () => tagsOfAddress(String(route.query.tag ?? '')),
      set: (value) => set({ tag: value.length === 0 ? undefined : value.join(',') }),
    }),
    sort: computed({
      get: () => {
        const [key, order] = String(route.query.sort ?? 'state').split('.')
        return { key: SORTS.find((one) => one === key) ?? 'state', down: order === 'down' }
      },
      set: (value) => {
        const plain = value.key === 'state' && !value.down
        set({ sort: plain ? undefined : value.key + (value.down ? '.down' : '') })
      },
    }),
    creating: computed({
      get: () => (route.query.new === undefined ? null : String(route.query.new ?? '')),
      set: (value) => set({ new: value ?? undefined }),
    }),
    clear() {
      search.value = ''
      set({ q: undefined, state: undefined, tag: undefined })
    },
  }
}
