import { readonly, ref, shallowRef, watch, onScopeDispose } from 'vue'
import type { EventFrame } from './frames'
import { LiveProtocol, type LiveEffect, type LiveStatus } from './protocol'

/** What the stores do with live data. */
export interface LiveSink {
  snapshot(topic: string, snapshot: unknown, sampledAt: string | null): void
  resumed(topic: string): void
  event(frame: EventFrame): void
  ended(topic: string, reason: string): void
  refused(topic: string, status: number, detail: string): void
  status(status: LiveStatus): void
  authenticated(user: string, role: string, expiresAt: string | null): void
  unauthorized(): void
}

export type SocketLike = Pick<WebSocket, 'send' | 'close'> & {
  onopen: ((event: Event) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
}

const status = ref<LiveStatus>('off')
const retryAt = ref<number | null>(null)

/** Subscriptions change while rows scroll by; one round of frames per this time is plenty. */
const SETTLE_MS = 120

/** The one event socket of this tab: carries out what the protocol core asks for. */
class LiveClient {
  readonly #protocol = new LiveProtocol()
  readonly #owners = new Map<symbol, readonly string[]>()
  #socket: SocketLike | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #settle: ReturnType<typeof setTimeout> | null = null
  #sink: LiveSink | null = null
  #listening = false

  readonly #nudge = () => {
    if (!document.hidden) this.#run(this.#protocol.nudge(Date.now()))
  }

  open(token: string, sink: LiveSink): void {
    this.#sink = sink
    if (!this.#listening) {
      this.#listening = true
      window.addEventListener('online', this.#nudge)
      document.addEventListener('visibilitychange', this.#nudge)
    }
    this.#run(this.#protocol.start(token, Date.now()))
    this.#applyWanted()
  }

  renew(token: string): void {
    this.#run(this.#protocol.renew(token, Date.now()))
  }

  retryNow(): void {
    this.#run(this.#protocol.nudge(Date.now()))
  }

  close(): void {
    window.removeEventListener('online', this.#nudge)
    document.removeEventListener('visibilitychange', this.#nudge)
    this.#listening = false
    this.#run(this.#protocol.stop())
    this.#sink = null
  }

  /** Sets what one part of the page wants to see; an empty list takes it back. */
  setWanted(owner: symbol, topics: readonly string[]): void {
    if (topics.length === 0) this.#owners.delete(owner)
    else this.#owners.set(owner, topics)
    if (this.#settle !== null) return
    this.#settle = setTimeout(() => {
      this.#settle = null
      this.#applyWanted()
    }, SETTLE_MS)
  }

  #applyWanted(): void {
    const all = new Set<string>()
    for (const topics of this.#owners.values()) for (const topic of topics) all.add(topic)
    this.#run(this.#protocol.want(all, Date.now()))
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket: SocketLike = new WebSocket(`${scheme}://${location.host}/ws`)
    this.#socket = socket
    socket.onopen = () => {
      if (this.#socket === socket) this.#run(this.#protocol.opened(Date.now()))
    }
    socket.onmessage = (event) => {
      if (this.#socket === socket && typeof event.data === 'string') {
        this.#run(this.#protocol.received(event.data, Date.now()))
      }
    }
    socket.onclose = () => {
      if (this.#socket !== socket) return
      this.#socket = null
      this.#run(this.#protocol.closed(Date.now()))
    }
  }

  #disconnect(): void {
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    socket.onopen = socket.onclose = socket.onmessage = null
    socket.close()
  }

  #run(effects: LiveEffect[]): void {
    for (const effect of effects) this.#carryOut(effect)
    retryAt.value = this.#protocol.retryAt
    this.#plan()
  }

  #carryOut(effect: LiveEffect): void {
    switch (effect.kind) {
      case 'connect':
        this.#disconnect()
        this.#connect()
        break
      case 'disconnect':
        this.#disconnect()
        break
      case 'send':
        this.#socket?.send(JSON.stringify(effect.frame))
        break
      case 'status':
        status.value = effect.status
        this.#sink?.status(effect.status)
        break
      case 'authenticated':
        this.#sink?.authenticated(effect.user, effect.role, effect.expiresAt)
        break
      case 'snapshot':
        this.#sink?.snapshot(effect.topic, effect.snapshot, effect.sampledAt)
        break
      case 'resumed':
        this.#sink?.resumed(effect.topic)
        break
      case 'event':
        this.#sink?.event(effect.frame)
        break
      case 'ended':
        this.#sink?.ended(effect.topic, effect.reason)
        break
      case 'refused':
        this.#sink?.refused(effect.topic, effect.status, effect.detail)
        break
      case 'unauthorized':
        this.#sink?.unauthorized()
        break
    }
  }

  /** One timer, always set to the next moment at which the protocol has something to do. */
  #plan(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const at = this.#protocol.nextWake()
    if (at === null) return
    this.#timer = setTimeout(
      () => {
        this.#timer = null
        this.#run(this.#protocol.tick(Date.now()))
      },
      Math.max(20, at - Date.now()),
    )
  }
}

export const live = new LiveClient()

export const liveStatus = readonly(status)
export const liveRetryAt = readonly(retryAt)

/** Keeps topics subscribed while the calling component lives and the list says so. */
export function useTopics(topics: () => readonly string[]): void {
  const owner = Symbol('topics')
  const last = shallowRef('')
  watch(
    topics,
    (next) => {
      const key = next.join('\n')
      if (key === last.value) return
      last.value = key
      live.setWanted(owner, next)
    },
    { immediate: true },
  )
  onScopeDispose(() => live.setWanted(owner, []))
}
