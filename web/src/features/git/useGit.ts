import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { GitStatus, PullStrategy, PushStrategy } from '@/api/types'
import { useFallback } from '@/app/poller'
import { liveStatus, useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { gitTopic } from '@/live/frames'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { conflictOf, type Conflict, type GitAction } from './conflicts'
import { viewOf, type GitView } from './gitModel'

interface Done {
  said: string
  kept: string | undefined
}

export interface LiveGit {
  status: Readonly<Ref<GitStatus | null>>
  view: Readonly<Ref<GitView | null>>
  /** Why nothing is known. */
  error: Readonly<Ref<string | null>>
  /** What this page or somebody else is doing to the repository. */
  busy: Readonly<Ref<GitAction | 'initialize' | null>>
  conflict: Readonly<Ref<Conflict | null>>
  load(): Promise<void>
  /** Looks at the work tree and the remote now. Throws on failure. */
  refresh(): Promise<void>
  pull(strategy?: PullStrategy): Promise<boolean>
  /** Nobody wants to go on from the conflict. */
  leave(): void
  /** Commits what is not committed, and pushes. */
  commitAndPush(strategy?: PushStrategy, message?: string | null): Promise<boolean>
}

/** The work tree of an agent: live while it runs and the calling component lives, and what is done with it. */
export function useGit(name: () => string, running: () => boolean): LiveGit {
  const toasts = useToasts()
  const status = shallowRef<GitStatus | null>(null)
  const error = ref<string | null>(null)
  const mine = ref<GitAction | null>(null)
  const conflict = shallowRef<Conflict | null>(null)
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())

  const fallback = useFallback(() =>
    running() ? { key: gitTopic(name()), intervalMs: FALLBACK_MS.git, load: ask } : null,
  )

  async function ask(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const answer = await api.gitStatus(asked, signal)
      if (signal.aborted || name() !== asked) return
      status.value = answer
      error.value = null
    } catch (failure) {
      if (!signal.aborted && name() === asked) error.value = messageOf(failure)
      throw failure
    }
  }
  const load = () => ask(gone.signal).catch(() => undefined)

  useTopic(() => (running() ? gitTopic(name()) : null), {
    snapshot(snapshot) {
      fallback.subscribed()
      status.value = snapshot as GitStatus
      error.value = null
    },
    event(frame) {
      if (frame.event === 'agent_git_update') status.value = frame.data as unknown as GitStatus
    },
    refused() {
      fallback.refused()
      if (status.value === null) void load()
    },
  })

  watch(name, () => {
    status.value = null
    error.value = null
    conflict.value = null
  })

  async function act(action: GitAction, work: () => Promise<Done>): Promise<boolean> {
    if (mine.value !== null) return false
    const asked = name()
    mine.value = action
    try {
      const { said, kept } = await work()
      conflict.value = null
      // With the connection up, the new state is told.
      if (liveStatus.value !== 'ready') void load()
      toasts.show(
        'success',
        action === 'pull' ? text.git.pulled(asked) : text.git.pushed(asked),
        said,
      )
      // This one stays until it is closed: the name is needed to bring things back.
      if (kept !== undefined) toasts.show('warning', text.git.kept, text.git.keptAs(kept))
      return true
    } catch (failure) {
      const found = name() === asked ? conflictOf(action, failure) : null
      if (found !== null) conflict.value = found
      else
        toasts.show(
          'error',
          action === 'pull' ? text.git.pullFailed(asked) : text.git.pushFailed(asked),
          messageOf(failure),
        )
      return false
    } finally {
      mine.value = null
    }
  }

  return {
    status,
    view: computed(() => (status.value === null ? null : viewOf(status.value))),
    error,
    busy: computed(() => mine.value ?? status.value?.operation ?? null),
    conflict,
    load,
    async refresh() {
      const asked = name()
      const answer = await api.gitRefresh(asked)
      if (name() === asked) status.value = answer
    },
    pull: (strategy = 'clean') =>
      act('pull', async () => {
        const { success, message: said, kept } = await api.gitPull(name(), strategy)
        if (!success) throw new Error(said)
        return { said, kept }
      }),
    leave() {
      conflict.value = null
    },
    commitAndPush: (strategy = 'normal', message = null) =>
      act('push', async () => {
        const done = await api.gitPush(name(), strategy, message)
        if (!done.success) throw new Error(done.message)
        const { files_changed: changed, branch } = done
        const said = changed > 0 ? text.git.pushedFiles(changed, branch) : done.message
        return { said, kept: done.kept }
      }),
  }
}
