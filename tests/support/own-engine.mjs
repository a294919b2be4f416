// A container engine of a test's own, in namespaces of its own, so that it can be stopped and killed: the engine of the
// machine and its containers are left alone.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const startTimeOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[19]

/** Whether what is needed for it is installed. */
export const has = (program) =>
  ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].some((at) => existsSync(path.join(at, program)))

const COMMANDS = {
  docker: (at) => [
    'dockerd',
    '--data-root',
    `${at}/data`,
    '--exec-root',
    `${at}/exec`,
    '--pidfile',
    `${at}/engine.pid`,
    '--host',
    `unix://${at}/engine.sock`,
    '--cgroup-parent',
    `/${path.basename(at)}`,
    '--storage-driver',
    'vfs',
  ],
  podman: (at) => [
    'podman',
    '--root',
    `${at}/data`,
    '--runroot',
    `${at}/exec`,
    '--storage-driver',
    'vfs',
    '--cgroup-manager',
    'cgroupfs',
    'system',
    'service',
    '--time',
    '0',
    `unix://${at}/engine.sock`,
  ],
}

/** Small, quick to start, ends at once when asked to. */
const COMMAND = ['sh', '-c', "trap 'exit 0' TERM; echo ready; while :; do sleep 1; done"]
const IMAGE = 'trinity-tiny'

export class OwnEngine {
  #holder
  #process
  #notes = []

