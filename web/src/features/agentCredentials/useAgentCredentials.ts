import { computed, ref, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type {
  AgentCredentialRequirements,
  AgentCredentialStatus,
  CredentialAssignments,
  HotReloadResult,
} from '@/api/types'
import { useAgentConfig } from '@/app/agentConfig'
import { useLoaded, type Loaded } from '@/lib/loaded'
import { someAtOnce } from '@/lib/someAtOnce'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'

export interface AgentCredentials {
  assignments: Loaded<CredentialAssignments>
  /** What the template needs; null when that cannot be told. */
  required: Readonly<Ref<AgentCredentialRequirements | null>>
  /** The files inside; asked for while it runs. */
  inside: Loaded<AgentCredentialStatus>
  working: Readonly<Ref<'assign' | 'unassign' | 'apply' | 'paste' | null>>
  load(): void
  assign(ids: readonly string[]): Promise<void>
  unassign(ids: readonly string[]): Promise<void>
  apply(): Promise<void>
  /** Throws on failure: its reason stands beside the field. */
  paste(pasted: string): Promise<HotReloadResult>
}

/** What an agent has of the person's credentials, and what is done about it. */
export function useAgentCredentials(name: () => string, running: () => boolean): AgentCredentials {
  const toasts = useToasts()
  const words = text.agentCredentials
  const assignments = useLoaded((signal) => api.assignments(name(), signal))
  const required = computed(() => assignments.data.value?.requirements ?? null)
  const inside = useLoaded((signal) => api.credentialStatus(name(), signal))
  const working = ref<'assign' | 'unassign' | 'apply' | 'paste' | null>(null)

  function load(): void {
    void assignments.load()
    if (running()) void inside.load()
  }
  useAgentConfig(name, ['credentials'], load)
  watch(running, (now) => {
    void assignments.load()
    if (now) void inside.load()
    else inside.data.value = null
  })

  async function attempt(
    kind: 'assign' | 'unassign' | 'apply',
    failed: string,
    work: () => Promise<void>,
  ): Promise<void> {
    if (working.value !== null) return
    working.value = kind
    try {
      await work()
    } catch (failure) {
      toasts.show('error', failed, messageOf(failure))
    }
    working.value = null
    // The event that tells of the change brings the same; whoever has no connection needs this.
    load()
  }

  return {
    assignments,
    required,
    inside,
    working: computed(() => working.value),
    load,
    assign: (ids) =>
      attempt('assign', words.assignFailed, async () => {
        const done = await api.assignCredentials(name(), ids)
        if (done.failed_ids.length > 0) throw new Error(done.message)
        toasts.show('success', words.assignedDone(done.assigned_count))
      }),
    unassign: (ids) =>
      attempt('unassign', words.unassignFailed, async () => {
        const failures = await someAtOnce(
          ids,
          (id) => api.unassignCredential(name(), id),
          () => undefined,
        )
        const [first] = failures
        if (first !== undefined) throw new Error(first.reason)
        toasts.show('success', words.unassignedDone(ids.length), null, {
          label: words.assignAgain,
          run: () => void api.assignCredentials(name(), ids).then(load, load),
        })
      }),
    apply: () =>
      attempt('apply', words.applyFailed(name()), async () => {
        const done = await api.applyCredentials(name())
        const told = words.appliedCount(done.credential_count, done.file_count)
        toasts.show('success', words.applied(name()), [told, done.note].filter(Boolean).join(' '))
      }),
    async paste(pasted) {
      working.value = 'paste'
      try {
        const done = await api.hotReload(name(), pasted)
        toasts.show('success', words.pasted(done.credential_count), done.note || null)
        return done
      } finally {
        working.value = null
        load()
      }
    },
  }
}
