import { shallowReactive } from 'vue'
import { useRouter } from 'vue-router'
import { api } from '@/api/client'
import { ApiError, messageOf } from '@/api/errors'
import { maskSecrets } from '@/lib/masking'
import { uniqueKey } from '@/lib/uniqueKey'
import { useCopying } from '@/stores/copying'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'

export interface RunActions {
  /** Runs whose stop is under way, by id. */
  stopping: ReadonlySet<string>
  /** Throws on failure. */
  stop(agent: string, id: string): Promise<void>
  /** Starts the same task anew; `follow` goes to the new run. */
  again(agent: string, id: string, follow: boolean): Promise<void>
  copyInput(agent: string, id: string): Promise<void>
}

/** What can be done with a run wherever it is shown. */
export function useRunActions(): RunActions {
  const toasts = useToasts()
  const copying = useCopying()
  const router = useRouter()
  const stopping = shallowReactive(new Set<string>())
  const starting = new Set<string>()

  async function stop(agent: string, id: string): Promise<void> {
    stopping.add(id)
    try {
      await api.terminate(agent, id)
    } catch (failure) {
      stopping.delete(id)
      // It had ended by itself.
      if (!(failure instanceof ApiError && failure.status === 404)) throw failure
    }
  }

  async function again(agent: string, id: string, follow: boolean): Promise<void> {
    if (starting.has(id)) return
    starting.add(id)
    try {
      // Lists cut long texts: the record has the whole of it.
      const { message } = await api.execution(agent, id)
      const { execution } = await api.task(agent, { message }, uniqueKey())
      if (execution.task_execution_id === null) return
      const to = { name: 'execution', params: { name: agent, id: execution.task_execution_id } }
      if (follow) void router.push(to)
      else
        toasts.show('success', text.runs.againStarted, null, {
          label: text.runs.open,
          run: () => void router.push(to),
        })
    } catch (failure) {
      toasts.show('error', text.runs.againFailed, messageOf(failure))
    } finally {
      starting.delete(id)
    }
  }

  async function copyInput(agent: string, id: string): Promise<void> {
    try {
      const { message } = await api.execution(agent, id)
      if (await copying.copy(maskSecrets(message))) toasts.show('success', text.tasks.copied)
    } catch (failure) {
      toasts.show('error', text.tasks.copyFailed, messageOf(failure))
    }
  }

  return { stopping, stop, again, copyInput }
}
