// A private trinityd for one test file: its own data folder, port, container prefix, network and instance. Everything
// that it made is gone afterwards, also when the test fails.
import { spawn, execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { openSync, closeSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { containersOf, removeInstance } from '../support/engine.mjs'
import { LiveClient } from '../support/live.mjs'

export const ROOT = process.env.TRINITY_ROOT ?? path.resolve(import.meta.dirname, '../..')
/** Another build of the server can be tested, for instance the one with the address sanitizer. */
const SERVER = process.env.TRINITY_TESTED_SERVER ?? path.join(ROOT, 'build/release/bin/trinityd')
export const PASSWORD = 'correct horse battery'
export const run = promisify(execFile)

/** Polls until the function gives something truthy; its answer. Bounded. */
export async function until(what, probe, { ms = 15_000, every = 50 } = {}) {
  const end = Date.now() + ms
  for (;;) {
    const answer = await probe()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`)
    await new Promise((resolve) => setTimeout(resolve, every))
  }
}

/** A port of the loopback that nothing listens on now. */
export function freePort(host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject)
    server.listen(0, host, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/**
 * Test files run side by side on one engine: each takes the SSH ports of its agents from a range of its own, and holds it by a
 * port on the loopback for as long as it runs.
 */
const sshPorts = await claimPorts()
async function claimPorts() {
  const ranges = 40
  for (let i = 0; i < ranges; i++) {
    const range = (process.pid + i) % ranges
    const guard = net.createServer()
    const held = await new Promise((resolve) => {
      guard.once('error', () => resolve(false))
      guard.listen(9_900 + range, '127.0.0.1', () => resolve(true))
    })
    if (!held) continue
    guard.unref()
    return 10_000 + range * 500
  }
  throw new Error('no range of SSH ports is free')
}

/** What the script needs to clean up after a test that was killed. */
export async function leaveNote(name, text) {
  const folder = process.env.TRINITY_TEST_STARTED
  if (folder) await writeFile(path.join(folder, name), text)
}
/** What ended well needs no cleaning up. */
export async function takeNote(name) {
  const folder = process.env.TRINITY_TEST_STARTED
  if (folder) await rm(path.join(folder, name), { force: true })
}
const startTimeOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[19]

/** Runs the server program to its end: {code, stdout, stderr}. For starts that fail and for its other orders. Bounded. */
export async function trinityd(flags, { environment = {}, ms = 30_000 } = {}) {
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...environment }
  return run(SERVER, flags, { env, timeout: ms, killSignal: 'SIGKILL' }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, signal, stdout, stderr }) => ({ code: code ?? signal, stdout, stderr }),
  )
}

export class Server {
  #process
  #exited
  token = null

  /**
   * A running server. With `setup` (the default) first-time setup is done and the administrator is signed in. `home`: a data
   * folder that is there already; it belongs to the server from here on. `wrapper`: a program, with arguments, that becomes
   * the server (taskset, say).
   */
  static async start({
    setup = true,
    webDir = path.join(ROOT, 'web/dist'),
    templatesDir = path.join(ROOT, 'config/agent-templates'),
    environment = {},
    home,
    wrapper = [],
  } = {}) {
    const server = new Server()
    server.wrapper = wrapper
    const mark = randomBytes(4).toString('hex')
    server.prefix = `tt${mark}-`
    server.network = `tt${mark}-network`
    server.home = home ?? (await mkdtemp(path.join(tmpdir(), 'trinity-test-')))
    server.webDir = webDir
    server.templatesDir = templatesDir
    server.environment = environment
    try {
      await server.launch()
      if (setup) await server.setUp()
    } catch (error) {
      await server.dispose()
      throw error
    }
    return server
  }

  /** Starts the process on the data that is there; used again after stop(). */
  async launch() {
    this.port = await freePort()
    this.address = `127.0.0.1:${this.port}`
    this.log = path.join(this.home, 'test.log')
    const log = openSync(this.log, 'a')
    const flags = [
      '--home',
      this.home,
      '--bind',
      '127.0.0.1',
      '--port',
      String(this.port),
      '--web-dir',
      this.webDir,
      '--templates-dir',
      this.templatesDir,
      '--container-prefix',
      this.prefix,
      '--network',
      this.network,
      '--subnet',
      '',
      '--ssh-port-first',
      String(sshPorts),
      '--ssh-port-last',
      String(sshPorts + 499),
    ]
    const [program, ...first] = [...this.wrapper, SERVER]
    this.#process = spawn(program, [...first, ...flags], {
      stdio: ['ignore', log, log],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...this.environment },
    })
    closeSync(log)
    const child = this.#process
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? code))
      child.once('error', (error) => resolve(String(error)))
    })
    if (child.pid) await leaveNote(`pid-${child.pid}`, `${child.pid} ${startTimeOf(child.pid)}\n`)
    let ended = null
    this.#exited.then((how) => (ended = how))
    await until(
      'trinityd answers /health',
      async () => {
        if (ended !== null) throw new Error(`trinityd ended (${ended}):\n${await this.logEnd()}`)
        return fetch(`http://${this.address}/health`).then(
          (answer) => answer.ok,
          () => false,
        )
      },
      { every: 10 },
    )
    this.instance = (await readFile(path.join(this.home, 'instance-id'), 'utf8')).trim()
    await leaveNote(`instance-${this.instance}`, this.instance)
  }

  get pid() {
    return this.#process.pid
  }

  async logEnd() {
    return (await readFile(this.log, 'utf8').catch(() => '')).split('\n').slice(-30).join('\n')
  }

  async setUp() {
    const answer = await this.post('/api/setup/admin-password', { password: PASSWORD, confirm_password: PASSWORD })
    if (answer.status !== 200) throw new Error(`setup: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.token = await this.signIn()
  }

  /** A token for this user. */
  async signIn(username = 'admin', password = PASSWORD) {
    const answer = await fetch(`http://${this.address}/token`, {
      method: 'POST',
      body: new URLSearchParams({ username, password }),
    })
    if (answer.status !== 200) throw new Error(`sign-in of ${username}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()).access_token
  }

  /** One request: {status, headers, body}. JSON answers are parsed. `token: null` sends no credentials. */
  async request(method, target, { token = this.token, json, body, headers = {} } = {}) {
    const answer = await fetch(`http://${this.address}${target}`, {
      method,
      body: json === undefined ? body : JSON.stringify(json),
      headers: {
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    })
    const text = await answer.text()
    const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json')
    return { status: answer.status, headers: answer.headers, text, body: isJson && text ? JSON.parse(text) : text }
  }
  get(target, options) {
    return this.request('GET', target, options)
  }
  post(target, json, options) {
    return this.request('POST', target, { json, ...options })
  }
  delete(target, options) {
    return this.request('DELETE', target, options)
  }

  /** Creates an agent and returns the answer's body; fails on anything but 200. */
  async createAgent(name, fields = {}) {
    const answer = await this.post('/api/agents', { name, resources: { cpu: '1', memory: '128m' }, ...fields })
    if (answer.status !== 200)
      throw new Error(`create ${name}: ${answer.status} ${answer.text}\n${await this.logEnd()}`)
    return answer.body
  }

  /** The list, as a map from name to item. */
  async agents(options) {
    return new Map((await this.get('/api/agents', options)).body.map((agent) => [agent.name, agent]))
  }

  live(topics, token = this.token) {
    return LiveClient.open(this.address, token, topics)
  }

  containerOf(agent) {
    return this.prefix + agent
  }
  containers() {
    return containersOf(this.instance)
  }

  /** Rows of the database, read by the sqlite3 program. */
  async sql(statement) {
    const { stdout } = await run('sqlite3', [
      '-json',
      '-cmd',
      '.timeout 5000',
      path.join(this.home, 'trinity.db'),
      statement,
    ])
    return stdout.trim() ? JSON.parse(stdout) : []
  }

  /** Asks the process to end and returns its exit code (or the signal that ended it). Bounded: 30 s, then it is killed. */
  async stop(signal = 'SIGTERM') {
    const child = this.#process
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return this.#exited
    child.kill(signal)
    const killer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    const how = await this.#exited
    clearTimeout(killer)
    await takeNote(`pid-${child.pid}`)
    return how
  }

  async restart() {
    await this.stop()
    await this.launch()
  }

  /** Ends the server and removes all that it made. */
  async dispose() {
    await this.stop()
    await rm(this.home, { recursive: true, force: true })
    if (!this.instance) return
    let left
    // A network is free only a moment after its last container; what the engine was still making comes late.
    for (let round = 0; round < 5; round++) {
      if (round) await new Promise((resolve) => setTimeout(resolve, 500 * round))
      left = await removeInstance(this.instance)
      if (!left.failed.length && !left.stuck.length) break
    }
    if (left.failed.length) throw new Error(`not removed: ${left.failed.join(', ')}`)
    if (left.stuck.length) console.warn(`the engine keeps a dead endpoint in ${left.stuck.join(', ')}`)
    await takeNote(`instance-${this.instance}`)
  }
}

/** The counts of a Server-Timing header: {app: ms, sql: n, engine: n}. */
export function timing(headers) {
  const text = headers.get('server-timing') ?? ''
  return {
    app: Number(text.match(/app;dur=([\d.]+)/)?.[1] ?? NaN),
    sql: Number(text.match(/sql;desc="(\d+)"/)?.[1] ?? NaN),
    engine: Number(text.match(/engine;desc="(\d+)"/)?.[1] ?? NaN),
  }
}
