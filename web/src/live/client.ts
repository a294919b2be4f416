import { readonly, ref, watch, onScopeDispose } from 'vue'
import type { EventFrame, TopicOptions } from './frames'
import { LiveProtocol, type LiveEffect, type LiveStatus } from './protocol'

/** What the connection as a whole tells. */
export interface LiveSink {
  status(status: LiveStatus): void
  authenticated(user: string, role: string, expiresAt: string | null): void
  unauthorized(): void
}

/** What one topic tells whoever asked for it. */
export interface TopicListener {
  /** A whole new state: the first one, after a `resync`, or after other options. */
  snapshot(snapshot: unknown, sampledAt: string | null): void
  event(frame: EventFrame): void
  /** The connection is back, and what was missed follows as events. */
  resumed?(): void
  /** The subscription ended by the server's will: no access any more, or the agent is gone. */
  ended?(reason: string): void
  /** It was not given. Unknown agents and limits are tried again by themselves. */
  refused?(status: number, detail: string): void
}

/** A subscription that somebody holds. Letting go of it twice is fine. */
export interface TopicHold {
  setOptions(options: TopicOptions | undefined): void
  release(): void
}

interface Held {
  listener: TopicListener
  options: TopicOptions | undefined
}

export type SocketLike = Pick<WebSocket, 'send' | 'close'> & {
  onopen: ((event: Event) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
}

const status = ref<LiveStatus>('off')
const retryAt = ref<number | null>(null)

/** Pages come and go together with their topics; one round of frames per this time is plenty. */
const SETTLE_MS = 50

/** The one event socket of this tab: carries out what the protocol core asks for. */
class LiveClient {
  readonly #protocol = new LiveProtocol()
  readonly #held = new Map<string, Set<Held>>()
  #socket: SocketLike | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #settle: ReturnType<typeof setTimeout> | null = null
  #sink: LiveSink | null = null
  #listening = false

  readonly #nudge = () => this.#run(this.#protocol.nudge(Date.now()))
  readonly #look = () => this.#run(this.#protocol.hidden(document.hidden, Date.now()))

  open(token: string, sink: LiveSink): void {
    this.#sink = sink
    if (!this.#listening) {
      this.#listening = true
      window.addEventListener('online', this.#nudge)
      document.addEventListener('visibilitychange', this.#look)
      this.#look()
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
    document.removeEventListener('visibilitychange', this.#look)
    this.#listening = false
    this.#run(this.#protocol.stop())
    this.#sink = null
  }

  /** Holds a topic until the answer's `release`. Whoever comes later gets a whole snapshot, too. */
  hold(topic: string, listener: TopicListener, options?: TopicOptions): TopicHold {
    const held: Held = { listener, options }
    const others = this.#held.get(topic)
    if (others === undefined) this.#held.set(topic, new Set([held]))
    else others.add(held)
    this.#settleSoon()
    // Somebody has this topic, or let go of it only now: its snapshot went by.
    this.#run(this.#protocol.refresh(topic, Date.now()))
    return {
      setOptions: (next) => {
        held.options = next
        this.#settleSoon()
      },
      release: () => {
        const all = this.#held.get(topic)
        if (all?.delete(held) !== true) return
        if (all.size === 0) this.#held.delete(topic)
        this.#settleSoon()
      },
    }
  }

  #settleSoon(): void {
    if (this.#settle !== null) return
    this.#settle = setTimeout(() => {
      this.#settle = null
      this.#applyWanted()
    }, SETTLE_MS)
  }

  #applyWanted(): void {
    const wanted = new Map<string, TopicOptions | undefined>()
    for (const [topic, all] of this.#held) {
      // The newest wish counts when two parts of the page want one topic.
      wanted.set(topic, [...all].findLast((held) => held.options !== undefined)?.options)
    }
    this.#run(this.#protocol.want(wanted, Date.now()))
  }

  #tell(topic: string, say: (listener: TopicListener) => void): void {
    for (const held of [...(this.#held.get(topic) ?? [])]) say(held.listener)
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
        this.#tell(effect.topic, (one) => one.snapshot(effect.snapshot, effect.sampledAt))
        break
      case 'resumed':
        this.#tell(effect.topic, (one) => one.resumed?.())
        break
      case 'event':
        this.#tell(effect.frame.topic, (one) => one.event(effect.frame))
        break
      case 'ended':
        this.#tell(effect.topic, (one) => one.ended?.(effect.reason))
        break
      case 'refused':
        this.#tell(effect.topic, (one) => one.refused?.(effect.status, effect.detail))
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

/** Holds a topic while the calling component lives and the name is not null. */
export function useTopic(
  topic: () => string | null,
  listener: TopicListener,
  options?: () => TopicOptions | undefined,
): void {
  let hold: TopicHold | null = null
  watch(
    topic,
    (name) => {
      hold?.release()
      hold = name === null ? null : live.hold(name, listener, options?.())
    },
    { immediate: true },
  )
  if (options !== undefined) watch(options, (next) => hold?.setOptions(next))
  onScopeDispose(() => hold?.release())
}
