// A real engine that is stopped (SIGSTOP) and killed under the server: reads keep their speed and tell their age, actions
// fail in time, and all is well again by itself.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { OwnEngine, has } from '../support/own-engine.mjs'
import { Server, until } from './harness.mjs'

const needed = ['dockerd', 'unshare', 'nsenter', 'busybox'].filter((program) => !has(program))
const NAMES = ['ant', 'bee', 'cat']

const engineOf = (answer) => answer.headers.get('trinity-engine')
const ageOf = (answer) => Number(answer.headers.get('trinity-snapshot-age'))
const milliseconds = async (work) => {
  const begin = performance.now()
  const answer = await work()
  return { answer, ms: performance.now() - begin }
}

describe('a real engine', { skip: needed.length ? `not installed: ${needed.join(', ')}` : false }, () => {
  let engine, server, init
  before(async () => {
    engine = await OwnEngine.start('docker')
    server = await Server.start({
      environment: {
        ...engine.environment,
        TRINITY_PROBE_SECONDS: '1',
        TRINITY_RECONCILE_SECONDS: '1',
        TRINITY_STOP_GRACE_SECONDS: '1',
      },
    })
    for (const name of NAMES) await server.createAgent(name, { resources: { cpu: '1', memory: '64m' } })
  })
  after(async () => {
    await server?.dispose()
    await engine?.dispose()
  })

  /** Medians of a few reads of each kind, in milliseconds. */
  async function speeds(rounds) {
    const medians = {}
    for (const target of ['/api/agents', '/api/agents/ant', '/api/agents/ant/stats', '/health', '/']) {
      const times = []
      for (let i = 0; i < rounds; i++) {
        const { answer, ms } = await milliseconds(() => server.get(target))
        assert.equal(answer.status, 200, `${target}: ${answer.text}`)
        times.push(ms)
      }
      medians[target] = times.sort((a, b) => a - b)[Math.floor(rounds / 2)]
    }
    return medians
  }

  it('that is stopped leaves list, stats, pages and /health at their speed, with the age', async () => {
    await until('figures are there', async () => {
      return (await server.get('/api/agents/ant/stats')).body.memory_used_bytes > 0
    })
    const well = await speeds(60)
    init = (await engine.ask('GET', `/containers/${server.containerOf('bee')}/json`)).body.State.Pid
    engine.signal('SIGSTOP')
    const stopped = await speeds(60)
    for (const [target, ms] of Object.entries(stopped)) {
      assert.ok(ms < well[target] * 3 + 5, `${target}: ${ms.toFixed(1)} ms, ${well[target].toFixed(1)} ms before`)
    }
    const show = (medians) =>
      Object.entries(medians)
        .map(([target, ms]) => `${target} ${ms.toFixed(2)}`)
        .join(', ')
    console.log(`median ms, engine well: ${show(well)}; engine stopped: ${show(stopped)}`)
    const list = await until('the hang is noticed', async () => {
      const answer = await server.get('/api/agents')
      return engineOf(answer) === 'unreachable' && answer
    })
    assert.equal(list.body.length, NAMES.length)
    const age = ageOf(list)
    assert.ok(age > 1000, `${age} ms`)
    const stats = await server.get('/api/agents/ant/stats')
    assert.equal(engineOf(stats), 'unreachable')
    assert.ok(ageOf(stats) >= age)
  })

  it('that is stopped makes actions fail with 503, at once when it is known', async () => {
    const actions = [
      () => server.post('/api/agents', { name: 'dog' }),
      () => server.post('/api/agents/ant/start'),
      () => server.post('/api/agents/ant/stop'),
      () => server.delete('/api/agents/ant'),
      () => server.get('/api/agents/ant/logs'),
    ]
    for (const action of actions) {
      const { answer, ms } = await milliseconds(action)
      assert.equal(answer.status, 503, answer.text)
      assert.ok(ms < 1000, `${ms} ms`)
    }
  })

  it('that is stopped does not hide that an agent ends', async () => {
    process.kill(init, 'SIGKILL')
    const { ms } = await milliseconds(() =>
      until('the end is shown', async () => (await server.agents()).get('bee').status === 'stopped', { every: 5 }),
    )
    assert.ok(ms < 1000, `${ms} ms`)
  })

  it('that goes on is followed again', async () => {
    engine.signal('SIGCONT')
    await until('the engine is back', async () => {
      const answer = await server.get('/api/agents')
      return engineOf(answer) === 'ok' && ageOf(answer) < 3000
    })
    await until('the engine has started it again', async () => (await server.agents()).get('bee').status === 'running')
    assert.equal((await server.post('/api/agents/bee/stop')).status, 200)
    assert.equal((await server.agents()).get('bee').status, 'stopped')
    assert.equal((await server.post('/api/agents/bee/start')).status, 200)
    assert.match((await server.get('/api/agents/bee/logs')).body.logs, /ready/)
  })

  it('that stops in the middle of an action makes it fail within its limit', async () => {
    engine.signal('SIGSTOP')
    const { answer, ms } = await milliseconds(() => server.post('/api/agents/cat/stop'))
    assert.equal(answer.status, 503, answer.text)
    assert.ok(ms < 8000, `${ms} ms; the grace is 1 s and the reserve 5 s`)
    engine.signal('SIGCONT')
    await until('the list is what the engine says', async () => {
      const list = await server.get('/api/agents')
      if (engineOf(list) !== 'ok' || ageOf(list) > 3000) return false
      const states = await engine.states()
      return list.body.every((agent) => (agent.status === 'running') === (states.get(agent.name) === 'running'))
    })
    assert.equal((await server.post('/api/agents/cat/start')).status, 200)
  })

  it('that is killed leaves what is known; started again, it is followed', async () => {
    await engine.kill()
    const list = await until('its end is noticed', async () => {
      const answer = await server.get('/api/agents')
      return engineOf(answer) === 'unreachable' && answer
    })
    assert.equal(list.body.length, NAMES.length)
    const { answer, ms } = await milliseconds(() => server.post('/api/agents', { name: 'dog' }))
    assert.equal(answer.status, 503)
    assert.ok(ms < 1000, `${ms} ms`)
    await engine.launch()
    // Docker ends what ran when it was killed; whether it starts it again depends on its version.
    await until('the list is what the engine says', async () => {
      const again = await server.get('/api/agents')
      const states = await engine.states()
      return (
        engineOf(again) === 'ok' &&
        ageOf(again) < 3000 &&
        again.body.every((agent) => (agent.status === 'running') === (states.get(agent.name) === 'running'))
      )
    })
    assert.equal((await server.post('/api/agents/ant/start')).status, 200)
    assert.equal((await server.agents()).get('ant').status, 'running')
    assert.equal((await server.post('/api/agents/ant/stop')).status, 200)
    assert.equal((await server.delete('/api/agents/ant')).status, 200)
    await server.createAgent('dog', { resources: { cpu: '1', memory: '64m' } })
    assert.equal((await server.agents()).get('dog').status, 'running')
  })
})
