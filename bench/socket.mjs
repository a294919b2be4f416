// The client's side of a WebSocket (RFC 6455) as far as measuring needs it: hundreds of readers share one thread with what
// they measure against, and a complete client takes longer for a frame than the server takes to send it.
import net from 'node:net'
import { randomBytes } from 'node:crypto'

const TEXT = 0x1
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa
const FINAL = 0x80
const MASKED = 0x80
const CONTINUATION = 0x0

/** A whole frame of a client. The mask is zero: it protects proxies that are not there. */
function frame(opcode, payload) {
  const { length } = payload
  if (length > 0xffff) throw new Error('too long to send')
  const size = length < 126 ? [MASKED | length] : [MASKED | 126, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([FINAL | opcode, ...size, 0, 0, 0, 0]), payload])
}

/** Where the payload of the frame that begins at `at` lies; null while its head is not complete. */
function extent(bytes, at) {
  const there = bytes.length - at
  const short = there < 2 ? 127 : bytes[at + 1] & 127
  const head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (there < head) return null
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  return { from: at + head, to: at + head + length }
}

export class Socket {
  /** Resolves when the server has taken the upgrade. `text(data)` gets every message, `ended(why)` is told once. */
  static open(address, token, { text, ended }) {
    const [host, port] = address.split(':')
    const made = new Socket()
    made.#text = text
    made.#connection = net.connect(Number(port), host)
    return new Promise((resolve, reject) => {
      const over = (why) => {
        reject(new Error(why))
        ended(why)
      }
      made.#connection.on('error', (error) => over(error.message))
      made.#connection.on('close', () => over('the connection was closed'))
      made.#connection.once('data', (data) => {
        const end = data.indexOf('\r\n\r\n')
        if (end < 0 || !data.toString('latin1', 0, end).startsWith('HTTP/1.1 101 ')) return over('no upgrade')
        made.#connection.on('data', (more) => made.#take(more))
        resolve(made)
        if (end + 4 < data.length) made.#connection.unshift(data.subarray(end + 4))
      })
      made.#connection.write(
        `GET /ws HTTP/1.1\r\nHost: ${address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
          `Authorization: Bearer ${token}\r\n\r\n`,
      )
    })
  }

  #connection
  #text
  #kept = Buffer.alloc(0)
  #parts = []

  #take(data) {
    const bytes = this.#kept.length ? Buffer.concat([this.#kept, data]) : data
    let at = 0
    for (let found = extent(bytes, at); found && found.to <= bytes.length; found = extent(bytes, at)) {
      this.#frame(bytes[at], bytes.subarray(found.from, found.to))
      at = found.to
    }
    this.#kept = bytes.subarray(at)
  }

  #frame(first, payload) {
    const opcode = first & 0xf
    if (opcode === PING) this.#connection.write(frame(PONG, payload))
    else if (opcode === CLOSE) this.#connection.end()
    else if (opcode === TEXT || opcode === CONTINUATION) {
      const whole = first & FINAL
      if (whole && opcode === TEXT) return this.#text(payload.toString())
      this.#parts.push(Buffer.from(payload))
      if (whole) this.#text(Buffer.concat(this.#parts.splice(0)).toString())
    }
  }

  send(message) {
    this.#connection.write(frame(TEXT, Buffer.from(JSON.stringify(message))))
  }
  /** Reads nothing more. */
  pause() {
    this.#connection.pause()
  }
  close() {
    this.#connection.removeAllListeners('close')
    this.#connection.destroy()
  }
}
