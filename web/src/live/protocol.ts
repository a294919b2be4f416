import type { ClientFrame, EventFrame, TopicOptions } from './frames'
import { newTopic, refuse, setOptions, type Topic } from './topic'

/**
 * The client side of the live protocol as a state machine without sockets, timers or DOM.
 *
 * Every input returns the effects the host has to carry out. Time comes in as milliseconds of any steady clock;
 * `nextWake()` says when `tick()` wants to be called next.
 */
export type LiveEffect =
  | { kind: 'connect' }
  | { kind: 'disconnect'; why: string }
  | { kind: 'send'; frame: ClientFrame }
  | { kind: 'status'; status: LiveStatus }
  | { kind: 'authenticated'; user: string; role: string; expiresAt: string | null }
  | { kind: 'snapshot'; topic: string; snapshot: unknown; sampledAt: string | null }
  | { kind: 'resumed'; topic: string }
  | { kind: 'event'; frame: EventFrame }
  | { kind: 'refused'; topic: string; status: number; detail: string }
  | { kind: 'ended'; topic: string; reason: string }
  /** The server no longer knows who we are: the host renews the token or ends the session. */
  | { kind: 'unauthorized' }

export type LiveStatus = 'off' | 'connecting' | 'ready' | 'waiting'

const BACKOFF_S = [1, 2, 4, 8, 16, 30] as const
const AUTH_LIMIT_MS = 10_000
const SILENCE_LIMIT_MS = 60_000
const PING_AFTER_MS = 25_000
const TOPICS_PER_FRAME = 32
/** The server allows 64. */
const MAX_TOPICS = 64
/** The server allows 10 frames per second; two are kept for auth and ping. */
const FRAMES_PER_SECOND = 8

export class LiveProtocol {
  #status: LiveStatus = 'off'
  #token = ''
  #socketOpen = false
  #connectedAt = 0
  #lastHeard = 0
  #lastPing = 0
  #answersPings = false
  /** The session ended on this socket, and no other has begun on it. */
  #expired = false
  #attempts = 0
  #retryAt: number | null = null
  #pingId = 0
  #sent: number[] = []
  #hidden = false
  /** Whether the tab is hidden as the server knows it. A new socket counts as visible. */
  #hiddenSaid = false
  readonly #topics = new Map<string, Topic>()
  #leaving: string[] = []

  constructor(private readonly random: () => number = Math.random) {}

  get status(): LiveStatus {
    return this.#status
  }

  /** When the next connection attempt is due; null unless waiting. */
  get retryAt(): number | null {
    return this.#retryAt
  }

  start(token: string, now: number): LiveEffect[] {
    this.#token = token
    this.#attempts = 0
    return this.#connect(now)
  }

