import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { ApiError, messageOf } from '@/api/errors'
import type { ChatMessage, ChatSession } from '@/api/types'
import { wasStopped } from '@/features/runs/outcome'
import type { Step } from '@/features/runs/transcript'
import { useRun, type LiveRun } from '@/features/runs/useRun'
import type { LiveRuns } from '@/features/runs/useRuns'
import { uniqueKey } from '@/lib/uniqueKey'
import { useChats, type Turn } from '@/stores/chats'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { findTurn, isStored, progressOf, withEarlier, withNewest, type Progress } from './chatModel'

const PAGE = 60
/** Answers that were read as they came keep the look they had; this many of them. */
const MOST_WATCHED = 30

export interface Chat {
  session: ComputedRef<ChatSession | null>
  messages: ComputedRef<readonly ChatMessage[]>
  hasOlder: ComputedRef<boolean>
  loaded: Readonly<Ref<boolean>>
  error: Readonly<Ref<string | null>>
  loadingOlder: Readonly<Ref<boolean>>
  turn: ComputedRef<Turn | null>
  /** The turn is on its way or at work. */
  busy: ComputedRef<boolean>
  progress: ComputedRef<Progress | null>
  /** The stored conversation does not have the message of the turn yet. */
  pending: ComputedRef<boolean>
  run: LiveRun
  /** The steps of answers that were read as they came, by message. */
  watched: ReadonlyMap<string, readonly Step[]>
  /** Counts the answers that have arrived here, for those who cannot see them. */
  arrived: Readonly<Ref<number>>
  load(): Promise<void>
  loadOlder(): Promise<void>
  /** True when the words are on their way and stand in the conversation; until then whoever typed them keeps them. */
  send(words: string): boolean
  retry(): void
  dropTurn(): void
  stop(): Promise<void>
  /** The agent forgets, and the open session is closed. Throws on failure. */
  begin(agentRuns: boolean): Promise<void>
}

