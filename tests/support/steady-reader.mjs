// A client that asks for one thing again and again on one connection, and notes how long each answer took, what the server
// said of its age, and which answers were not 200 or 304. Bodies are dropped unless `take` wants them.
import http from 'node:http'

export class SteadyReader {
  times = []
  ages = []
  engines = new Set()
  faults = []
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  #going = true
  #ended

  constructor(address, token, target, { every = 10, take = null } = {}) {
    this.ask = { address, token, target, take }
    this.#ended = this.#run(every)
  }

  async #run(every) {
    while (this.#going) {
      await this.once()
      await new Promise((resolve) => setTimeout(resolve, every))
    }
  }

  once() {
    const { address, token, target, take } = this.ask
    const begin = performance.now()
    return new Promise((resolve) => {
      const fault = (what) => {
        this.faults.push(what)
        resolve()
      }
      const request = http.get(
        `http://${address}${target}`,
        { agent: this.#agent, headers: { Authorization: `Bearer ${token}` }, timeout: 20_000 },
        (response) => {
          const chunks = []
          response.on('data', (chunk) => take && chunks.push(chunk))
          response.on('error', (error) => fault(error.message))
          response.on('end', () => {
            this.times.push(performance.now() - begin)
            if (response.statusCode !== 200) this.faults.push(`${response.statusCode}`)
            this.engines.add(response.headers['trinity-engine'])
            this.ages.push(Number(response.headers['trinity-snapshot-age']))
            take?.(Buffer.concat(chunks).toString(), begin)
            resolve()
          })
        },
      )
      request.on('timeout', () => request.destroy(new Error('no answer within 20 s')))
      request.on('error', (error) => fault(error.message))
    })
  }

  percentile(share) {
    const sorted = [...this.times].sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  }

  async stop() {
    this.#going = false
    await this.#ended
    this.#agent.destroy()
  }
}
