// The whole server against an engine that goes wrong on purpose: what it knows stays, with its age, and it recovers by itself.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { readFile } from 'node:fs/promises'
import { ScriptedEngine } from '../support/scripted.mjs'
import { Server, until } from './harness.mjs'

const quick = { TRINITY_PROBE_SECONDS: '1', TRINITY_RECONCILE_SECONDS: '1', TRINITY_STOP_GRACE_SECONDS: '1' }

const engineOf = (answer) => answer.headers.get('trinity-engine')
const ageOf = (answer) => Number(answer.headers.get('trinity-snapshot-age'))
const nameOf = (name) => `agent-${name}`

/** The slowest of these reads, one after the other, in milliseconds. Each must succeed. */
async function slowestRead(server, targets, rounds) {
  let slowest = 0
  for (let i = 0; i < rounds; i++) {
    for (const target of targets) {
      const begin = performance.now()
      const answer = await server.get(target)
      slowest = Math.max(slowest, performance.now() - begin)
      assert.equal(answer.status, 200, `${target}: ${answer.text}`)
    }
  }
  return slowest
}

async function world({ open = true, environment = {}, ...options } = {}) {
  const engine = await ScriptedEngine.start({ open, ...options })
  try {
    const server = await Server.start({ environment: { ...quick, ...engine.environment, ...environment } })
    return { engine, server }
  } catch (error) {
    await engine.stop()
    throw error
  }
}

describe('an engine that is absent at the start', () => {
  let engine, server
  before(async () => ({ engine, server } = await world({ open: false })))
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })

  it('does not keep the server from starting, and says so', async () => {
    const list = await server.get('/api/agents')
    assert.equal(list.status, 200)
    assert.deepEqual(list.body, [])
    assert.equal(engineOf(list), 'unreachable')
    assert.equal(ageOf(list), -1)
    assert.equal((await server.get('/health')).status, 200)
    assert.equal((await server.get('/')).status, 200)
  })

  it('makes actions fail at once', async () => {
    const begin = Date.now()
    const answer = await server.post('/api/agents', { name: 'early' })
    assert.equal(answer.status, 503, answer.text)
    assert.ok(Date.now() - begin < 2000)
  })

  it('is found when it comes', async () => {
    await engine.do('containers', { count: 20, name: 'bot', instance: server.instance })
    await engine.do('door', { open: true })
    await until('all agents are listed', async () => (await server.agents()).size === 20)
    const list = await server.get('/api/agents')
    assert.equal(engineOf(list), 'ok')
    assert.ok(ageOf(list) >= 0 && ageOf(list) < 5000, `${ageOf(list)} ms`)
  })

  it('does not make agents of the database look deleted', async () => {
    const created = await server.createAgent('mine')
    assert.equal(created.status, 'running')
    await engine.do('door', { open: false })
    await server.restart()
    assert.equal((await server.get('/api/agents/mine')).status, 503)
    assert.equal((await server.delete('/api/agents/mine')).status, 503)
    assert.equal((await server.get('/api/agents/nobody')).status, 404)
    await engine.do('door', { open: true })
    await until('the agent is there again', async () => (await server.get('/api/agents/mine')).status === 200)
  })
})

