// agentd as a program of this machine, in a home folder and with a view of /etc of its own: no container, no engine.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, ROOT, until } from '../integration/harness.mjs'

const SECRET = 'a-secret-of-the-tests-own'

export class AgentdProcess {
  /** `prepare(home)` fills the home folder before it starts. `environment`: more variables. */
  static async start({ prepare = () => {}, environment = {}, wrappers = {} } = {}) {
    const agent = new AgentdProcess()
    agent.folder = mkdtempSync(join(tmpdir(), 'agentd-process-'))
    agent.home = join(agent.folder, 'home')
    const view = join(agent.folder, 'view')
    for (const path of ['home', 'view/etc/trinity', 'view/bin', 'wrappers'])
      mkdirSync(join(agent.folder, path), { recursive: true })
    writeFileSync(join(view, 'etc/trinity/agentd.secret'), SECRET)
    copyFileSync(join(ROOT, 'build/release/bin/agentd'), join(view, 'bin/agentd'))
    for (const [name, text] of Object.entries(wrappers))
      writeFileSync(join(agent.folder, 'wrappers', name), text, { mode: 0o755 })
    prepare(agent.home)
    const port = await freePort()
    const mounts = [
      `mount -t overlay overlay -o lowerdir=${view}/etc:/etc /etc`,
      `mount -t overlay overlay -o lowerdir=${view}/bin:/usr/local/bin /usr/local/bin`,
    ]
    agent.output = ''
    agent.child = spawn('unshare', ['--mount', 'sh', '-c', `${mounts.join(' && ')} && exec /usr/local/bin/agentd`], {
      env: {
        PATH: `${join(agent.folder, 'wrappers')}:${process.env.PATH}`,
        HOME: agent.home,
        AGENT_NAME: 'ruby',
        AGENT_SERVER_PORT: String(port),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [agent.child.stdout, agent.child.stderr]) stream.on('data', (piece) => (agent.output += piece))
    agent.ended = new Promise((resolve) => agent.child.on('exit', resolve))
    agent.url = `http://127.0.0.1:${port}`
    try {
      await until(
        'agentd is ready',
        async () => {
          const answer = await fetch(`${agent.url}/health`).catch(() => undefined)
          return answer && (await answer.json()).ready
        },
        { every: 20 },
      )
    } catch (error) {
      await agent.stop()
      throw error
    }
    return agent
  }

  async call(method, path, body, headers = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(120_000),
    })
    const text = await response.text()
    return { status: response.status, body: JSON.parse(text), text, headers: response.headers }
  }

  async stop() {
    this.child.kill('SIGTERM')
    await this.ended
    rmSync(this.folder, { recursive: true, force: true })
  }
}
