// The live socket of the mock server, as docs/live.md tells it: snapshots, numbered events, `since`, options, hidden tabs.
// Limits and dead bands are left out.
import { WebSocketServer } from 'ws'

const KEPT = 200
const zoned = (ms) => new Date(ms).toISOString()

export class MockLive {
  /** `snapshotOf(topic, options)` answers null for unknown topics; `isKnown(token)` whether a session stands. */
  constructor({ snapshotOf, isKnown, role = 'admin', restAfterMs = 60_000 }) {
    this.role = role
    this.snapshotOf = snapshotOf
    this.isKnown = isKnown
    this.restAfterMs = restAfterMs
    this.sockets = new Set()
    this.seqs = new Map()
    this.events = new Map()
    /** Every frame of clients, for checks. */
    this.heard = []
    this.server = new WebSocketServer({ noServer: true, maxPayload: 16384 })
    this.server.on('connection', (ws) => this.#open(ws))
  }

  upgrade(request, socket, head) {
    this.server.handleUpgrade(request, socket, head, (ws) =>
      this.server.emit('connection', ws, request),
    )
  }

  /** Topics that somebody watches. */
  watched(topic) {
    return [...this.sockets].some((one) => one.topics.has(topic))
  }

  publish(topic, event, data) {
    const seq = this.#seq(topic) + 1
    this.seqs.set(topic, seq)
    const frame = { event, topic, seq, ts: zoned(Date.now()), data }
    const kept = this.events.get(topic) ?? []
    kept.push(frame)
    this.events.set(topic, kept.slice(-KEPT))
    for (const one of this.sockets) {
      if (!one.topics.has(topic)) continue
      if (this.#rests(one, topic)) one.missed.add(topic)
      else one.send(frame)
    }
  }

  cutAll() {
    for (const one of this.sockets) one.ws.terminate()
  }

  expireAll() {
    for (const one of this.sockets) {
      one.send({ type: 'session_expired' })
      for (const topic of one.topics.keys())
        one.send({ type: 'unsubscribed', topic, reason: 'session_expired' })
      one.topics.clear()
      one.known = false
    }
  }

  end(topic, reason) {
    for (const one of this.sockets) {
      if (one.topics.delete(topic)) one.send({ type: 'unsubscribed', topic, reason })
    }
  }

  #seq(topic) {
    return this.seqs.get(topic) ?? 100
  }

  #rests(one, topic) {
    const costly =
      topic === 'host' || topic === 'agents:stats' || /:(stats|logs|activity|pressure)$/.test(topic)
    return costly && one.hiddenAt !== null && Date.now() - one.hiddenAt >= this.restAfterMs
  }

  #open(ws) {
    const one = {
      ws,
      topics: new Map(),
      missed: new Set(),
      known: false,
      hiddenAt: null,
      send: (frame) => ws.send(JSON.stringify(frame)),
    }
    this.sockets.add(one)
    ws.on('close', () => this.sockets.delete(one))
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data))
      this.heard.push(frame)
      this.#hear(one, frame)
    })
  }

  #hear(one, frame) {
    switch (frame.type) {
      case 'auth':
        return this.#auth(one, frame.token)
      case 'ping':
        return one.send({ type: 'pong', id: frame.id, server_time: zoned(Date.now()) })
      case 'visibility':
        return this.#visibility(one, frame.hidden)
      case 'subscribe':
        for (const topic of frame.topics)
          this.#subscribe(one, topic, frame.since?.[topic], frame.options?.[topic] ?? {})
        return
      case 'options':
        if (one.topics.has(frame.topic)) this.#subscribe(one, frame.topic, undefined, frame.options)
        else
          one.send({ type: 'subscribe_error', topic: frame.topic, status: 404, detail: 'Unknown' })
        return
      case 'unsubscribe':
        for (const topic of frame.topics) {
          one.topics.delete(topic)
          one.send({ type: 'unsubscribed', topic, reason: 'client' })
        }
    }
  }

  #auth(one, token) {
    if (!this.isKnown(token))
      return one.send({ type: 'auth_error', status: 401, detail: 'Not authenticated' })
    one.known = true
    one.send({
      type: 'authenticated',
      user: 'admin',
      role: this.role,
      expires_at: zoned(Date.now() + 6e8),
      server_time: zoned(Date.now()),
      protocol: 1,
    })
  }

  #visibility(one, hidden) {
    one.hiddenAt = hidden ? (one.hiddenAt ?? Date.now()) : null
    if (hidden) return
    for (const topic of one.missed) this.#answer(one, 'resync', topic, one.topics.get(topic))
    one.missed.clear()
  }

  #subscribe(one, topic, since, options) {
    const known = this.snapshotOf(topic, options) !== null
    const status = !one.known ? 401 : !known ? 404 : one.topics.size >= 64 ? 429 : 0
    if (status !== 0) return one.send({ type: 'subscribe_error', topic, status, detail: 'refused' })
    one.topics.set(topic, options)
    const missed = (this.events.get(topic) ?? []).filter((event) => event.seq > since)
    if (since !== undefined && since + missed.length === this.#seq(topic)) {
      one.send({ type: 'subscribed', topic, seq: since, snapshot: null, sampled_at: null })
      for (const event of missed) one.send(event)
    } else this.#answer(one, 'subscribed', topic, options)
  }

  #answer(one, type, topic, options) {
    one.send({
      type,
      topic,
      seq: this.#seq(topic),
      snapshot: this.snapshotOf(topic, options),
      sampled_at: topic === 'agents' ? null : zoned(Date.now()),
    })
  }
}