describe('an engine in trouble', () => {
  let engine, server
  before(async () => {
    ;({ engine, server } = await world())
    await engine.do('containers', { count: 30, name: 'bot', instance: server.instance })
    await until('all agents run', async () => {
      const agents = [...(await server.agents()).values()]
      return agents.length === 30 && agents.every((agent) => agent.status === 'running')
    })
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })
  afterEach(async () => {
    await engine.do('heal')
    await engine.do('lose', { lost: false })
    await engine.do('clock', { ahead_ms: 0 })
    await engine.do('door', { open: true })
    await until('the engine is followed again', async () => {
      const list = await server.get('/api/agents')
      return engineOf(list) === 'ok' && ageOf(list) < 3000 && (await engine.state()).streams === 1
    })
  })
  const status = async (name) => (await server.agents()).get(name)?.status
  const becomes = (name, wanted) => until(`${name} becomes ${wanted}`, async () => (await status(name)) === wanted)

  it('that hangs leaves reads quick and shows their age', async () => {
    const figures = async () => (await server.get('/api/agents/bot-1/stats')).body.memory_used_bytes > 0
    await until('figures are there', figures)
    const live = await server.live(['agents'])
    await engine.do('hang')
    const reads = ['/api/agents', '/api/agents/bot-1/stats', '/health', '/']
    const slowest = await slowestRead(server, reads, 40)
    assert.ok(slowest < 500, `a read took ${slowest.toFixed()} ms`)
    await live.next((f) => f.event === 'engine_status' && f.data.state === 'unreachable', { ms: 20_000 })
    const first = await server.get('/api/agents')
    assert.equal(engineOf(first), 'unreachable')
    assert.equal(first.body.length, 30)
    assert.ok(ageOf(first) > 1000, `${ageOf(first)} ms`)
    await new Promise((resolve) => setTimeout(resolve, 300))
    const second = await server.get('/api/agents/bot-1/stats')
    assert.ok(ageOf(second) >= ageOf(first) + 250)
    // Known to hang by now: nobody is kept waiting.
    for (const act of ['/api/agents/bot-1/start', '/api/agents/bot-1/stop', '/api/agents']) {
      const begin = Date.now()
      const answer = await server.post(act, act === '/api/agents' ? { name: 'new' } : undefined)
      assert.equal(answer.status, 503, answer.text)
      assert.ok(Date.now() - begin < 1000)
    }
    await engine.do('die', { container: nameOf('bot-1'), exit_code: 3 })
    assert.equal(await status('bot-1'), 'running', 'nobody has told yet')
    await engine.do('heal')
    await live.next((f) => f.event === 'engine_status' && f.data.state === 'ok', { from: 1 })
    await becomes('bot-1', 'stopped')
    live.close()
  })

  it('that hangs in one action makes it fail within its limit', async () => {
    await engine.do('trouble', { call: 'stop', container: nameOf('bot-2'), hang: true })
    const begin = Date.now()
    const answer = await server.post('/api/agents/bot-2/stop')
    const took = Date.now() - begin
    assert.equal(answer.status, 503, answer.text)
    assert.ok(took > 4000 && took < 8000, `${took} ms; the grace is 1 s and the reserve 5 s`)
    assert.equal((await server.post('/api/agents/bot-3/stop')).status, 200, 'others can be stopped')
  })

  it('that refuses one container shows it as listed', async () => {
    await engine.do('trouble', { call: 'inspect', container: nameOf('odd'), status: 500 })
    await engine.do('containers', { name: 'odd', instance: server.instance })
    await engine.do('containers', { name: 'even', instance: server.instance })
    await becomes('even', 'running')
    await becomes('odd', 'running')
    await engine.do('die', { container: nameOf('odd'), untold: true })
    await becomes('odd', 'stopped')
    const list = await server.get('/api/agents')
    assert.equal(engineOf(list), 'ok')
    assert.equal(list.body.length, 32)
  })

  it('that loses events is caught up with', async () => {
    await engine.do('lose')
    await engine.do('die', { container: nameOf('bot-4') })
    await engine.do('destroy', { container: nameOf('bot-5') })
    await engine.do('containers', { name: 'quiet', instance: server.instance })
    await becomes('bot-4', 'stopped')
    await becomes('bot-5', undefined)
    await becomes('quiet', 'running')
  })

  it('whose event stream is cut goes on', async () => {
    for (let i = 0; i < 5; i++) {
      await engine.do('cut')
      await engine.do('die', { container: nameOf(`bot-${10 + i}`) })
      await becomes(`bot-${10 + i}`, 'stopped')
    }
  })

  it('that restarts together with its containers shows the new ones', async () => {
    const uptime = async () => (await server.get('/api/agents/bot-20/stats')).body.uptime_seconds
    const before = await until('it has run for a while', async () => (await uptime()) > 3 && uptime())
    await engine.do('restart', { containers: true })
    await until('the new start is shown', async () => (await uptime()) < before - 1)
    assert.equal(await status('bot-20'), 'running')
    await until('figures of the new process come in', async () => {
      await engine.do('use', { container: nameOf('bot-20'), memory: 77_000_000 })
      return (await server.get('/api/agents/bot-20/stats')).body.memory_used_bytes === 77_000_000
    })
  })

  it('that is away for a while keeps what is known', async () => {
    await engine.do('door', { open: false })
    await until('its absence is noticed', async () => engineOf(await server.get('/api/agents')) === 'unreachable')
    const list = await server.get('/api/agents')
    assert.ok(list.body.length >= 30)
    await engine.do('die', { container: nameOf('bot-21') })
    await engine.do('door', { open: true })
    await becomes('bot-21', 'stopped')
  })

  it('that loses a container while it is listed does not stumble', async () => {
    const others = (await server.agents()).size - 1
    await engine.do('trouble', { call: 'list', container: nameOf('bot-22'), vanish: true, times: 1 })
    await becomes('bot-22', undefined)
    assert.equal((await server.agents()).size, others)
  })

  it('whose list fails does not claim to be up to date', async () => {
    await engine.do('trouble', { call: 'list', status: 500 })
    const old = await until('the age grows', async () => {
      const list = await server.get('/api/agents')
      return ageOf(list) > 2500 && list
    })
    assert.equal(engineOf(old), 'ok', 'it answers everything else')
    await engine.do('die', { container: nameOf('bot-23') })
    await becomes('bot-23', 'stopped')
  })

  it('whose clock is wrong or is set does not matter', async () => {
    for (const ahead of [3 * 3_600_000, -3 * 3_600_000, 0]) {
      await engine.do('clock', { ahead_ms: ahead })
      const name = `clock-${ahead}`.replace('--', '-minus-')
      await engine.do('containers', { name, instance: server.instance })
      await becomes(name, 'running')
      const { body } = await server.get(`/api/agents/${name}/stats`)
      assert.ok(body.uptime_seconds >= 0, `${body.uptime_seconds}`)
      await engine.do('cut')
      await engine.do('clock', { ahead_ms: ahead - 3_600_000 })
      await engine.do('die', { container: nameOf(name), exit_code: 1 })
      await becomes(name, 'stopped')
      await engine.do('destroy', { container: nameOf(name) })
      await becomes(name, undefined)
    }
  })
})

