// One connection that stays, and one request at a time on it.
import http from 'node:http'

export class Kept {
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  #address
  #token
  /** How many connections it took; 1 unless the server closed one. */
  connections = 0

  constructor(address, token) {
    this.#address = address
    this.#token = token
  }

  /** {status, headers, body}; the body is parsed when it is JSON. */
  ask(method, target, json) {
    const body = json === undefined ? undefined : JSON.stringify(json)
    const headers = { Authorization: `Bearer ${this.#token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) }
    return new Promise((resolve, reject) => {
      const request = http.request(
        `http://${this.#address}${target}`,
        { agent: this.#agent, method, headers, timeout: 30_000 },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk) => (text += chunk))
          response.on('end', () => {
            const isJson = (response.headers['content-type'] ?? '').startsWith('application/json')
            resolve({
              status: response.statusCode,
              headers: response.headers,
              body: isJson && text ? JSON.parse(text) : text,
            })
          })
        },
      )
      request.on('socket', (socket) => {
        if (!socket.knownToKept) this.connections++
        socket.knownToKept = true
      })
      request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${target} within 30 s`)))
      request.on('error', reject)
      request.end(body)
    })
  }

  close() {
    this.#agent.destroy()
  }
}
