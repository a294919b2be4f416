// A client of the event socket that keeps every frame with the moment of its arrival.
export class LiveClient {
  #socket
  #waiting = []
  frames = []
  /** Gets every frame that comes from now on. */
  on = () => {}

  /** Connects, signs in when a token is given, and subscribes. */
  static async open(address, token, topics = []) {
    const client = new LiveClient()
    await client.#connect(`ws://${address}/ws`)
    if (token) {
      client.send({ type: 'auth', token })
      await client.next((frame) => frame.type === 'authenticated')
    }
    if (topics.length) {
      client.send({ type: 'subscribe', topics })
      for (const topic of topics) await client.next((frame) => frame.type === 'subscribed' && frame.topic === topic)
    }
    return client
  }

  async #connect(url) {
    this.#socket = new WebSocket(url)
    this.#socket.onmessage = ({ data }) =>
      this.#take({ ...JSON.parse(data), arrived: performance.timeOrigin + performance.now() })
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve
      this.#socket.onerror = () => reject(new Error(`no socket at ${url}`))
    })
  }

  #take(frame) {
    this.frames.push(frame)
    this.on(frame)
    for (const entry of [...this.#waiting]) {
      if (!entry.test(frame)) continue
      this.#waiting.splice(this.#waiting.indexOf(entry), 1)
      clearTimeout(entry.timer)
      entry.resolve(frame)
    }
  }

  send(frame) {
    this.#socket.send(JSON.stringify(frame))
  }

  /** The first frame that passes the test, among those from index `from` on or later ones. Bounded: 15 s unless told otherwise. */
  next(test, { from = 0, ms = 15_000 } = {}) {
    const there = this.frames.slice(from).find(test)
    if (there) return Promise.resolve(there)
    return new Promise((resolve, reject) => {
      const entry = { test, resolve }
      entry.timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        const seen = this.frames
          .slice(from)
          .slice(-5)
          .map((frame) => JSON.stringify(frame).slice(0, 300))
        reject(new Error(`no such frame within ${ms} ms; the last ones: ${seen.join(' ')}`))
      }, ms)
      this.#waiting.push(entry)
    })
  }

  close() {
    this.#socket.close()
  }
}
