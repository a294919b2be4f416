// The process itself: its end under load, its log, what it leaves of itself when it crashes.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readFile, readdir } from 'node:fs/promises'
import { Server } from './harness.mjs'
import { emptyTally, hammer } from '../support/hammer.mjs'
import { ScriptedEngine } from '../support/scripted.mjs'

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const small = { resources: { cpu: '1', memory: '64m' } }

describe('SIGTERM under load', () => {
  const CLIENTS = 60
  const ROUNDS = 5
  let server
  before(async () => (server = await Server.start()))
  after(() => server?.dispose())

  it('loses no answer and ends soon', { timeout: 100_000 }, async (t) => {
    const asks = (target) => `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`
    const requests = [
      asks('/health'),
      asks('/api/agents'),
      asks('/api/users/me'),
      asks('/api/templates'),
      asks('/api/none'),
    ]
    for (let round = 1; round <= ROUNDS; round++) {
      const tally = emptyTally()
      const clients = Array.from({ length: CLIENTS }, () => hammer(server.port, requests, tally))
      await pause(300 + 137 * round)
      const since = performance.now()
      const how = await server.stop('SIGTERM')
      const took = performance.now() - since
      await Promise.all(clients)
      t.diagnostic(
        `round ${round}: ${tally.asked} asked, ${tally.answered} answered, ended within ${took.toFixed(0)} ms`,
      )
      assert.equal(how, 0)
      assert.equal(tally.lost, 0, `${tally.lost} of ${tally.asked} requests got no answer`)
      assert.equal(tally.asked, tally.answered)
      assert.ok(tally.answered > 20 * CLIENTS, `only ${tally.answered} answers`)
      assert.deepEqual([...tally.statuses.keys()].sort(), [200, 404])
      assert.ok(took < 5_000, `ending took ${took} ms`)
      await server.launch()
    }
  })

  it('lets a creation and a deletion come to their end', { timeout: 60_000 }, async () => {
    await server.createAgent('going', small)
    const created = server.post('/api/agents', { name: 'coming', ...small })
    const deleted = server.delete('/api/agents/going')
    await pause(30)
    assert.equal(await server.stop('SIGTERM'), 0)
    assert.equal((await created).status, 200)
    assert.equal((await deleted).status, 200)
    await server.launch()
    assert.deepEqual([...(await server.agents()).keys()], ['coming'])
    assert.equal((await server.agents()).get('coming').status, 'running')
    assert.deepEqual(await server.sql('SELECT * FROM trinity_cleanup'), [])
  })
})

describe('the log', () => {
  const secret = 'not the password, and not for the log'
  /** What a few people ask for; the ids of the answers. */
  async function askAround(server) {
    const ids = []
    const keep = ({ headers }) => ids.push(headers.get('x-request-id'))
    keep(await server.get('/api/agents'))
    keep(await server.get(`/api/agents/nobody?token=${secret.replaceAll(' ', '-')}`))
    keep(await server.post('/api/agents', { name: 'x', custom_instructions: secret, ...small }))
    keep(await server.post('/token', { password: secret }, { token: secret.replaceAll(' ', '-') }))
    keep(await server.request('POST', '/token', { body: new URLSearchParams({ username: 'admin', password: secret }) }))
    return ids
  }
  const linesOf = async (server) => (await readFile(server.log, 'utf8')).split('\n').filter(Boolean)

  it('is JSON lines when asked for, and names the request', async () => {
    const server = await Server.start({ environment: { TRINITY_LOG_FORMAT: 'json', TRINITY_LOG_LEVEL: 'debug' } })
    try {
      const ids = await askAround(server)
      assert.equal(await server.stop(), 0)
      const lines = (await linesOf(server)).map((line) => JSON.parse(line))
      for (const line of lines) {
        assert.match(line.ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
        assert.match(line.level, /^(debug|info|warn|error)$/)
        assert.match(line.room, /^[a-z]+$/)
        assert.ok(line.msg.length > 0)
        assert.ok(!line.msg.startsWith('['), `an id in the text: ${line.msg}`)
      }
      for (const id of ids) {
        const own = lines.filter((line) => line.request === id)
        assert.ok(
          own.some((line) => line.room === 'http'),
          `no line of request ${id}`,
        )
      }
      // Deeper rooms say what they did under the same id.
      assert.ok(
        lines.some((line) => line.request === ids[2] && line.room === 'agents' && line.msg === 'x created by admin'),
      )
      assert.ok(!JSON.stringify(lines).includes('not-the-password') && !JSON.stringify(lines).includes(secret))
      assert.deepEqual(lines.slice(-1)[0].msg, 'stopped')
    } finally {
      await server.dispose()
    }
  })

  it('is text for people else', async () => {
    const server = await Server.start({ environment: { TRINITY_LOG_LEVEL: 'debug' } })
    try {
      const ids = await askAround(server)
      assert.equal(await server.stop(), 0)
      const lines = await linesOf(server)
      for (const line of lines)
        assert.match(line, /^\d{4}-\d\d-\d\dT\S+Z (debug|info |warn |error) [a-z]+: (\[[\w -]+\] )?[^[].*$/)
      for (const id of ids)
        assert.ok(
          lines.some((line) => line.includes(`http: [${id}] `)),
          id,
        )
      assert.ok(lines.some((line) => line.endsWith(`agents: [${ids[2]}] x created by admin`)))
      assert.ok(!lines.join('').includes('not-the-password') && !lines.join('').includes(secret))
    } finally {
      await server.dispose()
    }
  })
})

describe('a crash', () => {
  it('writes no core file, whatever the shell allows', async () => {
    const server = await Server.start({ setup: false })
    try {
      const limits = await readFile(`/proc/${server.pid}/limits`, 'utf8')
      assert.match(limits, /^Max core file size\s+0\s+0\s/m)
      const before = await readdir(server.home)
      assert.equal(await server.stop('SIGSEGV'), 'SIGSEGV')
      assert.deepEqual(
        (await readdir(server.home)).filter((name) => !before.includes(name)),
        [],
      )
      // The data folder is free again at once.
      await server.launch()
      assert.equal((await server.get('/health')).status, 200)
    } finally {
      await server.dispose()
    }
  })
})

describe('the start', () => {
  const AGENTS = 200
  let engine, server
  before(async () => {
    engine = await ScriptedEngine.start()
    server = await Server.start({ environment: engine.environment })
    await engine.do('containers', { count: AGENTS, name: 'bot', instance: server.instance })
    await server.stop()
    const names = (await engine.state()).containers
    assert.equal(names, AGENTS)
    await server.sql(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${AGENTS})
       INSERT INTO agent_ownership (agent_name, owner_id, created_at) SELECT 'bot-' || i, 1, 't' FROM n`,
    )
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })

  it(`with ${AGENTS} agents takes less than half a second`, async (t) => {
    const times = []
    for (let i = 0; i < 5; i++) {
      const since = performance.now()
      await server.launch()
      times.push(performance.now() - since)
      // Ready means: the first answer has them all.
      assert.equal((await server.agents()).size, AGENTS)
      assert.equal(await server.stop(), 0)
    }
    t.diagnostic(`${times.map((ms) => ms.toFixed(0)).join(', ')} ms`)
    assert.ok(times.sort((a, b) => a - b)[2] < 500, `${times} ms`)
  })
})
