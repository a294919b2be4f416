// The scripted engine as a process of its own, and its commands (tests/support/scripted_engine_program.cpp lists them).
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = process.env.TRINITY_ROOT ?? path.resolve(import.meta.dirname, '../..')
const PROGRAM = path.join(ROOT, 'build/release/bin/scripted-engine')

export class ScriptedEngine {
  #process
  #exited

  /** With `trees`, running containers show files as on a host; `cgroup`: their version. `open` false: nothing listens yet. */
  static async start({ trees = true, cgroup = 2, open = true } = {}) {
    const engine = new ScriptedEngine()
    engine.folder = await mkdtemp(path.join(process.env.TRINITY_SCRIPTED_DIR ?? tmpdir(), 'scripted-'))
    engine.socket = path.join(engine.folder, 'engine.sock')
    engine.control = path.join(engine.folder, 'control.sock')
    const flags = ['--socket', engine.socket, '--control', engine.control]
    if (trees) flags.push('--host', engine.folder, '--cgroup', String(cgroup))
    engine.#process = spawn(PROGRAM, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
    engine.#exited = new Promise((resolve) => engine.#process.once('exit', resolve))
    await new Promise((resolve, reject) => {
      engine.#process.stdout.once('data', resolve)
      engine.#process.once('error', reject)
      engine.#process.once('exit', (code) => reject(new Error(`scripted-engine ended with ${code}`)))
    })
    if (!open) await engine.do('door', { open: false })
    return engine
  }

  /** The settings with which a server works with this engine. */
  get environment() {
    return {
      TRINITY_ENGINE: `unix://${this.socket}`,
      TRINITY_PROC_DIR: path.join(this.folder, 'proc'),
      TRINITY_CGROUP_DIR: path.join(this.folder, 'cgroup'),
    }
  }

  /** One command; its answer. Bounded: 60 s. */
  do(command, fields = {}) {
    return new Promise((resolve, reject) => {
      const payload = JSON.stringify(fields)
      const headers = { 'Content-Length': Buffer.byteLength(payload) }
      const options = { socketPath: this.control, method: 'POST', path: `/${command}`, headers, timeout: 60_000 }
      const request = http.request(options, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text))
          else reject(new Error(`scripted-engine: ${command}: ${text}`))
        })
      })
      request.on('timeout', () => request.destroy(new Error(`scripted-engine: no answer to ${command} within 60 s`)))
      request.on('error', reject)
      request.end(payload)
    })
  }

  state() {
    return this.do('state')
  }

  async stop() {
    this.#process.kill()
    await this.#exited
    await rm(this.folder, { recursive: true, force: true })
  }
}
