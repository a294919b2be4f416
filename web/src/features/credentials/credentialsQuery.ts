import { computed, type Ref, type WritableComputedRef } from 'vue'
import { useRoute } from 'vue-router'
import { useQueryChanges } from '@/lib/queryChanges'
import { useQuerySearch } from '@/lib/querySearch'
import type { ListSort, SortKey, UseFilter } from './listModel'

export const FILTERS: readonly UseFilter[] = ['all', 'pending', 'unused']
const SORTS: readonly SortKey[] = ['name', 'service', 'agents', 'updated']

export interface CredentialsQuery {
  search: Ref<string>
  use: WritableComputedRef<UseFilter>
  sort: WritableComputedRef<ListSort>
  clear: () => void
  /** The name that the address asks a new credential for, which is then no longer asked; null: it asks for none. */
  takeWanted: () => string | null
}

/** Search, filter and order of the credentials page: all of it stands in the address. */
export function useCredentialsQuery(): CredentialsQuery {
  const route = useRoute()
  const change = useQueryChanges()
  const search = useQuerySearch(change)

  return {
    search,
    use: computed({
      get: () => FILTERS.find((one) => one === route.query.use) ?? 'all',
      set: (value) => void change({ use: value === 'all' ? undefined : value }),
    }),
    sort: computed({
      get: () => {
        const [key, order] = String(route.query.sort ?? 'name').split('.')
        return { key: SORTS.find((one) => one === key) ?? 'name', down: order === 'down' }
      },
      set: ({ key, down }) => {
        const plain = key === 'name' && !down
        void change({ sort: plain ? undefined : key + (down ? '.down' : '') })
      },
    }),
    clear() {
      search.value = ''
      void change({ q: undefined, use: undefined })
    },
    takeWanted() {
      const wanted = route.query.new
      if (typeof wanted !== 'string') return null
      void change({ new: undefined })
      return wanted
    },
  }
}