/** This person's open conversation with an agent. */
export function useChat(name: () => string, runs: LiveRuns): Chat {
  const chats = useChats()
  const account = useSession()
  const toasts = useToasts()
  const loaded = ref(chats.kept.has(name()))
  const error = ref<string | null>(null)
  const loadingOlder = ref(false)
  const arrived = ref(0)
  const watched = shallowRef<ReadonlyMap<string, readonly Step[]>>(new Map())
  const gone = new AbortController()
  let asking: AbortController | null = null
  let settled: string | null = null
  onScopeDispose(() => {
    gone.abort()
    asking?.abort()
  })

  const kept = computed(() => chats.kept.get(name()))
  const messages = computed(() => kept.value?.messages ?? [])
  const turn = computed(() => chats.turns.get(name()) ?? null)
  const busy = computed(() => turn.value?.state === 'sending' || turn.value?.state === 'going')
  const run = useRun(name, () => turn.value?.id ?? null)

  const person = () => account.person ?? { username: '', email: null }
  const isMine = (one: ChatSession) =>
    one.user_email === person().email || one.user_email === person().username

  // ---------------------------------------------------------------- what was said

  async function load(): Promise<void> {
    const agent = name()
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    try {
      const open = (await api.chatSessions(agent, 'active', mine.signal)).find(isMine) ?? null
      const page =
        open === null ? null : await api.chatMessages(agent, open.id, PAGE, null, mine.signal)
      if (asking !== mine) return
      const before = chats.kept.get(agent)
      const known = before?.session?.id === open?.id ? (before?.messages ?? []) : []
      const all = page === null ? [] : withNewest(known, page.messages)
      chats.kept.set(agent, {
        session: page?.session ?? open,
        messages: all,
        hasOlder: all.length < (page?.session.message_count ?? 0),
      })
      loaded.value = true
      error.value = null
    } catch (failure) {
      if (asking !== mine || mine.signal.aborted) return
      error.value = messageOf(failure)
      throw failure
    }
  }

  async function loadOlder(): Promise<void> {
    const agent = name()
    const now = kept.value
    const first = now?.messages[0]
    if (loadingOlder.value || now?.session === null || now === undefined || first === undefined)
      return
    loadingOlder.value = true
    try {
      const page = await api.chatMessages(agent, now.session.id, PAGE, first.id, gone.signal)
      const latest = chats.kept.get(agent)
      if (latest === undefined || latest.session?.id !== now.session.id) return
      chats.kept.set(agent, {
        ...latest,
        messages: withEarlier(latest.messages, page.messages),
        hasOlder: page.messages.length >= PAGE,
      })
    } catch (failure) {
      if (!gone.signal.aborted) toasts.show('error', text.chat.olderFailed, messageOf(failure))
    } finally {
      loadingOlder.value = false
    }
  }

  // ---------------------------------------------------------------- a turn

  function send(words: string): boolean {
    if (busy.value) return false
    const last = messages.value[messages.value.length - 1]
    try {
      void post({
        key: uniqueKey(),
        text: words,
        sentAt: Date.now(),
        state: 'sending',
        id: null,
        after: last?.id ?? null,
        stopping: false,
        reason: null,
      })
      return true
    } catch (failure) {
      toasts.show('error', text.chat.notSent(messageOf(failure)))
      return false
    }
  }

  async function post(next: Turn): Promise<void> {
    const agent = name()
    const { key } = next
    chats.turns.set(agent, next)
    try {
      const { execution } = await api.chat(agent, next.text, key)
      chats.change(agent, key, { state: 'going', id: execution.task_execution_id })
      if (chats.turns.get(agent)?.stopping === true) await terminate(agent, key)
    } catch (failure) {
      // Without an answer nobody knows whether it has arrived; the key keeps it from being sent twice.
      const status = failure instanceof ApiError ? failure.status : 0
      const unsure = status === 0 || status === 502 || status === 504
      chats.change(agent, key, {
        state: unsure ? 'unsure' : 'refused',
        stopping: false,
        reason: messageOf(failure),
      })
    }
  }

  function retry(): void {
    const now = turn.value
    if (now === null || busy.value) return
    if (now.state === 'unsure') void post({ ...now, state: 'sending', reason: null })
    else send(now.text)
  }

  function dropTurn(): void {
    if (!busy.value) chats.turns.delete(name())
  }

  async function terminate(agent: string, key: string): Promise<void> {
    const id = chats.turns.get(agent)?.id
    if (id === null || id === undefined) return
    try {
      await api.terminate(agent, id)
    } catch (failure) {
      // It had ended by itself.
      if (failure instanceof ApiError && failure.status === 404) return
      chats.change(agent, key, { stopping: false })
      toasts.show('error', text.chat.stopFailed, messageOf(failure))
    }
  }

  /** Shown at once; before the server has told the turn's id the wish is kept. */
  async function stop(): Promise<void> {
    const now = turn.value
    if (now === null || !busy.value || now.stopping) return
    chats.change(name(), now.key, { stopping: true })
    await terminate(name(), now.key)
  }

  /** The run has ended: its answer is in the stored conversation, or there is none. */
  async function settle(): Promise<void> {
    const agent = name()
    const now = turn.value
    const row = run.row.value
    if (now?.state !== 'going' || row === null || row.id !== now.id) return
    const steps = run.steps.value
    settled = row.id
    await load().catch(() => undefined)
    if (name() !== agent || chats.turns.get(agent)?.key !== now.key) return
    if (row.status === 'success') {
      const answer = messages.value[messages.value.length - 1]
      if (answer?.role === 'assistant' && steps.length > 0) keep(answer.id, steps)
      chats.turns.delete(agent)
      arrived.value += 1
      return
    }
    const stopped = now.stopping || wasStopped(row.error)
    chats.change(agent, now.key, {
      state: 'ended',
      stopping: false,
      reason: stopped ? null : (row.error ?? text.chat.failed),
    })
  }

  function keep(message: string, steps: readonly Step[]): void {
    const all = [...watched.value, [message, steps] as const]
    watched.value = new Map(all.slice(-MOST_WATCHED))
  }

  watch([() => run.row.value?.id, () => run.row.value?.status] as const, ([, status]) => {
    if (status === 'success' || status === 'failed') void settle()
  })

  // A page that was loaded anew finds its own turn again.
  watch(
    [runs.known, runs.runs, loaded] as const,
    ([known, now, here]) => {
      if (!known || !here || turn.value !== null) return
      const found = findTurn(now, messages.value, person())
      // The queue tells a little later than the run itself that it is over.
      if (found === null || found.id === settled) return
      chats.turns.set(name(), {
        key: found.id,
        text: found.text,
        sentAt: found.sentAt,
        state: 'going',
        id: found.id,
        after: null,
        stopping: false,
        reason: null,
      })
    },
    { immediate: true },
  )

  async function begin(agentRuns: boolean): Promise<void> {
    const agent = name()
    const open = kept.value?.session
    if (agentRuns) await api.resetChat(agent)
    if (open) await api.closeChatSession(agent, open.id)
    chats.turns.delete(agent)
    chats.kept.set(agent, { session: null, messages: [], hasOlder: false })
    await load().catch(() => undefined)
  }

  watch(
    name,
    () => {
      loaded.value = chats.kept.has(name())
      error.value = null
      void load().catch(() => undefined)
    },
    { immediate: true },
  )

  return {
    session: computed(() => kept.value?.session ?? null),
    messages,
    hasOlder: computed(() => kept.value?.hasOlder ?? false),
    loaded,
    error,
    loadingOlder,
    turn,
    busy,
    progress: computed(() =>
      turn.value !== null && busy.value ? progressOf(turn.value, runs.runs.value) : null,
    ),
    pending: computed(() => turn.value !== null && !isStored(turn.value, messages.value)),
    run,
    get watched() {
      return watched.value
    },
    arrived,
    load,
    loadOlder,
    send,
    retry,
    dropTurn,
    stop,
    begin,
  }
}
