// The list and everything like it costs no statement per agent: counted from outside, by SQLite's trace hook and by a proxy
// before the engine's socket.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { EngineProxy } from '../support/engine-proxy.mjs'
import { READER, populate, readerToken } from '../support/people.mjs'
import { ScriptedEngine } from '../support/scripted.mjs'
import { SqlTrace } from '../support/sql-trace.mjs'
import { ROOT, Server, timing, until } from './harness.mjs'

const METADATA = /\b(agent_ownership|agent_sharing|agent_git_config|agent_permissions)\b/i
/** The server does nothing by itself meanwhile. */
const QUIET = {
  TRINITY_PROBE_SECONDS: '600',
  TRINITY_RECONCILE_SECONDS: '3600',
  TRINITY_DATABASE_WATCH_MS: '3600000',
}

/** Paths without parameters that can be read. */
async function plainReads() {
  const lines = (await readFile(path.join(ROOT, 'api/openapi.yaml'), 'utf8')).split('\n')
  const found = []
  let at = null
  for (const line of lines) {
    at = line.match(/^ {2}(\/[^:{}]*):$/)?.[1] ?? (/^ {2}\S/.test(line) ? null : at)
    if (at && /^ {4}get:$/.test(line)) found.push(at)
  }
  return found
}

describe('statements and engine calls', () => {
  let engine, proxy, trace, server, names
  before(async () => {
    engine = await ScriptedEngine.start()
    proxy = await EngineProxy.start(engine.socket)
    trace = new SqlTrace(path.join(engine.folder, 'statements'))
    const environment = {
      ...QUIET,
      ...engine.environment,
      ...trace.environment,
      TRINITY_ENGINE: `unix://${proxy.path}`,
    }
    server = await Server.start({ environment })
    await grow(5)
  })
  after(async () => {
    await server?.dispose()
    await proxy?.stop()
    await engine?.stop()
  })

  /** That many agents in all; the server starts anew on them. */
  async function grow(size) {
    const more = size - (names?.length ?? 0)
    const made = await engine.do('containers', { count: more, name: `group${size}`, instance: server.instance })
    names = [...(names ?? []), ...made.map((name) => name.replace(/^agent-/, ''))]
    await trace.next()
    await populate(server, names)
    await until('all are listed', async () => {
      const { body } = await server.get('/api/agents')
      return body.length === size && body.every((agent) => agent.owner && agent.started_at)
    })
    // What the server asks the engine by itself after a start is over when nothing has come for a while.
    let calls = -1
    await until('the engine is left alone', () => proxy.calls === calls || void (calls = proxy.calls), { every: 700 })
  }

  /** Statements and engine calls of what `act` does; the figures of the server's own count with them. */
  async function costOf(act) {
    await trace.next()
    const calls = proxy.calls
    const answer = await act()
    const told = timing(answer.headers)
    const statements = await trace.next()
    return { answer, told, statements, calls: proxy.calls - calls }
  }

  it('the start reads all metadata with two statements, whatever the number of agents', async () => {
    for (const size of [5, 50]) {
      if (names.length < size) await grow(size)
      await trace.next()
      await server.restart()
      await until('the list is there', async () => (await server.agents()).size === size)
      const asked = (await trace.next()).filter((line) => METADATA.test(line) && /^\s*select/i.test(line))
      assert.equal(asked.length, 2, asked.join('\n'))
      const whole = asked.find((line) => line.includes('agent_ownership'))
      for (const table of ['agent_ownership', 'users', 'agent_git_config', 'agent_sharing', 'trinity_agent_tags'])
        assert.ok(whole.includes(table), `${table} comes with the others: ${whole}`)
    }
  })

  it('the first list of a viewer and all later ones cost nothing', async () => {
    const reader = await readerToken(server)
    for (const token of [server.token, reader, server.token, reader]) {
      const { answer, told, statements, calls } = await costOf(() => server.get('/api/agents', { token }))
      assert.equal(answer.status, 200)
      assert.equal(answer.body.length, token === reader ? Math.ceil(5 / 3) + Math.ceil(45 / 3) : 50)
      assert.deepEqual(statements, [], 'by the trace hook')
      assert.equal(calls, 0, 'by the proxy')
      assert.deepEqual([told.sql, told.engine], [0, 0], 'by the server')
    }
  })

  it('its full metadata is in it', async () => {
    const { body } = await server.get('/api/agents')
    const shared = body.filter((agent) => agent.github_repo)
    assert.ok(shared.length >= 10)
    for (const agent of body) {
      assert.equal(typeof agent.owner, 'string')
      for (const field of ['is_owner', 'is_shared', 'is_system', 'autonomy_enabled', 'memory_limit', 'cpu_limit'])
        assert.ok(field in agent, field)
    }
    const mine = (await server.get('/api/agents', { token: await readerToken(server) })).body
    assert.ok(
      mine.every((agent) => agent.is_shared && !agent.is_owner),
      `${READER.name} has them by their shares`,
    )
  })

  it('parts of the list and the figures of all cost nothing either', async () => {
    for (const query of [
      '?fields=name,status',
      '?limit=10',
      '?status=running',
      '?q=group',
      '?tag=prod',
      '?sort=name',
      '/stats',
    ]) {
      const { answer, statements, calls } = await costOf(() => server.get(`/api/agents${query}`))
      assert.equal(answer.status, 200, query)
      assert.deepEqual(statements, [], query)
      assert.equal(calls, 0, query)
    }
  })

  it('a change of one agent is not followed by a reading of all', async () => {
    const { answer, statements } = await costOf(() =>
      server.request('PUT', `/api/agents/${names[7]}/autonomy`, { json: { enabled: true } }),
    )
    assert.equal(answer.status, 200, answer.text)
    const all = statements.filter((line) => /from agent_ownership/i.test(line) && !/where/i.test(line))
    assert.deepEqual(all, [])
    assert.equal((await server.agents()).get(names[7]).autonomy_enabled, true)
    const { statements: behind } = await costOf(() => server.get('/api/agents'))
    assert.deepEqual(behind, [])
  })

  it('no reading of anything asks more with ten times as many agents', async () => {
    const reads = await plainReads()
    assert.ok(reads.includes('/api/agents') && reads.includes('/api/agents/stats'), reads.join(' '))
    const count = async () => {
      const costs = {}
      for (const target of reads) {
        await server.get(target)
        const { told, statements, calls } = await costOf(() => server.get(target))
        costs[target] = { sql: statements.length, calls, told: told.sql }
      }
      return costs
    }
    const few = await count()
    await grow(500)
    for (const [target, cost] of Object.entries(await count()))
      for (const [what, number] of Object.entries(cost))
        assert.ok(number <= few[target][what], `${target}: ${what} is ${number}, was ${few[target][what]}`)
  })
})
