import { watch } from 'vue'
import { api } from '@/api/client'
import { onUnauthorized } from '@/api/http'
import { parseUtc } from '@/format/time'
import { live, type LiveSink } from '@/live/client'
import { FallbackPoller, LIST_MS } from '@/live/fallback'
import {
  AGENTS_TOPIC,
  statsTopicAgent,
  type FleetSnapshot,
  type StatsSnapshot,
} from '@/live/frames'
import { useFleet } from '@/stores/fleet'
import { useLiveState } from '@/stores/liveState'
import { useSession } from '@/stores/session'
import { useStats } from '@/stores/stats'

/** How long the first page waits for the socket before it asks once by REST. */
const FIRST_LOAD_MS = 1500
const RENEW_AT_MOST_EVERY_MS = 10_000

const fleetOwner = Symbol('fleet')

/** Opens the live connection while somebody is signed in, and brings its data to the stores. */
export function useLiveSession(onSessionLost: () => void): FallbackPoller {
  const session = useSession()
  const fleet = useFleet()
  const stats = useStats()
  const liveState = useLiveState()

  const poller = new FallbackPoller(undefined, (active) => {
    liveState.polling = active
    // Without the socket nobody has told us our role yet.
    if (active) void learnRole()
  })
  document.addEventListener('visibilitychange', () => poller.visible())

  let renewing = false
  let renewedAt = 0
  let firstLoad: ReturnType<typeof setTimeout> | null = null
  let stopList: () => void = () => undefined

  async function learnRole(): Promise<void> {
    if (liveState.roleKnown) return
    try {
      const me = await api.me()
      session.known(me.username, me.role, null)
      liveState.roleKnown = true
    } catch {
      // asked again with the next outage; until then the person counts as a plain user
    }
  }

  async function renewOrLeave(): Promise<void> {
    // A fresh token that is refused at once is no reason to ask for the next one: the socket tries again by itself.
    if (renewing || Date.now() - renewedAt < RENEW_AT_MOST_EVERY_MS) return
    renewing = true
    const stillIn = await session.renew()
    renewing = false
    renewedAt = Date.now()
    if (!stillIn) onSessionLost()
    else if (session.token !== null) live.renew(session.token)
  }

  const sink: LiveSink = {
    snapshot(topic, snapshot, sampledAt) {
      if (topic === AGENTS_TOPIC) fleet.takeSnapshot(snapshot as FleetSnapshot)
      const name = statsTopicAgent(topic)
      if (name !== null) {
        stats.snapshot(name, snapshot as StatsSnapshot, parseUtc(sampledAt) ?? Date.now())
      }
    },
    resumed: () => undefined,
    event(frame) {
      if (frame.topic === AGENTS_TOPIC) fleet.takeEvent(frame)
      const name = statsTopicAgent(frame.topic)
      if (name !== null && frame.event === 'agent_stats_update') {
        stats.update(name, frame.data, parseUtc(frame.ts) ?? Date.now())
      }
    },
    ended(topic) {
      const name = statsTopicAgent(topic)
      if (name !== null) stats.drop(name)
    },
    refused: () => undefined,
    status(status) {
      if (status === 'ready') poller.socketUp()
      else if (status !== 'off') poller.socketDown()
    },
    authenticated(user, role, expires) {
      session.known(user, role, expires)
      liveState.roleKnown = true
    },
    unauthorized: () => void renewOrLeave(),
  }

  function begin(token: string): void {
    live.setWanted(fleetOwner, [AGENTS_TOPIC])
    stopList = poller.add({
      key: AGENTS_TOPIC,
      intervalMs: LIST_MS,
      load: (signal) => fleet.load(signal),
    })
    live.open(token, sink)
    firstLoad = setTimeout(() => {
      if (!fleet.loaded) fleet.load().catch(() => undefined)
    }, FIRST_LOAD_MS)
  }

  function end(): void {
    if (firstLoad !== null) clearTimeout(firstLoad)
    stopList()
    poller.socketUp()
    live.setWanted(fleetOwner, [])
    live.close()
    liveState.reset()
    fleet.clear()
    stats.clear()
  }

  watch(
    () => session.signedIn,
    (signedIn, before) => {
      if (signedIn && session.token !== null) begin(session.token)
      else if (before === true) end()
    },
    { immediate: true },
  )

  onUnauthorized(onSessionLost)
  return poller
}
