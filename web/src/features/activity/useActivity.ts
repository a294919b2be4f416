import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { LiveChatSession } from '@/api/types'
import { useFallback } from '@/app/poller'
import { useTopic } from '@/live/client'
import { FALLBACK_MS } from '@/live/fallback'
import { activityTopic } from '@/live/frames'
import {
  ended,
  IDLE,
  takeSession,
  takeSnapshot,
  takeUpdate,
  type ActivitySnapshot,
  type ActivityUpdate,
  type AgentActivity,
  type Startup,
} from './activityModel'

export interface LiveActivityOf {
  activity: Readonly<Ref<AgentActivity>>
  /** Something has been heard of this agent's activity. */
  known: Readonly<Ref<boolean>>
  /** Why nothing could be had. */
  error: Readonly<Ref<string | null>>
  loadingOlder: Readonly<Ref<boolean>>
  /** Asks for all the calls that the agent keeps. Throws on failure. */
  loadOlder(): Promise<void>
  /** Makes the agent forget its calls; what it talks about stays. Throws on failure. */
  clear(): Promise<void>
}

/** What an agent does, live while the calling component lives and the agent runs. */
export function useActivity(name: () => string, running: () => boolean): LiveActivityOf {
  const activity = shallowRef<AgentActivity>(IDLE)
  const known = ref(false)
  const error = ref<string | null>(null)
  const loadingOlder = ref(false)
  const gone = new AbortController()
  onScopeDispose(() => gone.abort())

  function take(next: AgentActivity): void {
    activity.value = next
    known.value = true
    error.value = null
  }

  const fallback = useFallback(() =>
    running() ? { key: activityTopic(name()), intervalMs: FALLBACK_MS.activity, load: poll } : null,
  )

  let session = { askedAt: 0, calls: -1, status: '' }
  /** What it talks about is known as of what it does now. */
  function told(): void {
    if (activity.value.session === null) return
    const { status, totals } = activity.value
    session = { ...session, calls: totals.calls, status }
  }

  /** What it talks about moves with its turns: it is asked for again when there was something, a minute apart. */
  async function pollSession(asked: string, signal: AbortSignal): Promise<void> {
    const { status, totals } = activity.value
    const moved = session.calls !== totals.calls || session.status !== status
    if (!moved || Date.now() - session.askedAt < FALLBACK_MS.session) return
    session.askedAt = Date.now()
    const answer = await api.chatSession(asked, signal)
    if (signal.aborted || name() !== asked) return
    take(takeSession(activity.value, answer))
    session = { ...session, calls: totals.calls, status }
  }

  async function poll(signal: AbortSignal): Promise<void> {
    const asked = name()
    try {
      const now = await api.activity(asked, signal)
      if (signal.aborted || name() !== asked) return
      take(takeSnapshot(activity.value, now))
      await pollSession(asked, signal)
    } catch (failure) {
      if (!signal.aborted && !known.value) error.value = messageOf(failure)
      throw failure
    }
  }

  useTopic(() => (running() ? activityTopic(name()) : null), {
    snapshot(snapshot) {
      fallback.subscribed()
      take(takeSnapshot(activity.value, snapshot as ActivitySnapshot))
      told()
    },
    event({ event, data }) {
      if (event === 'agent_activity_update')
        take(takeUpdate(activity.value, data as unknown as ActivityUpdate))
      if (event === 'agent_session_update') {
        take(takeSession(activity.value, data as Partial<LiveChatSession>))
        told()
      }
      if (event === 'agent_startup_update')
        take({ ...activity.value, startup: data as unknown as Startup })
    },
    refused() {
      fallback.refused()
      // Polling begins a little later; a page that shows nothing yet does not wait for it.
      if (!known.value) poll(gone.signal).catch(() => undefined)
    },
  })

  watch(name, () => {
    activity.value = IDLE
    session = { askedAt: 0, calls: -1, status: '' }
    known.value = false
    error.value = null
  })
  watch(running, (now) => {
    if (!now) activity.value = ended(activity.value)
    error.value = null
  })

  async function loadOlder(): Promise<void> {
    if (loadingOlder.value) return
    const asked = name()
    loadingOlder.value = true
    try {
      const all = await api.activity(asked)
      if (name() === asked) take(takeSnapshot(activity.value, all))
    } finally {
      loadingOlder.value = false
    }
  }

  async function clear(): Promise<void> {
    const asked = name()
    await api.clearActivity(asked)
    if (name() === asked) take(takeUpdate(activity.value, { cleared: true }))
  }

  return { activity, known, error, loadingOlder, loadOlder, clear }
}
