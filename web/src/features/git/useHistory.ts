import { computed, ref, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import type { GitDiff, GitLog } from '@/api/types'
import { useLoaded, type Loaded } from '@/lib/loaded'
import type { GitView } from './gitModel'

const FIRST = 20
const MOST = 200

export interface History {
  log: Loaded<GitLog>
  diff: Loaded<GitDiff>
  /** There may be older commits than those shown. */
  more: Readonly<Ref<boolean>>
  showMore(): void
}

/** Commits and line counts, asked for when they are shown, and again when the live state says that they changed. */
export function useHistory(name: () => string, view: () => GitView | null): History {
  const limit = ref(FIRST)
  const log = useLoaded((signal) => api.gitLog(name(), limit.value, signal))
  const diff = useLoaded((signal) => api.gitDiff(name(), signal))

  const live = () => {
    const now = view()
    return now?.kind === 'live' ? now : null
  }
  watch(
    () => live() && [live()?.branch, live()?.headSha].join(' '),
    (now) => {
      if (now !== null) void log.load()
    },
    { immediate: true },
  )
  watch(
    () => live() && JSON.stringify([live()?.headSha, live()?.changes]),
    (now) => {
      if (now === null) return
      if ((live()?.changed ?? 0) > 0) void diff.load()
      else diff.data.value = null
    },
    { immediate: true },
  )
  return {
    log,
    diff,
    more: computed(
      () => (log.data.value?.commits.length ?? 0) >= limit.value && limit.value < MOST,
    ),
    showMore() {
      limit.value = Math.min(MOST, limit.value * 3)
      void log.load()
    },
  }
}
