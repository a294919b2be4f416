// Podman's compatible socket, given by its address alone. docs/operations.md says what differs.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { OwnEngine, has } from '../support/own-engine.mjs'
import { Server, until } from './harness.mjs'

const needed = ['podman', 'unshare', 'nsenter', 'busybox'].filter((program) => !has(program))

describe('podman', { skip: needed.length ? `not installed: ${needed.join(', ')}` : false }, () => {
  let engine, server
  before(async () => {
    engine = await OwnEngine.start('podman')
    server = await Server.start({
      environment: { ...engine.environment, TRINITY_PROBE_SECONDS: '1', TRINITY_STOP_GRACE_SECONDS: '2' },
    })
  })
  after(async () => {
    await server?.dispose()
    await engine?.dispose()
  })
  const status = async (name) => (await server.agents()).get(name)?.status
  const becomes = (name, wanted) => until(`${name} becomes ${wanted}`, async () => (await status(name)) === wanted)

  it('creates agents with their limits', async () => {
    await server.createAgent('one', { resources: { cpu: '1', memory: '64m' } })
    assert.equal(await status('one'), 'running')
    const { body } = await engine.ask('GET', `/containers/${server.containerOf('one')}/json`)
    assert.equal(body.HostConfig.Memory, 64 * 1024 * 1024)
    assert.equal(body.HostConfig.CpuQuota, body.HostConfig.CpuPeriod)
    assert.ok(body.NetworkSettings.Networks[server.network])
  })

  it('shows figures and logs', async () => {
    await until('figures are there', async () => {
      return (await server.get('/api/agents/one/stats')).body.memory_used_bytes > 0
    })
    assert.equal((await server.get('/api/agents/one/stats')).body.memory_limit_bytes, 64 * 1024 * 1024)
    assert.match((await server.get('/api/agents/one/logs')).body.logs, /ready/)
  })

  it('stops, starts and deletes', async () => {
    assert.equal((await server.post('/api/agents/one/stop')).status, 200)
    assert.equal(await status('one'), 'stopped')
    assert.equal((await server.post('/api/agents/one/start')).status, 200)
    assert.equal(await status('one'), 'running')
    await server.createAgent('two', { resources: { cpu: '1', memory: '64m' } })
    assert.equal((await server.delete('/api/agents/two')).status, 200)
    assert.equal(await status('two'), undefined)
    const { body } = await engine.ask('GET', '/volumes')
    assert.equal(body.Volumes.filter((volume) => volume.Name.includes('-two-')).length, 0)
  })

  it('follows what happens past the server', async () => {
    const container = server.containerOf('one')
    await engine.ask('POST', `/containers/${container}/stop?t=2`)
    await becomes('one', 'stopped')
    await engine.ask('POST', `/containers/${container}/start`)
    await becomes('one', 'running')
    await engine.ask('DELETE', `/containers/${container}?force=1`)
    await becomes('one', undefined)
  })

  it('may be restarted under the server', async () => {
    await server.createAgent('three', { resources: { cpu: '1', memory: '64m' } })
    await engine.kill()
    await until('its absence is noticed', async () => {
      return (await server.get('/api/agents')).headers.get('trinity-engine') === 'unreachable'
    })
    assert.equal(await status('three'), 'running', 'its containers do not need it')
    await engine.launch()
    await until('it is followed again', async () => {
      return (await server.get('/api/agents')).headers.get('trinity-engine') === 'ok'
    })
    assert.equal((await server.post('/api/agents/three/stop')).status, 200)
    assert.equal(await status('three'), 'stopped')
  })
})