describe('an engine with ten thousand containers that lists them slowly', () => {
  let engine, server
  before(async () => {
    ;({ engine, server } = await world({ trees: false }))
    await engine.do('door', { open: false })
    await engine.do('containers', { count: 10_000, name: 'bot', instance: server.instance, untold: true })
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })

  it('shows all of them, and reads stay quick meanwhile', async () => {
    // About 15 s for the first list: longer than an engine may be silent.
    await engine.do('trouble', { call: 'list', piece: 600_000, pause_ms: 1000, times: 1 })
    await engine.do('door', { open: true })
    const begin = Date.now()
    const times = []
    await until(
      'all are listed',
      async () => {
        const started = performance.now()
        const health = await server.get('/health')
        times.push(performance.now() - started)
        assert.equal(health.status, 200)
        return (await server.agents()).size === 10_000
      },
      { ms: 60_000, every: 20 },
    )
    times.sort((a, b) => a - b)
    const [p50, p99] = [0.5, 0.99].map((share) => times[Math.floor(times.length * share)])
    console.log(
      `10,000 agents after ${Date.now() - begin} ms; /health meanwhile p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
    )
    assert.ok(p99 < 500, `/health p99 ${p99} ms`)
  })

  it('tells changes among them at once, and knows their details soon', async () => {
    await engine.do('die', { container: 'agent-bot-5000', exit_code: 3 })
    const begin = Date.now()
    const stats = (name) => server.get(`/api/agents/${name}/stats`)
    await until('the death is shown', async () => (await stats('bot-5000')).status === 400, { every: 5 })
    console.log(`a death among 10,000 shows after ${Date.now() - begin} ms`)
    await until(
      'the last one has its details',
      async () => {
        return (await stats('bot-1')).body.uptime_seconds > 0
      },
      { ms: 60_000, every: 200 },
    )
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    console.log(`resident: ${Math.round(Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024)} MiB`)
  })

  it('still answers actions', async () => {
    const answer = await server.post('/api/agents/bot-77/stop')
    assert.equal(answer.status, 200, answer.text)
    assert.equal((await server.agents()).get('bot-77').status, 'stopped')
  })
})

describe('adopting agents of an earlier deployment', () => {
  let engine, server
  before(async () => {
    ;({ engine, server } = await world({ environment: { TRINITY_ADOPT: 'true' } }))
    await engine.do('containers', { name: 'old' })
    await engine.do('containers', { name: 'theirs', instance: 'ffffffffffffffff' })
    await until('the old agent is listed', async () => (await server.agents()).has('old'))
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })

  it('lists them, and never those of another instance', async () => {
    await engine.do('containers', { name: 'theirs-too', instance: 'ffffffffffffffff' })
    await engine.do('containers', { name: 'old-too' })
    await until('the second old agent is listed', async () => (await server.agents()).has('old-too'))
    assert.deepEqual([...(await server.agents()).keys()].sort(), ['old', 'old-too'])
  })

  it('follows and works with them', async () => {
    await until('figures are there', async () => {
      return (await server.get('/api/agents/old/stats')).body.memory_used_bytes > 0
    })
    await engine.do('log', { container: nameOf('old'), text: 'hello\n' })
    assert.equal((await server.get('/api/agents/old/logs')).body.logs, 'hello\n')
    assert.equal((await server.post('/api/agents/old/stop')).status, 200)
    assert.equal((await server.agents()).get('old').status, 'stopped')
    assert.equal((await server.post('/api/agents/old/start')).status, 200)
    assert.equal((await server.agents()).get('old').status, 'running')
    assert.equal((await server.delete('/api/agents/old')).status, 200)
    assert.equal((await server.agents()).has('old'), false)
  })
})
