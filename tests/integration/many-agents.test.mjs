// Thirty real agents: reads stay free of SQL and engine calls, and stats traffic does not slow down others.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fork } from 'node:child_process'
import path from 'node:path'
import { Server, timing, until } from './harness.mjs'

const AGENTS = 30

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

/** Times of /health, measured one after the other from a process of its own, in milliseconds, sorted. */
function measureHealth(address, ms) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, '../support/health-times.mjs'), [address, String(ms)])
    const guard = setTimeout(() => child.kill(), ms + 20_000)
    child.once('message', resolve)
    child.once('exit', (code) => {
      clearTimeout(guard)
      if (code !== 0) reject(new Error(`the measuring process ended with ${code}`))
    })
  })
}

describe('thirty agents', () => {
  let server
  const names = Array.from({ length: AGENTS }, (_, i) => `many-${String(i + 1).padStart(2, '0')}`)
  before(async () => {
    server = await Server.start()
    for (let i = 0; i < names.length; i += 2) {
      await Promise.all(
        names.slice(i, i + 2).map((name) => server.createAgent(name, { resources: { cpu: '1', memory: '64m' } })),
      )
    }
  })
  after(() => server?.dispose())

  it('are all running', async () => {
    const agents = await server.agents()
    assert.deepEqual([...agents.keys()].sort(), names)
    assert.deepEqual([...new Set([...agents.values()].map((a) => a.status))], ['running'])
  })

  it('are listed without SQL and without the engine', async () => {
    await server.get('/api/agents')
    for (let i = 0; i < 20; i++) {
      const { headers } = await server.get('/api/agents')
      assert.equal(timing(headers).sql, 0)
      assert.equal(timing(headers).engine, 0)
    }
  })

  it('have different ports', async () => {
    const ports = new Set([...(await server.agents()).values()].map((a) => a.port))
    assert.equal(ports.size, AGENTS)
  })

  it('keep /health quick while thirty clients ask for stats', async () => {
    await until(
      'every agent has figures',
      async () => {
        const answers = await Promise.all(names.map((name) => server.get(`/api/agents/${name}/stats`)))
        return answers.every((a) => a.status === 200)
      },
      { ms: 40_000, every: 500 },
    )
    let asking = true
    let answered = 0
    const client = async (name) => {
      // A page asks every few seconds; these ask 20 times a second each.
      while (asking) {
        const answer = await server.get(`/api/agents/${name}/stats`)
        assert.equal(answer.status, 200)
        assert.equal(timing(answer.headers).engine, 0)
        answered++
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    const clients = names.map(client)
    const times = await measureHealth(server.address, 4000)
    asking = false
    await Promise.all(clients)
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share))
    console.log(
      `/health under ${answered} stats requests: ${times.length} samples, p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
    )
    assert.ok(answered > 300, `only ${answered} answers`)
    assert.ok(p95 < 25, `p95 ${p95} ms`)
  })

  it('are seen when three are killed at once', async () => {
    const live = await server.live(['agents'])
    try {
      const { kill } = await import('../support/engine.mjs')
      const victims = names.slice(0, 3)
      await Promise.all(victims.map((name) => kill(server.containerOf(name))))
      for (const name of victims)
        await live.next((f) => f.event === 'agent_status' && f.data.name === name && f.data.status === 'stopped')
    } finally {
      live.close()
    }
  })
})