  /** `kind`: docker or podman. Its image `trinity-tiny:latest` is there. */
  static async start(kind = 'docker') {
    const engine = new OwnEngine()
    engine.kind = kind
    engine.folder = await mkdtemp(path.join(tmpdir(), 'own-'))
    engine.socket = path.join(engine.folder, 'engine.sock')
    try {
      engine.#holder = spawn('unshare', ['-n', '-m', 'sleep', '3600'], { stdio: 'ignore' })
      engine.#note(engine.#holder.pid)
      await engine.#until(
        'namespaces',
        () => readFileSync(`/proc/${engine.#holder.pid}/comm`, 'utf8').trim() === 'sleep',
      )
      execFileSync('nsenter', [`--target=${engine.#holder.pid}`, '--net', 'ip', 'link', 'set', 'lo', 'up'])
      await engine.launch()
      await engine.#importImage()
    } catch (error) {
      await engine.dispose()
      throw error
    }
    return engine
  }

  /** The settings with which a server works with this engine. */
  get environment() {
    return { TRINITY_ENGINE: `unix://${this.socket}`, TRINITY_IMAGES: IMAGE, TRINITY_DEFAULT_IMAGE: `${IMAGE}:latest` }
  }

  get pid() {
    return this.#process.pid
  }

  #note(pid) {
    const folder = process.env.TRINITY_TEST_STARTED
    if (!folder) return
    const note = path.join(folder, `pid-${pid}`)
    writeFileSync(note, `${pid} ${startTimeOf(pid)}\n`)
    this.#notes.push(note)
  }

  async #until(what, probe, ms = 30_000) {
    const end = Date.now() + ms
    for (;;) {
      if (
        await Promise.resolve()
          .then(probe)
          .catch(() => false)
      )
        return
      if (Date.now() > end) throw new Error(`own engine: ${what}: not within ${ms} ms\n${await this.logEnd()}`)
      await pause(50)
    }
  }

  async logEnd() {
    const log = await readFile(path.join(this.folder, 'engine.log'), 'utf8').catch(() => '')
    return log.split('\n').slice(-20).join('\n')
  }

  /** Starts the engine's process; again after it was killed. */
  async launch() {
    await this.#forgetContainerd()
    rmSync(path.join(this.folder, 'engine.pid'), { force: true })
    rmSync(this.socket, { force: true })
    // Podman's own limits may be above what this machine allows.
    const config = path.join(this.folder, 'containers.conf')
    writeFileSync(config, '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n')
    const log = openSync(path.join(this.folder, 'engine.log'), 'a')
    const target = `--target=${this.#holder.pid}`
    this.#process = spawn('nsenter', [target, '--net', '--mount', ...COMMANDS[this.kind](this.folder)], {
      stdio: ['ignore', log, log],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: this.folder, CONTAINERS_CONF: config },
    })
    closeSync(log)
    this.#note(this.#process.pid)
    await this.#until('the engine answers', async () => (await this.ask('GET', '/version')).status === 200)
  }

  /** dockerd's helper ends with it, a moment later; a dockerd that starts meanwhile would wait for its answers. */
  async #forgetContainerd() {
    const file = path.join(this.folder, 'exec/containerd/containerd.pid')
    if (!existsSync(file)) return
    const pid = readFileSync(file, 'utf8').trim()
    const lives = () => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()[0] !== 'Z'
      } catch {
        return false
      }
    }
    await this.#until('containerd ends', () => !lives())
    rmSync(file, { force: true })
  }

  signal(name) {
    this.#process.kill(name)
  }

  /** Ends the engine's process at once; its containers go on. */
  async kill() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await ended
  }

  /** One call. Resolves to {status, body}. Bounded: 20 s. */
  ask(method, target, { json, body, type } = {}) {
    return new Promise((resolve, reject) => {
      const payload = json === undefined ? body : JSON.stringify(json)
      const headers = payload
        ? { 'Content-Type': type ?? 'application/json', 'Content-Length': Buffer.byteLength(payload) }
        : {}
      const options = { socketPath: this.socket, method, path: `/v1.41${target}`, headers, timeout: 20_000 }
      const request = http.request(options, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => {
          const isJson = (response.headers['content-type'] ?? '').includes('json')
          resolve({ status: response.statusCode, body: isJson && method === 'GET' ? JSON.parse(text) : text })
        })
      })
      request.on('timeout', () => request.destroy(new Error(`own engine: no answer to ${method} ${target}`)))
      request.on('error', reject)
      request.end(payload)
    })
  }

  /** The agents' containers: name of the agent -> state. */
  async states() {
    const filters = encodeURIComponent(JSON.stringify({ label: ['trinity.platform=agent'] }))
    const { body } = await this.ask('GET', `/containers/json?all=1&filters=${filters}`)
    return new Map(body.map((container) => [container.Labels['trinity.agent-name'], container.State]))
  }

  async #importImage() {
    const root = path.join(this.folder, 'root')
    execFileSync('mkdir', ['-p', `${root}/bin`])
    execFileSync('cp', ['/bin/busybox', `${root}/bin/busybox`])
    for (const name of ['sh', 'sleep', 'echo']) execFileSync('ln', ['-s', 'busybox', `${root}/bin/${name}`])
    const tar = execFileSync('tar', ['-C', root, '-c', '.'], { maxBuffer: 32 * 1024 * 1024 })
    const changes = encodeURIComponent(`CMD ${JSON.stringify(COMMAND)}`)
    const target = `/images/create?fromSrc=-&repo=${IMAGE}&tag=latest&changes=${changes}`
    const answer = await this.ask('POST', target, { body: tar, type: 'application/x-tar' })
    if (answer.status !== 200) throw new Error(`own engine: the image: ${answer.status} ${answer.body}`)
  }

  /** Processes that work for this engine: its own children, and what runs in its containers. */
  #leftProcesses() {
    const found = []
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
      try {
        const words = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        const places = readFileSync(`/proc/${entry}/cgroup`, 'utf8')
        const namespaces = words.includes('conmon') || words.includes('containerd-shim') || words.includes('containerd')
        const ours = places.includes(path.basename(this.folder)) || (namespaces && words.includes(this.folder))
        if (ours) found.push(Number(entry))
      } catch {
        // It has ended meanwhile.
      }
    }
    return found
  }

  /** Takes everything away again, whatever state it is in. */
  async dispose() {
    const end = (child) => {
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return undefined
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      return ended
    }
    if (this.#process) {
      this.#process.kill('SIGCONT')
      const { body } = await this.ask('GET', '/containers/json?all=1').catch(() => ({ body: [] }))
      await Promise.all(body.map((one) => this.ask('DELETE', `/containers/${one.Id}?force=1`).catch(() => {})))
    }
    await end(this.#process)
    for (let round = 0; round < 50; round++) {
      const left = this.#leftProcesses()
      if (!left.length) break
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It has ended meanwhile.
        }
      }
      await pause(50)
    }
    await end(this.#holder)
    this.#removeGroups()
    for (let round = 0; round < 20 && existsSync(this.folder); round++) {
      await rm(this.folder, { recursive: true, force: true }).catch(() => pause(100))
    }
    for (const note of this.#notes) rmSync(note, { force: true })
  }

  #removeGroups() {
    const name = path.basename(this.folder)
    const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((one) => path.join('/sys/fs/cgroup', one))]
    for (const root of roots) {
      const group = path.join(root, name)
      if (existsSync(group)) execFileSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', ';'])
    }
  }
}
