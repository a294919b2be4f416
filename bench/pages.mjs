// Clients of the event socket: readers that keep up and check that nothing is missing, and ones that stop reading.
import net from 'node:net'
import { randomBytes } from 'node:crypto'

/** What an open agent page listens to. */
export const topicsOf = (name) => ['user', 'agents', `agent:${name}`, `agent:${name}:stats`]

const clock = () => performance.timeOrigin + performance.now()

/** A reader of some topics. `seen(text, arrived)` gets every frame of a change. */
export class Page {
  missing = 0
  resyncs = 0
  frames = 0
  #numbers = new Map()

  static open(address, token, topics, seen, options = {}) {
    const page = new Page()
    return new Promise((resolve, reject) => {
      page.socket = new WebSocket(`ws://${address}/ws`)
      let answers = 0
      page.socket.onerror = () => reject(new Error('no socket'))
      page.socket.onclose = ({ code, reason }) => reject(new Error(`the socket was closed: ${code} ${reason}`))
      page.socket.onopen = () => {
        page.socket.send(JSON.stringify({ type: 'auth', token }))
        page.socket.send(JSON.stringify({ type: 'subscribe', topics, options }))
      }
      page.socket.onmessage = ({ data }) => {
        const arrived = clock()
        if (data.startsWith('{"event":')) {
          page.#take(data)
          seen(data, arrived)
        } else if (data.startsWith('{"type":"subscribed"')) {
          page.#note(data)
          if (++answers === topics.length) resolve(page)
        } else if (data.startsWith('{"type":"subscribe_error"')) {
          reject(new Error(data))
        } else if (data.startsWith('{"type":"resync"')) {
          page.#note(data)
          page.resyncs++
        }
      }
    })
  }

  /** Numbers of a topic follow each other without gaps. */
  #take(data) {
    this.frames++
    const { topic, seq } = numbered(data)
    const last = this.#numbers.get(topic)
    if (last !== undefined && seq !== last + 1) this.missing++
    this.#numbers.set(topic, seq)
  }
  #note(data) {
    const { topic, seq } = numbered(data)
    this.#numbers.set(topic, seq)
  }

  close() {
    this.socket.onclose = null
    this.socket.close()
  }
}

/** Topic and number from the head of a frame: parsing whole frames for hundreds of readers would be the load itself. */
function numbered(data) {
  const head = data.slice(0, 300)
  return { topic: head.match(/"topic":"([^"]+)"/)?.[1], seq: Number(head.match(/"seq":(\d+)/)?.[1]) }
}

/** When the server made the event of a frame, milliseconds since 1970. */
export const sentAt = (data) => Date.parse(data.slice(0, 300).match(/"ts":"([^"]+)"/)[1])

/** A socket that subscribes like a page and then reads nothing more. */
export async function sleeper(address, token, name) {
  const [host, port] = address.split(':')
  const socket = net.connect(Number(port), host)
  const frame = (text) => {
    const payload = Buffer.from(text)
    const length =
      payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255]
    return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload])
  }
  socket.on('error', () => {})
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  socket.write(frame(JSON.stringify({ type: 'subscribe', topics: topicsOf(name) })))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  return { close: () => socket.destroy() }
}
