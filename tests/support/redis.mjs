// A real Redis server of its own for a test: a free port of the loopback, a private folder, gone afterwards. Debian's package
// redis-tools has the program under the name of one of its other tasks.
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

const program = '/usr/bin/redis-check-rdb'

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

export class Redis {
  static async start(options = []) {
    const redis = new Redis()
    redis.options = options
    redis.folder = await mkdtemp(path.join(tmpdir(), 'trinity-redis-'))
    redis.port = await freePort()
    redis.url = `redis://127.0.0.1:${redis.port}`
    await redis.launch()
    return redis
  }

  /** Starts the process on the data that is there. */
  async launch() {
    const words = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--save',
      '',
      ...this.options,
    ]
    this.process = spawn(program, words, { argv0: 'redis-server', stdio: 'ignore' })
    this.ended = new Promise((resolve) => this.process.once('exit', resolve))
    for (let round = 0; ; round++) {
      const answer = await this.command('PING').catch(() => '')
      if (answer === 'PONG') return
      if (round === 250) throw new Error('the Redis server does not answer')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** One command; its answer as redis-cli prints it. */
  command(...words) {
    return this.feed([], words)
  }
  feed(flags, words, input) {
    return new Promise((resolve, reject) => {
      const child = execFile(
        'redis-cli',
        ['-p', String(this.port), ...flags, ...words],
        { timeout: 10_000 },
        (error, out) => (error ? reject(error) : resolve(out.trim())),
      )
      child.stdin.end(input)
    })
  }
  /** Many commands at once, each a list of words; quotes are put around them. */
  async commands(list) {
    const lines = list.map((words) => words.map((word) => JSON.stringify(String(word))).join(' '))
    await this.feed([], [], lines.join('\n') + '\n')
  }

  async stop(signal = 'SIGTERM') {
    this.process.kill(signal)
    await this.ended
  }
  async dispose() {
    this.process.kill('SIGKILL')
    await this.ended
    await rm(this.folder, { recursive: true, force: true })
  }
}
