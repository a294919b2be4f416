// One container of the agents' image with agentd in it, asked over its own API: no server in between.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { leaveNote, run, takeNote, until } from '../integration/harness.mjs'
import { engine } from './engine.mjs'

const SECRET = 'a-secret-of-the-tests-own'
export const docker = (...args) => run('/usr/bin/docker', args)

/** The address under which containers on the engine's own network reach this machine. */
export const hostForContainers = async () =>
  (await engine('GET', '/networks/bridge')).body.IPAM.Config.find(({ Gateway }) => Gateway).Gateway

export class AgentContainer {
  static #count = 0

  /** A running one, once agentd answers. `template`: text of its template.yaml; `rights`: more options of `docker create`. */
  static async start({ image = 'trinity-agent-base:latest', template, environment = {}, rights = [] } = {}) {
    const agent = new AgentContainer()
    agent.name = `agentd-test-${process.pid}-${++AgentContainer.#count}`
    await leaveNote(`container-${agent.name}`, agent.name)
    const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    await docker('create', '--name', agent.name, '--env', 'AGENT_NAME=ruby', ...variables, ...rights, image)
    try {
      await agent.#copy('/etc/trinity/agentd.secret', SECRET)
      if (template) await agent.#copy('/home/developer/template.yaml', template)
      await docker('start', agent.name)
      const { body } = await engine('GET', `/containers/${agent.name}/json`)
      agent.url = `http://${body.NetworkSettings.IPAddress}:8000`
      await until('agentd answers', () => fetch(`${agent.url}/health`).catch(() => false), { every: 10 })
      /** Milliseconds from the start of the container's first process. */
      agent.readyAfter = Date.now() - Date.parse(body.State.StartedAt)
    } catch (error) {
      await agent.remove()
      throw error
    }
    return agent
  }

  async #copy(path, text) {
    const folder = mkdtempSync(join(tmpdir(), 'agentd-test-'))
    try {
      writeFileSync(join(folder, 'file'), text, { mode: 0o444 })
      await docker('cp', join(folder, 'file'), `${this.name}:${path}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  async call(method, path, body, secret = SECRET) {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(secret && { Authorization: `Bearer ${secret}` }), 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    })
    return { status: response.status, body: await response.json() }
  }
  chat = (message, more) => this.call('POST', '/api/chat', { message, ...more })
  task = (message, more) => this.call('POST', '/api/task', { message, ...more })
  running = async () => (await this.call('GET', '/api/executions/running')).body.executions

  /** What a shell inside prints, run as the agent's user. */
  inside = async (script) => (await docker('exec', this.name, 'sh', '-c', script)).stdout
  /** Writes a file of the agent's user, the path being one in the home folder. */
  write = (path, text) =>
    docker('exec', this.name, 'sh', '-c', 'cd && mkdir -p "$(dirname "$1")" && printf %s "$2" > "$1"', '-', path, text)

  /**
   * Bytes of agentd's memory: now, and at most so far. It is two processes, the daemon and what keeps it alive, which share
   * the pages of the program.
   */
  async memory() {
    const status = await this.inside('for pid in $(pidof agentd); do cat /proc/$pid/status; done')
    const of = (name) =>
      [...status.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB`, 'gm'))].map(([, kb]) => Number(kb) * 1024)
    const sum = (values) => values.reduce((a, b) => a + b, 0)
    const [own, program, most] = [of('RssAnon'), of('RssFile'), of('VmHWM')]
    return { now: sum(own) + Math.max(...program), most: Math.max(...most) + Math.min(...own) }
  }

  async remove() {
    await docker('rm', '--force', '--volumes', this.name)
    await takeNote(`container-${this.name}`)
  }
}