  stop(): LiveEffect[] {
    this.#topics.clear()
    this.#leaving = []
    this.#retryAt = null
    this.#socketOpen = false
    const effects: LiveEffect[] = [{ kind: 'disconnect', why: 'signed out' }]
    return effects.concat(this.#setStatus('off'))
  }

  /** A renewed token: subscriptions stay, the server answers `authenticated` again. */
  renew(token: string, now: number): LiveEffect[] {
    this.#token = token
    for (const topic of this.#topics.values()) if (topic.state === 'refused') topic.state = 'none'
    if (!this.#socketOpen) return this.#status === 'waiting' ? this.#connect(now) : []
    this.#connectedAt = now
    return [this.#send({ type: 'auth', token }, now)]
  }

  opened(now: number): LiveEffect[] {
    this.#socketOpen = true
    this.#connectedAt = now
    this.#lastHeard = now
    this.#lastPing = now
    this.#answersPings = false
    this.#hiddenSaid = false
    this.#expired = false
    this.#sent = []
    return [this.#send({ type: 'auth', token: this.#token }, now)]
  }

  closed(now: number): LiveEffect[] {
    this.#socketOpen = false
    if (this.#status === 'off') return []
    for (const topic of this.#topics.values()) {
      topic.state = 'none'
      topic.held = false
      topic.resyncing = false
      topic.optionsOpen = false
      topic.retryAt = null
      topic.refusals = 0
    }
    this.#leaving = []
    const base = BACKOFF_S[Math.min(this.#attempts, BACKOFF_S.length - 1)] ?? 30
    this.#attempts += 1
    this.#retryAt = now + base * 1000 * (0.8 + 0.4 * this.random())
    return this.#setStatus('waiting')
  }

  /** The network or the tab came back: no reason to wait any longer. */
  nudge(now: number): LiveEffect[] {
    if (this.#status !== 'waiting') return []
    return this.#connect(now)
  }

  /** Whether somebody can see the page: in hidden tabs the server lets the costly topics rest. */
  hidden(hidden: boolean, now: number): LiveEffect[] {
    this.#hidden = hidden
    return hidden ? this.#flush(now) : [...this.nudge(now), ...this.#flush(now)]
  }

  /** Replaces what is wanted, each with its options; beyond the server's limit the last ones wait. */
  want(wanted: ReadonlyMap<string, TopicOptions | undefined>, now: number): LiveEffect[] {
    const within = new Map([...wanted].slice(0, MAX_TOPICS))
    for (const [name, topic] of this.#topics) {
      if (within.has(name)) continue
      if (topic.held) this.#leaving.push(name)
      this.#topics.delete(name)
    }
    for (const [name, options] of within) {
      const topic = this.#topics.get(name)
      if (topic === undefined) this.#topics.set(name, newTopic(options))
      else setOptions(topic, options)
    }
    return this.#flush(now)
  }

  /** Asks for a whole snapshot, for somebody who came later to a topic that is subscribed already. */
  refresh(name: string, now: number): LiveEffect[] {
    const topic = this.#topics.get(name)
    if (topic?.state !== 'on') return []
    topic.state = 'none'
    topic.seq = null
    topic.resyncing = true
    return this.#flush(now)
  }

  received(data: string, now: number): LiveEffect[] {
    this.#lastHeard = now
    let frame: Record<string, unknown>
    try {
      const parsed: unknown = JSON.parse(data)
      if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return []
      frame = parsed as Record<string, unknown>
    } catch {
      return []
    }
    if (typeof frame.type === 'string') return this.#control(frame.type, frame, now)
    return this.#event(frame, now)
  }

  tick(now: number): LiveEffect[] {
    if (this.#status === 'waiting') {
      return this.#retryAt !== null && now >= this.#retryAt ? this.#connect(now) : []
    }
    if (!this.#socketOpen) return []

    if (this.#status === 'connecting' && now - this.#connectedAt >= AUTH_LIMIT_MS) {
      // A bad token gets no answer at all: the socket just stays anonymous.
      return [{ kind: 'unauthorized' }, ...this.#drop('no answer to sign-in', now)]
    }
    if (this.#answersPings && now - this.#lastHeard >= SILENCE_LIMIT_MS) {
      return this.#drop('silent', now)
    }
    const effects: LiveEffect[] = []
    if (now - Math.max(this.#lastHeard, this.#lastPing) >= PING_AFTER_MS) {
      this.#lastPing = now
      this.#pingId += 1
      effects.push(this.#send({ type: 'ping', id: this.#pingId }, now))
    }
    return effects.concat(this.#flush(now))
  }

  nextWake(): number | null {
    if (this.#status === 'waiting') return this.#retryAt
    if (!this.#socketOpen) return null
    const times = [Math.max(this.#lastHeard, this.#lastPing) + PING_AFTER_MS]
    if (this.#answersPings) times.push(this.#lastHeard + SILENCE_LIMIT_MS)
    if (this.#status === 'connecting') times.push(this.#connectedAt + AUTH_LIMIT_MS)
    for (const topic of this.#topics.values()) if (topic.retryAt !== null) times.push(topic.retryAt)
    const oldest = this.#sent[0]
    if (this.#status === 'ready' && this.#hasWork() && oldest !== undefined)
      times.push(oldest + 1000)
    return Math.min(...times)
  }

  // ---------------------------------------------------------------- connection

  #connect(now: number): LiveEffect[] {
    this.#retryAt = null
    this.#connectedAt = now
    return [...this.#setStatus('connecting'), { kind: 'connect' }]
  }

  #drop(why: string, now: number): LiveEffect[] {
    return [{ kind: 'disconnect', why }, ...this.closed(now)]
  }

  #setStatus(status: LiveStatus): LiveEffect[] {
    if (this.#status === status) return []
    this.#status = status
    return [{ kind: 'status', status }]
  }

  #send(frame: ClientFrame, now: number): LiveEffect {
    this.#sent.push(now)
    return { kind: 'send', frame }
  }

  #room(now: number): boolean {
    this.#sent = this.#sent.filter((at) => now - at < 1000)
    return this.#sent.length < FRAMES_PER_SECOND
  }

  // ---------------------------------------------------------------- subscriptions

  #hasWork(): boolean {
    if (this.#leaving.length > 0 || this.#hidden !== this.#hiddenSaid) return true
    for (const topic of this.#topics.values()) {
      if (topic.state === 'none' || topic.optionsOpen) return true
    }
    return false
  }

  /** Sends what the difference between wanted and subscribed topics asks for, within the frame budget. */
  #flush(now: number): LiveEffect[] {
    if (this.#status !== 'ready') return []
    for (const topic of this.#topics.values()) {
      if (topic.retryAt !== null && now >= topic.retryAt) {
        topic.retryAt = null
        topic.state = 'none'
      }
    }
    const effects: LiveEffect[] = []
    if (this.#hidden !== this.#hiddenSaid && this.#room(now)) {
      this.#hiddenSaid = this.#hidden
      effects.push(this.#send({ type: 'visibility', hidden: this.#hidden }, now))
    }
    // Leaving first: it makes room under the server's limit of topics.
    while (this.#leaving.length > 0 && this.#room(now)) {
      const topics = this.#leaving.splice(0, TOPICS_PER_FRAME)
      effects.push(this.#send({ type: 'unsubscribe', topics }, now))
    }
    const open = [...this.#topics].filter(([, topic]) => topic.state === 'none')
    while (open.length > 0 && this.#room(now)) {
      effects.push(this.#subscribe(open.splice(0, TOPICS_PER_FRAME), now))
    }
    for (const [name, topic] of this.#topics) {
      if (!topic.optionsOpen || !this.#room(now)) continue
      topic.optionsOpen = false
      effects.push(this.#send({ type: 'options', topic: name, options: topic.options ?? {} }, now))
    }
    return effects
  }

  #subscribe(entries: [string, Topic][], now: number): LiveEffect {
    const since: Record<string, number> = {}
    const options: Record<string, TopicOptions> = {}
    for (const [name, topic] of entries) {
      topic.state = 'asked'
      topic.held = true
      topic.optionsOpen = false
      if (topic.seq !== null) since[name] = topic.seq
      if (topic.options !== undefined) options[name] = topic.options
    }
    return this.#send(
      {
        type: 'subscribe',
        topics: entries.map(([name]) => name),
        ...(Object.keys(since).length > 0 ? { since } : {}),
        ...(Object.keys(options).length > 0 ? { options } : {}),
      },
      now,
    )
  }

  // ---------------------------------------------------------------- server frames

  #control(type: string, frame: Record<string, unknown>, now: number): LiveEffect[] {
    switch (type) {
      case 'authenticated':
        return this.#onAuthenticated(frame, now)
      case 'subscribed':
      case 'resync':
        return this.#onSnapshot(frame)
      case 'subscribe_error':
        return this.#onRefused(frame, now)
      case 'unsubscribed':
        return this.#onEnded(frame, now)
      case 'pong':
        this.#answersPings = true
        return []
      case 'session_expired':
        this.#expired = true
        for (const topic of this.#topics.values()) refuse(topic)
        return [{ kind: 'unauthorized' }]
      case 'auth_error':
        // Nothing is subscribed any more: a new connection tries again, at its own pace.
        if (this.#expired) return [{ kind: 'unauthorized' }, ...this.#drop('not renewed', now)]
        return [{ kind: 'unauthorized' }]
      default:
        return []
    }
  }

  #onAuthenticated(frame: Record<string, unknown>, now: number): LiveEffect[] {
    this.#attempts = 0
    this.#expired = false
    return [
      {
        kind: 'authenticated',
        user: String(frame.user ?? ''),
        role: String(frame.role ?? 'user'),
        expiresAt: typeof frame.expires_at === 'string' ? frame.expires_at : null,
      },
      ...this.#setStatus('ready'),
      ...this.#flush(now),
    ]
  }

  #onSnapshot(frame: Record<string, unknown>): LiveEffect[] {
    const name = String(frame.topic)
    const topic = this.#topics.get(name)
    if (topic === undefined) return []
    topic.state = 'on'
    topic.refusals = 0
    const snapshot = frame.snapshot ?? null
    if (snapshot === null) {
      // What was missed follows as ordinary events, counted on from our own number.
      topic.seq ??= typeof frame.seq === 'number' ? frame.seq : null
      topic.resyncing = false
      return [{ kind: 'resumed', topic: name }]
    }
    topic.resyncing = false
    topic.seq = typeof frame.seq === 'number' ? frame.seq : null
    const sampledAt = typeof frame.sampled_at === 'string' ? frame.sampled_at : null
    return [{ kind: 'snapshot', topic: name, snapshot, sampledAt }]
  }

  #onRefused(frame: Record<string, unknown>, now: number): LiveEffect[] {
    const name = String(frame.topic)
    const status = typeof frame.status === 'number' ? frame.status : 0
    const topic = this.#topics.get(name)
    if (topic !== undefined) {
      refuse(topic)
      topic.resyncing = false
      // An agent that was just made or is just starting is known a moment later; too many is a matter of time.
      if (status === 404 || status === 409 || status === 429) {
        topic.retryAt = now + Math.min(60_000, 5000 * 2 ** topic.refusals)
        topic.refusals += 1
      }
    }
    if (status === 401) return [{ kind: 'unauthorized' }]
    const detail = typeof frame.detail === 'string' ? frame.detail : ''
    return topic === undefined ? [] : [{ kind: 'refused', topic: name, status, detail }]
  }

  #onEnded(frame: Record<string, unknown>, now: number): LiveEffect[] {
    const name = String(frame.topic)
    const reason = String(frame.reason ?? '')
    const topic = this.#topics.get(name)
    if (topic === undefined || reason === 'client') return []
    topic.held = false
    if (reason === 'session_expired') {
      topic.state = 'refused'
      return [{ kind: 'unauthorized' }]
    }
    if (reason === 'slow_consumer') {
      topic.state = 'none'
      return this.#flush(now)
    }
    topic.state = 'refused'
    topic.seq = null
    return [{ kind: 'ended', topic: name, reason }]
  }

  #event(frame: Record<string, unknown>, now: number): LiveEffect[] {
    const { event, topic: name, seq } = frame
    // Broadcasts for older clients have no topic.
    if (typeof event !== 'string' || typeof name !== 'string' || typeof seq !== 'number') return []
    const topic = this.#topics.get(name)
    if (topic === undefined || topic.seq === null || topic.resyncing) return []
    if (seq <= topic.seq) return []
    if (seq > topic.seq + 1) {
      if (topic.gapAt === topic.seq) topic.seq = null
      topic.gapAt = topic.seq
      topic.resyncing = true
      topic.state = 'none'
      return this.#flush(now)
    }
    topic.seq = seq
    const data = typeof frame.data === 'object' && frame.data !== null ? frame.data : {}
    const ts = typeof frame.ts === 'string' ? { ts: frame.ts } : {}
    return [
      {
        kind: 'event',
        frame: { event, topic: name, seq, ...ts, data: data as Record<string, unknown> },
      },
    ]
  }
}
