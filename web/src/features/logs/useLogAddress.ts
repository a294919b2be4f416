import { watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { levels, streams } from './choices'
import type { ShownLog } from './useLogView'

const asText = (value: unknown) => (typeof value === 'string' ? value : '')

/** What is looked for in a log stands in the address: it can be handed on, and outlives a reload. */
export function useLogAddress(
  view: Pick<ShownLog, 'level' | 'stream' | 'search' | 'onlyMatches'>,
): void {
  const route = useRoute()
  const router = useRouter()
  const { level, stream, q, only } = route.query
  view.level.value = levels.find((one) => one.value === level)?.value ?? 'all'
  view.stream.value = streams.find((one) => one.value === stream)?.value ?? 'both'
  view.search.value = asText(q)
  view.onlyMatches.value = only === '1' && view.search.value !== ''

  watch(
    [view.level, view.stream, view.search, view.onlyMatches] as const,
    ([level, stream, search, only]) => {
      // Another tab is on its way.
      if (route.query.tab !== 'logs') return
      void router.replace({
        query: {
          ...route.query,
          level: level === 'all' ? undefined : level,
          stream: stream === 'both' ? undefined : stream,
          q: search === '' ? undefined : search,
          only: only && search !== '' ? '1' : undefined,
        },
      })
    },
  )
}
