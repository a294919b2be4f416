import { computed, ref, shallowRef, watch } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { AgentPermissions } from '@/api/types'
import { useTopic } from '@/live/client'
import { agentTopic } from '@/live/frames'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'

/**
 * Whom the chosen agent may call, and who may call it: one request, and only while somebody wants to see it. `name` is
 * null otherwise.
 */
export function usePermissions(name: () => string | null) {
  const toasts = useToasts()
  const known = shallowRef<AgentPermissions | null>(null)
  const error = ref<string | null>(null)
  const saving = ref<string | null>(null)
  let asking: AbortController | null = null

  async function load(): Promise<void> {
    asking?.abort()
    const agent = name()
    if (agent === null) return
    const mine = new AbortController()
    asking = mine
    try {
      const answer = await api.permissions(agent, mine.signal)
      if (asking !== mine) return
      known.value = answer
      error.value = null
    } catch (failure) {
      if (asking === mine && !mine.signal.aborted) error.value = messageOf(failure)
    }
  }

  watch(
    name,
    () => {
      known.value = null
      error.value = null
      void load()
    },
    { immediate: true },
  )
  useTopic(() => (name() === null ? null : agentTopic(name() ?? '')), {
    snapshot: () => undefined,
    event({ event, data }) {
      if (event === 'agent_config_changed' && data.area === 'permissions' && saving.value === null)
        void load()
    },
  })

  async function set(target: string, on: boolean): Promise<void> {
    const agent = name()
    if (agent === null || saving.value !== null) return
    saving.value = target
    try {
      await api.permit(agent, target, on)
      const say = on ? text.graph.allowed : text.graph.withdrawn
      const undo = { label: text.graph.undo, run: () => void set(target, !on) }
      toasts.show('success', say(agent, target), null, undo)
    } catch (failure) {
      toasts.show('error', text.graph.changeFailed, messageOf(failure))
    } finally {
      saving.value = null
      await load()
    }
  }

  const names = (list: readonly { name: string }[] | undefined) =>
    (list ?? []).map((one) => one.name)
  return {
    known,
    error,
    saving,
    mayCall: computed(() => names(known.value?.permitted_agents)),
    callers: computed(() => names(known.value?.callers)),
    others: computed(() =>
      (known.value?.available_agents ?? []).filter((one) => !one.permitted).map((one) => one.name),
    ),
    load,
    set,
  }
}

export type Permissions = ReturnType<typeof usePermissions>
