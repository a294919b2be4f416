// What the git status of a hundred agents costs the server: no process, and one question to each.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { populate } from '../support/people.mjs'
import { ScriptedEngine } from '../support/scripted.mjs'
import { Server, timing, until } from './harness.mjs'

describe('the status of a hundred agents', { timeout: 120_000 }, () => {
  const AGENTS = 100
  let engine, server, daemons, names
  const asked = new Map()
  before(async () => {
    daemons = createServer((request, response) => {
      if (request.url.startsWith('/api/git/status'))
        asked.set(request.socket.localAddress, (asked.get(request.socket.localAddress) ?? 0) + 1)
      response.writeHead(request.url.startsWith('/api/git/status') ? 200 : 404, { 'Content-Type': 'application/json' })
      response.end(
        JSON.stringify({
          git_enabled: true,
          branch: 'main',
          remote_url: '',
          last_commit: null,
          changes: [],
          changes_count: 0,
          ahead: 0,
          behind: 0,
        }),
      )
    })
    await new Promise((resolve, reject) => daemons.once('error', reject).listen(8000, '0.0.0.0', resolve))
    engine = await ScriptedEngine.start()
    server = await Server.start({ environment: engine.environment })
    const made = await engine.do('containers', {
      count: AGENTS,
      name: 'bot',
      instance: server.instance,
      network: server.network,
    })
    names = made.map((name) => name.replace(/^agent-/, ''))
    await populate(server, names)
    await until('all are there', async () => (await server.get('/api/agents')).body.length === AGENTS)
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
    await new Promise((resolve) => daemons?.close(resolve) ?? resolve())
    daemons?.closeAllConnections()
  })

  /** Page faults of children that have ended, and the children that there are. */
  const children = () => {
    const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1].split(' ')
    const threads = readdirSync(`/proc/${server.pid}/task`)
    const alive = threads.map((id) => readFileSync(`/proc/${server.pid}/task/${id}/children`, 'utf8').trim())
    return {
      ended: Number(fields[8]) + Number(fields[10]) + Number(fields[13]) + Number(fields[14]),
      alive: alive.join(''),
    }
  }

  it('costs no process, and one question to each agent however often it is read', async (t) => {
    const before = children()
    const read = (name) => server.get(`/api/agents/${name}/git/status`)
    const begun = performance.now()
    await Promise.all(names.map(read))
    const cold = performance.now() - begun
    let worst = 0
    let statements = 0
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(names.map(read))
      for (const answer of answers) {
        assert.deepEqual([answer.status, answer.body.branch], [200, 'main'], answer.text)
        worst = Math.max(worst, timing(answer.headers).app)
        statements = Math.max(statements, timing(answer.headers).sql)
      }
    }
    t.diagnostic(
      `first ${Math.round(cold)} ms for ${AGENTS}; then at most ${worst} ms and ${statements} statements each`,
    )
    assert.equal(asked.size, AGENTS)
    for (const [address, count] of asked) assert.equal(count, 1, `${address} was asked ${count} times`)
    assert.deepEqual(children(), before)
    assert.equal(before.alive, '')
    assert.ok(statements <= 1, `${statements} statements`)
  })
})
