import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import { statsTopic } from '@/live/frames'
import { useTopics } from '@/live/client'
import { useFallback } from '@/app/poller'
import { useFleet } from '@/stores/fleet'
import { useStats } from '@/stores/stats'
import { statsPolling } from './statsPolling'

/** The socket carries 64 topics; some are needed for other things. */
const MOST_ROWS = 60

/**
 * Keeps the figures of the rows that are on the screen subscribed, and only those. Rows carry their agent's name in
 * `data-agent`.
 */
export function useRowsOnScreen(container: Ref<HTMLElement | null>): void {
  const fleet = useFleet()
  const stats = useStats()
  const visible = shallowRef<ReadonlySet<string>>(new Set())

  const observer = new IntersectionObserver(
    (entries) => {
      const next = new Set(visible.value)
      for (const entry of entries) {
        const name = (entry.target as HTMLElement).dataset.agent ?? ''
        if (entry.isIntersecting) next.add(name)
        else next.delete(name)
      }
      visible.value = next
    },
    // A little ahead, so that a row has its figures when it comes into view.
    { rootMargin: '120px 0px' },
  )

  const rows = new Map<Element, string>()

  function look(): void {
    const now = new Set<Element>(container.value?.querySelectorAll('[data-agent]') ?? [])
    for (const [row, name] of rows) {
      if (now.has(row)) continue
      observer.unobserve(row)
      rows.delete(row)
      const next = new Set(visible.value)
      next.delete(name)
      visible.value = next
    }
    for (const row of now) {
      if (rows.has(row)) continue
      rows.set(row, (row as HTMLElement).dataset.agent ?? '')
      observer.observe(row)
    }
  }

  const mutations = new MutationObserver(look)
  watch(
    container,
    (element) => {
      mutations.disconnect()
      if (element !== null) mutations.observe(element, { childList: true })
      look()
    },
    { immediate: true, flush: 'post' },
  )

  const watched = () =>
    [...visible.value]
      .filter((name) => fleet.agents.get(name)?.status === 'running')
      .slice(0, MOST_ROWS)

  useTopics(() => watched().map(statsTopic))
  useFallback(() => statsPolling('rows', watched, stats))

  onScopeDispose(() => {
    observer.disconnect()
    mutations.disconnect()
  })
}
