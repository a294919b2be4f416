import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AuditEntry, AuditQuery } from '@/api/types'

const PAGE = 50

export interface Audit {
  entries: Readonly<Ref<readonly AuditEntry[] | null>>
  error: Readonly<Ref<string | null>>
  loading: Readonly<Ref<'first' | 'older' | null>>
  /** Entries that could not be kept. */
  lost: Readonly<Ref<number>>
  /** There is more behind the last one shown. */
  more: Readonly<Ref<boolean>>
  load(): Promise<void>
  older(): Promise<void>
}

/** The journal, newest first, page by page. Other filters begin anew; a late answer to earlier ones is dropped. */
export function useAudit(query: () => AuditQuery): Audit {
  const entries = shallowRef<readonly AuditEntry[] | null>(null)
  const next = ref<number | null>(null)
  const lost = ref(0)
  const error = ref<string | null>(null)
  const loading = ref<'first' | 'older' | null>(null)
  let asking: AbortController | null = null

  async function ask(kind: 'first' | 'older', before: number | null): Promise<void> {
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    loading.value = kind
    try {
      const asked = before === null ? query() : { ...query(), before }
      const page = await api.audit(asked, PAGE, mine.signal)
      if (asking !== mine) return
      entries.value = kind === 'older' ? [...(entries.value ?? []), ...page.entries] : page.entries
      next.value = page.next
      lost.value = page.lost ?? 0
      error.value = null
    } catch (failure) {
      if (asking === mine) error.value = messageOf(failure)
    } finally {
      if (asking === mine) {
        asking = null
        loading.value = null
      }
    }
  }

  const load = () => ask('first', null)
  watch(() => JSON.stringify(query()), load, { immediate: true })
  onScopeDispose(() => {
    asking?.abort()
    asking = null
  })
  return {
    entries,
    error,
    loading: computed(() => loading.value),
    lost: computed(() => lost.value),
    more: computed(() => next.value !== null),
    load,
    async older() {
      if (next.value !== null && loading.value === null) await ask('older', next.value)
    },
  }
}
