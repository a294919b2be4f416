import { ref, watch, type Ref } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'

/**
 * The words of a page's search field, which stand in its address as `q`. Typing is quicker than navigation, so the
 * field has a value of its own.
 */
export function useQuerySearch(change: (to: LocationQueryRaw) => Promise<void>): Ref<string> {
  const route = useRoute()
  const page = route.name
  const asked = () => (typeof route.query.q === 'string' ? route.query.q : '')
  const search = ref(asked())
  watch(search, (value) => void change({ q: value === '' ? undefined : value }))
  watch(asked, (value) => {
    // The address of the next page says nothing about this one.
    if (route.name === page && document.activeElement?.role !== 'searchbox') search.value = value
  })
  return search
}
