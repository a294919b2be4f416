// agentd in the image of the agents, asked over its own API. With TRINITY_CLAUDE, a path of the program `claude`, also
// the real command line against a provider of ours.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { engine } from '../support/engine.mjs'
import { startModelServer } from '../support/model-server.mjs'
import { run, until } from './harness.mjs'

const SECRET = 'a-secret-of-the-tests-own'
const IMAGE = 'trinity-agent-base:latest'
const docker = (...args) => run('/usr/bin/docker', args)

/** A container of the image with a home folder of its own. */
class Agent {
  static count = 0

  static async start({ template, environment = {}, mounts = [] } = {}) {
    const agent = new Agent()
    agent.name = `agentd-test-${process.pid}-${++Agent.count}`
    const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`])
    const binds = mounts.flatMap((mount) => ['--volume', mount])
    await docker('create', '--name', agent.name, '--env', 'AGENT_NAME=ruby', ...variables, ...binds, IMAGE)
    const folder = mkdtempSync(join(tmpdir(), 'agentd-test-'))
    try {
      writeFileSync(join(folder, 'agentd.secret'), SECRET, { mode: 0o444 })
      await docker('cp', join(folder, 'agentd.secret'), `${agent.name}:/etc/trinity/agentd.secret`)
      if (template) {
        writeFileSync(join(folder, 'template.yaml'), template, { mode: 0o444 })
        await docker('cp', join(folder, 'template.yaml'), `${agent.name}:/home/developer/template.yaml`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
    const started = Date.now()
    await docker('start', agent.name)
    const { body } = await engine('GET', `/containers/${agent.name}/json`)
    agent.pid = body.State.Pid
    agent.url = `http://${body.NetworkSettings.IPAddress}:8000`
    agent.gateway = body.NetworkSettings.Gateway
    await until('agentd answers', () => fetch(`${agent.url}/health`).catch(() => false), { every: 10 })
    agent.readyAfter = Date.now() - started
    return agent
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
  inside = async (script) => (await docker('exec', this.name, 'sh', '-c', script)).stdout
  /** Bytes of agentd's memory: now, and at most so far. */
  async memory() {
    const status = await this.inside('cat /proc/$(pidof agentd)/status')
    const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) * 1024
    return { now: of('VmRSS'), most: of('VmHWM') }
  }
  remove = () => docker('rm', '--force', '--volumes', this.name)
}

