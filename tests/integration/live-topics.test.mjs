// The live topics on a real server with a real agent: figures, operations, the reasons of ends, and a session's end.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server, until } from './harness.mjs'
import { kill } from '../support/engine.mjs'

const clock = () => performance.timeOrigin + performance.now()

describe('live topics', () => {
  let server
  let live
  before(async () => {
    server = await Server.start()
    live = await server.live(['user', 'agents', 'agents:stats', 'host'])
  })
  after(async () => {
    live?.close()
    await server?.dispose()
  })

  it('tell the steps of a creation to the person', async () => {
    const from = live.frames.length
    await server.createAgent('bot')
    await live.next((f) => f.event === 'operation_update' && f.data.state === 'done', { from })
    const steps = live.frames
      .slice(from)
      .filter((f) => f.event === 'operation_update')
      .map((f) => f.data)
    assert.ok(steps.length >= 4, JSON.stringify(steps))
    assert.deepEqual(new Set(steps.map((s) => `${s.kind} ${s.agent_name} ${s.operation_id}`)).size, 1)
    assert.equal(steps[0].kind, 'create_agent')
    assert.equal(steps[0].agent_name, 'bot')
    assert.equal(steps.at(-1).percent, 100)
    const created = live.frames.slice(from).find((f) => f.event === 'agent_created')
    assert.equal(created.data.reason, 'user')
    assert.equal(created.data.changed_at, created.data.started_at)
  })

  it('tell of no operation that was refused before it began', async () => {
    const from = live.frames.length
    assert.equal((await server.post('/api/agents', { name: 'bot' })).status, 400)
    assert.equal((await server.post('/api/agents/nobody/stop')).status, 404)
    assert.equal((await server.post('/api/agents/bot/stop')).status, 200)
    await live.next((f) => f.event === 'operation_update' && f.data.state === 'done', { from })
    const told = live.frames
      .slice(from)
      .filter((f) => f.event === 'operation_update')
      .map((f) => `${f.data.kind} ${f.data.agent_name} ${f.data.state}`)
    assert.deepEqual(told, ['stop_agent bot running', 'stop_agent bot done'])
    const stopped = live.frames.slice(from).find((f) => f.event === 'agent_status' && f.data.status === 'stopped')
    assert.equal(stopped.data.reason, 'user')
    assert.equal((await server.post('/api/agents/bot/start')).status, 200)
  })

  it('show one row of figures per running agent', async () => {
    const frame = await live.next(
      (f) =>
        f.event === 'agents_stats_update' &&
        f.data.agents.some((row) => row.name === 'bot' && row.memory_used_bytes > 0),
    )
    const row = frame.data.agents.find((r) => r.name === 'bot')
    assert.deepEqual(Object.keys(row), [
      'name',
      'cpu_percent',
      'memory_used_bytes',
      'memory_limit_bytes',
      'memory_percent',
    ])
    assert.equal(row.memory_limit_bytes, 128 * 1024 * 1024)
  })

  it('show the machine as GET /api/telemetry/host does', async () => {
    const first = live.frames.find((f) => f.type === 'subscribed' && f.topic === 'host')
    const answer = await server.get('/api/telemetry/host')
    assert.equal(answer.status, 200)
    assert.deepEqual(Object.keys(first.snapshot), [...Object.keys(answer.body), 'history'])
    assert.equal(first.snapshot.memory.total_gb, answer.body.memory.total_gb)
    assert.equal(first.snapshot.cpu.count, answer.body.cpu.count)
    const containers = await server.get('/api/telemetry/containers')
    assert.equal(containers.body.running_count, 1)
    assert.equal(containers.body.containers[0].name, 'bot')
  })

  it('tell a kill from a stop, and the list says the same', async () => {
    let from = live.frames.length
    await kill(server.containerOf('bot'))
    const ended = await live.next((f) => f.event === 'agent_status' && f.data.status === 'stopped', { from })
    assert.equal(ended.data.reason, 'exit')
    const item = await until('the exit code is known', async () => {
      const listed = (await server.agents()).get('bot')
      return listed.exit_code !== null && listed
    })
    assert.equal(item.exit_code, 137)
    assert.equal(item.reason, 'exit')
    assert.ok(Math.abs(Date.parse(item.changed_at) - ended.arrived) < 5000, item.changed_at)
    from = live.frames.length
    await server.post('/api/agents/bot/start')
    const started = await live.next((f) => f.event === 'agent_status' && f.data.status === 'running', { from })
    assert.equal(started.data.reason, 'user')
    assert.equal(started.data.changed_at, started.data.started_at)
    const done = await live.next(
      (f) => f.event === 'operation_update' && f.data.kind === 'start_agent' && f.data.state === 'done',
      { from },
    )
    assert.equal(done.data.agent_name, 'bot')
  })

  it('notice within a second that the session has ended', async () => {
    const signIn = await fetch(`http://${server.address}/token`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'admin', password: 'correct horse battery' }),
    })
    const cookie = signIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    const { access_token: token } = await signIn.json()
    const other = await server.live(['agents'], token)
    const began = clock()
    const out = await fetch(`http://${server.address}/api/auth/session`, {
      method: 'DELETE',
      headers: { Cookie: cookie },
    })
    assert.equal(out.status, 204)
    const over = await other.next((f) => f.type === 'session_expired')
    assert.ok(over.arrived - began < 1500, `${over.arrived - began} ms`)
    const ended = await other.next((f) => f.type === 'unsubscribed')
    assert.equal(ended.reason, 'session_expired')
    other.close()
  })

  it('end with the agent', async () => {
    const own = await server.live(['agent:bot', 'agent:bot:stats'])
    const from = live.frames.length
    assert.equal((await server.delete('/api/agents/bot')).status, 200)
    for (const topic of ['agent:bot', 'agent:bot:stats']) {
      assert.equal((await own.next((f) => f.type === 'unsubscribed' && f.topic === topic)).reason, 'agent_deleted')
    }
    const done = await live.next(
      (f) => f.event === 'operation_update' && f.data.kind === 'delete_agent' && f.data.state === 'done',
      { from },
    )
    assert.equal(done.data.percent, 100)
    own.close()
  })
})
