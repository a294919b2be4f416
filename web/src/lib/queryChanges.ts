import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

/**
 * Changes the query of the page's address. Changes that follow each other quickly add up: the next one starts from what
 * the address will say, not from what it says while the last one is under way.
 */
export function useQueryChanges(): (
  change: LocationQueryRaw,
  way?: 'push' | 'replace',
) => Promise<void> {
  const route = useRoute()
  const router = useRouter()
  let coming: LocationQueryRaw | null = null

  return async (change, way = 'replace') => {
    const query = { ...(coming ?? route.query), ...change }
    coming = query
    await router[way]({ query })
    if (coming === query) coming = null
  }
}
