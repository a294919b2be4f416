// Clients of the event socket: readers that keep up and check that nothing is missing, and ones that stop reading.
import { Socket } from './socket.mjs'

/** What an open agent page listens to. */
export const topicsOf = (name) => ['user', 'agents', `agent:${name}`, `agent:${name}:stats`]

const clock = () => performance.timeOrigin + performance.now()

/** A reader of some topics. `seen(text, arrived)` gets every frame of a change. */
export class Page {
  missing = 0
  resyncs = 0
  frames = 0
  #numbers = new Map()
  #socket

  static open(address, token, topics, seen, options = {}) {
    const page = new Page()
    return new Promise((resolve, reject) => {
      let answers = 0
      const text = (data) => {
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
      Socket.open(address, token, { text, ended: (why) => reject(new Error(why)) }).then((socket) => {
        page.#socket = socket
        socket.send({ type: 'subscribe', topics, options })
      }, reject)
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
    this.#socket.close()
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
  const socket = await Socket.open(address, token, { text: () => {}, ended: () => {} })
  socket.send({ type: 'subscribe', topics: topicsOf(name) })
  socket.pause()
  return socket
}
