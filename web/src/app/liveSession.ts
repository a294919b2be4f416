import { watch } from 'vue'
import { api } from '@/api/client'
import { onUnauthorized } from '@/api/http'
import { live, type LiveSink, type TopicHold } from '@/live/client'
import { FALLBACK_MS, FallbackPoller } from '@/live/fallback'
import {
  AGENTS_TOPIC,
  USER_TOPIC,
  type FleetSnapshot,
  type Operation,
  type UserSnapshot,
} from '@/live/frames'
import { useAttention } from '@/stores/attention'
import { useChats } from '@/stores/chats'
import { useCopying } from '@/stores/copying'
import { useCredentials } from '@/stores/credentials'
import { useFleet } from '@/stores/fleet'
import { useLiveState } from '@/stores/liveState'
import { useOperations } from '@/stores/operations'
import { useRunControl } from '@/stores/runControl'
import { useRunFigures } from '@/stores/runFigures'
import { useSession } from '@/stores/session'
import { useStats } from '@/stores/stats'
import { useTemplates } from '@/stores/templates'
import { useToasts } from '@/stores/toasts'
import { useWork } from '@/stores/work'

/** How long the first page waits for the socket before it asks once by REST. */
const FIRST_LOAD_MS = 1500
const RENEW_AT_MOST_EVERY_MS = 10_000

/**
 * Opens the live connection while somebody is signed in, and brings its data to the stores. A session that ended only halts it:
 * what the page holds and shows stays, and goes on when the same person has signed in again.
 */
export function useLiveSession(onSessionLost: () => void): FallbackPoller {
  const session = useSession()
  const fleet = useFleet()
  const stats = useStats()
  const liveState = useLiveState()
  const operations = useOperations()
  const chats = useChats()
  const credentials = useCredentials()
  const runControl = useRunControl()
  const runFigures = useRunFigures()
  const attention = useAttention()
  const work = useWork()
  const templates = useTemplates()
  const toasts = useToasts()
  const copying = useCopying()

  const poller = new FallbackPoller(undefined, (active) => {
    liveState.polling = active
    // Without the socket nobody has told us our role yet.
    if (active) void learnRole()
  })
  document.addEventListener('visibilitychange', () => poller.visible())

  let renewing: Promise<boolean> | null = null
  let askedAt = 0
  let renewed = false
  let begun = false
  let firstLoad: ReturnType<typeof setTimeout> | null = null
  let stopList: () => void = () => undefined
  let holds: TopicHold[] = []
  let ready = false

  async function learnRole(): Promise<void> {
    if (liveState.roleKnown) return
    try {
      const me = await api.me()
      session.known(me.username, me.role, null, me.email)
      liveState.roleKnown = true
    } catch {
      // asked again with the next outage; until then the person counts as a plain user
    }
  }

  const askedJustNow = () => Date.now() - askedAt < RENEW_AT_MOST_EVERY_MS

  /** The server does not know us any more. True when the session goes on: by its cookie, or the person signs in again. */
  function recover(): Promise<boolean> {
    if (!session.signedIn || session.leaving) return session.goesOn()
    renewing ??= renewOrAsk().finally(() => {
      renewing = null
    })
    return renewing
  }

  async function renewOrAsk(): Promise<boolean> {
    // A fresh token that is refused at once is no reason to ask for the next one.
    const answer = renewed && askedJustNow() ? 'over' : await session.renew()
    askedAt = Date.now()
    renewed = answer === 'renewed'
    if (answer === 'unknown') return false
    if (answer === 'over' && session.signedIn && !session.leaving) onSessionLost()
    if (answer === 'renewed' && session.token !== null) live.renew(session.token)
    return session.goesOn()
  }

  const sink: LiveSink = {
    status(status) {
      // Up to this moment everything was told.
      if (ready) fleet.upToDate()
      ready = status === 'ready'
      if (ready) poller.socketUp()
      else if (status !== 'off') poller.socketDown()
    },
    authenticated(user, role, expires) {
      session.known(user, role, expires)
      liveState.roleKnown = true
    },
    unauthorized() {
      // The socket tries again by itself, at its own pace.
      if (!askedJustNow()) void recover()
    },
  }

  function knowUser(user: UserSnapshot): void {
    session.known(user.username, user.role, user.expires_at, user.email)
    liveState.roleKnown = true
  }

  /** What every page needs: the agents with their states, and the person. */
  function holdTopics(): TopicHold[] {
    return [
      live.hold(AGENTS_TOPIC, {
        snapshot: (snapshot) => fleet.takeSnapshot(snapshot as FleetSnapshot),
        event: (frame) => fleet.takeEvent(frame),
        resumed: () => fleet.upToDate(),
      }),
      live.hold(USER_TOPIC, {
        snapshot(snapshot) {
          const user = snapshot as UserSnapshot
          knowUser(user)
          operations.takeSnapshot(user.operations ?? [])
        },
        event(frame) {
          if (frame.event === 'session_update') knowUser(frame.data as unknown as UserSnapshot)
          if (frame.event === 'operation_update')
            operations.take(frame.data as unknown as Operation)
        },
      }),
    ]
  }

  function begin(): void {
    begun = true
    chats.forgetDrafts(session.subject)
    holds = holdTopics()
    stopList = poller.add({
      key: AGENTS_TOPIC,
      intervalMs: FALLBACK_MS.agents,
      load: (signal) => fleet.load(signal),
    })
  }

  function connect(token: string): void {
    askedAt = 0
    renewed = false
    live.open(token, sink)
    firstLoad = setTimeout(() => {
      if (!fleet.loaded) fleet.load().catch(() => undefined)
    }, FIRST_LOAD_MS)
  }

  function halt(): void {
    if (firstLoad !== null) clearTimeout(firstLoad)
    poller.socketUp()
    live.close()
    ready = false
  }

  function end(): void {
    begun = false
    stopList()
    for (const hold of holds) hold.release()
    halt()
    liveState.reset()
    fleet.clear()
    stats.clear()
    operations.clear()
    chats.clear()
    credentials.clear()
    runControl.clear()
    runFigures.clear()
    attention.clear()
    work.clear()
    templates.clear()
    toasts.clear()
    copying.close()
    chats.forgetDrafts()
  }

  watch(
    () => session.state,
    (state) => {
      if (state === 'signed-in' && session.token !== null) {
        if (!begun) begin()
        connect(session.token)
      } else if (state === 'ended') halt()
      else if (begun) end()
    },
    { immediate: true },
  )

  onUnauthorized(recover)
  return poller
}