describe('agentd', () => {
  const agents = []
  const start = async (options) => {
    const agent = await Agent.start(options)
    agents.push(agent)
    return agent
  }
  after(() => Promise.all(agents.map((agent) => agent.remove())))

  it('stays small: idle, and in a turn with 10 MB of output', async (t) => {
    const line = `{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":"${'x'.repeat(900)}"}]}}`
    const agent = await start({
      template: `name: big\nruntime: {type: command, command: [sh, -c, 'yes ''${line}'' | head -c 10485760; echo; echo {\\"type\\":\\"result\\",\\"result\\":\\"done\\"}']}\n`,
    })
    await new Promise((resolve) => setTimeout(resolve, 500))
    const idle = await agent.memory()
    assert.ok(idle.now < 8 * 1024 * 1024, `idle: ${idle.now}`)
    const answer = await agent.chat('go')
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 300))
    assert.equal(answer.body.response, 'done')
    assert.ok(answer.body.execution_log.length > 10_000)
    // What the turn took goes back to the system a moment later.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const after = await agent.memory()
    t.diagnostic(`idle ${idle.now >> 10} KiB, at most ${after.most >> 10} KiB, afterwards ${after.now >> 10} KiB`)
    assert.ok(after.most < 20 * 1024 * 1024, `in the turn: ${after.most}`)
    assert.ok(after.now < 8 * 1024 * 1024, `afterwards: ${after.now}`)
  })

  it('is not driven from another container', async () => {
    const one = await start()
    const other = await start()
    const status = await other.inside(
      `for p in /api/chat/session /api/executions/running /api/files /api/events; do
         curl -s -o /dev/null -w '%{http_code} ' ${one.url}$p; done
       curl -s -o /dev/null -w '%{http_code} ' -d '{"message":"x"}' ${one.url}/api/chat
       curl -s -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer guess-guess-guess-guess' ${one.url}/api/task
       `,
    )
    assert.equal(status.trim(), '401 401 401 401 401 401')
  })

  const program = process.env.TRINITY_CLAUDE
  describe('with the real claude', { skip: program ? false : 'TRINITY_CLAUDE is not set' }, () => {
    let agent, provider
    before(async () => {
      provider = await startModelServer({ host: '0.0.0.0' })
      const port = new URL(provider.url).port
      const gateway = (await engine('GET', '/networks/bridge')).body.IPAM.Config[0].Gateway
      agent = await start({
        mounts: [`${program}:/usr/local/bin/claude:ro`],
        environment: {
          ANTHROPIC_BASE_URL: `http://${gateway}:${port}`,
          ANTHROPIC_API_KEY: 'k',
          DISABLE_TELEMETRY: '1',
          DISABLE_AUTOUPDATER: '1',
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
        },
      })
    })
    after(() => provider?.close())

    it('answers', async (t) => {
      const since = Date.now()
      const answer = await agent.chat('What is 2+2?')
      t.diagnostic(`answered after ${Date.now() - since} ms, agentd ready after ${agent.readyAfter} ms`)
      assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
      assert.equal(answer.body.response, 'The answer is 4.')
      assert.equal(answer.body.metadata.input_tokens, 2112)
      assert.ok(Date.now() - since < 10_000)
    })
    it('goes on with the same conversation and counts each turn once', async () => {
      const before = (await agent.call('GET', '/api/chat/session')).body
      const answer = await agent.chat('And 3+3?')
      assert.equal(answer.status, 200)
      const session = (await agent.call('GET', '/api/chat/session')).body
      assert.equal(session.message_count, before.message_count + 2)
      assert.ok(Math.abs(session.total_cost_usd - 2 * before.total_cost_usd) < 1e-9)
      const asked = provider.calls.filter(({ body }) => body.stream).at(-1).body
      assert.ok(JSON.stringify(asked.messages).includes('What is 2+2?'), 'the first turn is in the context')
    })
    it('uses a tool', async () => {
      const answer = await agent.chat('Make a file [tool]')
      assert.equal(answer.body.response, 'done', JSON.stringify(answer.body).slice(0, 300))
      assert.equal((await agent.inside('cat ~/made-by-tool.txt')).trim(), 'from-the-tool')
      const { body } = await agent.call('GET', '/api/activity')
      assert.equal(body.timeline[0].tool, 'Bash')
      assert.equal(body.timeline[0].success, true)
    })
    it('takes tools away from a task', async () => {
      const answer = await agent.call('POST', '/api/task', { message: 'Make a file [tool]', allowed_tools: ['Read'] })
      assert.equal(answer.status, 200)
      assert.equal(answer.body.metadata.tool_count, 0)
      const init = answer.body.execution_log.find(({ subtype }) => subtype === 'init')
      assert.deepEqual(init.tools, ['Read'])
    })
    it('stops a task at its limit of turns', async () => {
      const answer = await agent.call('POST', '/api/task', { message: 'x [tool]', max_turns: 1 })
      assert.equal(answer.status, 500)
      assert.equal(answer.body.detail, 'Task execution failed: Turn limit of 1 reached')
    })
    it('says what the provider said', async () => {
      const answer = await agent.call('POST', '/api/task', { message: 'x [error]' })
      assert.equal(answer.status, 500)
      assert.match(answer.body.detail, /^Task execution failed: API Error: 400 The request was refused/)
    })
    it('goes on after a 429', async () => {
      assert.equal((await agent.chat('x [limit]')).body.response, 'The answer is 4.')
    })
    it('is terminated in the middle of an answer', async () => {
      const turn = agent.call('POST', '/api/task', { message: 'x [long]', execution_id: 'long-1' })
      await until('the run', async () => (await agent.call('GET', '/api/executions/running')).body.executions[0])
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const ended = await agent.call('POST', '/api/executions/long-1/terminate')
      assert.equal(ended.body.status, 'terminated')
      const answer = await turn
      assert.equal(answer.status, 500)
      assert.equal(answer.body.detail, 'Execution terminated')
      assert.deepEqual((await agent.call('GET', '/api/executions/running')).body.executions, [])
    })
    it('ends a turn whose provider stalls', async () => {
      const answer = await agent.call('POST', '/api/task', { message: 'x [stall]', timeout_seconds: 3 })
      assert.equal(answer.status, 504)
      assert.equal(answer.body.detail, 'Task execution timed out after 3 seconds')
      assert.equal((await agent.inside('pidof claude || true')).trim(), '')
    })
  })
})
