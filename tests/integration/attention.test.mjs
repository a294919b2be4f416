// Who needs a person, with the real Claude Code in real containers: each reason comes within a second, and goes.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { docker } from '../support/agent-container.mjs'
import { engine } from '../support/engine.mjs'
import { startRealFleet } from '../support/real-fleet.mjs'
import { timing, until } from './harness.mjs'

const AGENTS = ['one', 'two']
const ASYNC = { headers: { Prefer: 'respond-async' } }
const WITHIN = 1_000

describe('agents that need a person', () => {
  let fleet, server, live
  before(async () => {
    fleet = await startRealFleet({ agents: AGENTS, environment: { TRINITY_ATTENTION_TOOL_SECONDS: '3' } })
    server = fleet.server
    for (const name of AGENTS) {
      await until(`${name} answers`, async () => (await task(name, 'Say something.')).status === 200, {
        ms: 60_000,
        every: 500,
      })
    }
    live = await server.live(['agents:stats'])
  })
  after(async () => {
    live?.close()
    await fleet?.dispose()
  })

  const task = (agent, message, options) => server.post(`/api/agents/${agent}/task`, { message }, options)
  const attention = async (options) => {
    const answer = await server.get('/api/agents/attention', options)
    assert.equal(answer.status, 200, answer.text)
    const { sql, engine } = timing(answer.headers)
    assert.deepEqual([sql, engine], [0, 0])
    return answer.body.agents
  }
  const itemsOf = async (name) => (await attention()).find((row) => row.name === name)?.attention ?? []
  const kindsOf = async (name) => (await itemsOf(name)).map(({ kind }) => kind)
  /** The event that says this about the agent, among frames from `from` on. */
  const told = (name, kinds, from, ms = 15_000) =>
    live.next(
      (frame) =>
        frame.event === 'agents_attention_update' &&
        frame.data.agents.some(
          (row) => row.name === name && row.attention.map(({ kind }) => kind).join() === kinds.join(),
        ),
      { from, ms },
    )
  const ended = (name, id) =>
    until(`run ${id} has ended`, async () => {
      const { body } = await server.get(`/api/agents/${name}/executions/${id}`)
      return body.status !== 'running' && body
    })

  it('has nobody while all is well', async () => {
    assert.deepEqual(await attention(), [])
    assert.deepEqual(live.frames.find((frame) => frame.topic === 'agents:stats').snapshot.attention, [])
  })

  it('says that a run has failed until the next one begins', { timeout: 60_000 }, async () => {
    const from = live.frames.length
    const failed = await task('one', 'Do it [error]')
    const since = Date.now()
    assert.notEqual(failed.status, 200)
    const [item] = await itemsOf('one')
    assert.equal(item.kind, 'failed', 'whoever has the answer reads it here')
    assert.match(item.detail, /refused/)
    const { body } = await server.get(`/api/agents/one/executions/${item.execution_id}`)
    assert.equal(body.status, 'failed')
    const event = await told('one', ['failed'], from)
    assert.ok(event.arrived - since < WITHIN, `told after ${event.arrived - since} ms`)
    assert.equal((await server.get('/metrics')).text.match(/trinity_agents_attention\{kind="failed"\} (\d+)/)[1], '1')
    const begun = live.frames.length
    assert.equal((await task('one', 'Do it.', ASYNC)).status, 202)
    assert.deepEqual(await kindsOf('one'), [], 'somebody has taken care of it')
    await told('one', [], begun)
    await until('it has ended', async () => (await running('one')) === 0)
    assert.deepEqual(await kindsOf('one'), [])
  })
  const running = async (name) => (await server.get(`/api/agents/${name}/executions/running`)).body.executions.length

  it('says that an answer ends with a question, also after a restart', { timeout: 60_000 }, async () => {
    const from = live.frames.length
    assert.equal((await task('one', 'Do it [ask]')).status, 200)
    const [item] = await itemsOf('one')
    assert.deepEqual([item.kind, item.detail], ['waiting', 'Asks: Which one should I use?'])
    await told('one', ['waiting'], from)
    live.close()
    await server.restart()
    const [again] = await itemsOf('one')
    assert.deepEqual({ ...again, since: item.since }, item)
    live = await server.live(['agents:stats'])
    await until('the agent answers', async () => (await task('one', 'The second one.')).status === 200)
    assert.deepEqual(await kindsOf('one'), [])
  })

  it('takes what a person has stopped for no failure', { timeout: 60_000 }, async () => {
    for (const way of ['task', 'chat']) {
      const calls = fleet.provider.calls.length
      const begun = await server.post(`/api/agents/one/${way}`, { message: `Go on [long] ${way}` }, ASYNC)
      const id = begun.body.execution.task_execution_id
      await until('the provider is asked', () => fleet.provider.calls.length > calls)
      assert.equal((await server.post(`/api/agents/one/executions/${id}/terminate`)).status, 200)
      assert.equal((await ended('one', id)).status, 'failed')
      assert.deepEqual(await attention(), [])
    }
  })

  it('says that a tool runs without end, and that it has been stopped', { timeout: 60_000 }, async () => {
    const from = live.frames.length
    const begun = await task('one', 'Sleep [nap]', ASYNC)
    const id = begun.body.execution.task_execution_id
    const event = await told('one', ['stuck'], from, 30_000)
    const [item] = event.data.agents.find(({ name }) => name === 'one').attention
    assert.match(item.detail, /^No sign of life for \d+ s while Bash runs$/)
    assert.equal(item.execution_id, id)
    const silent = event.arrived - Date.parse(item.since)
    assert.ok(silent >= 3_000 && silent < 6_000, `stuck after ${silent} ms`)
    await server.post(`/api/agents/one/executions/${id}/terminate`)
    await ended('one', id)
    await told('one', [], live.frames.indexOf(event))
    assert.deepEqual(await attention(), [])
  })

  it('says that a budget is used up, and whom a stop of all runs has hit', { timeout: 60_000 }, async () => {
    const put = (json) => server.request('PUT', '/api/agents/two/budget', { json })
    assert.equal((await put({ cost_per_day: 0 })).status, 200)
    const [item] = await itemsOf('two')
    assert.deepEqual([item.kind, item.detail], ['over_budget', 'Its budget for today is used up'])
    assert.equal((await put({ cost_per_day: null })).status, 200)
    assert.deepEqual(await attention(), [])
    const calls = fleet.provider.calls.length
    await task('two', 'Go on [long]', ASYNC)
    await until('the provider is asked', () => fleet.provider.calls.length > calls)
    assert.equal((await server.post('/api/ops/runs/stop', {})).status, 200)
    await until('the run has ended', async () => (await kindsOf('two')).length > 0)
    assert.deepEqual(
      (await attention()).map(({ name, attention }) => [name, attention.map(({ kind }) => kind)]),
      [['two', ['over_budget']]],
    )
    assert.equal((await server.post('/api/ops/runs/resume')).status, 200)
    assert.deepEqual(await attention(), [])
  })

  it('says that a container has ended by itself until it is started again', { timeout: 60_000 }, async () => {
    const from = live.frames.length
    await docker('kill', server.containerOf('two'))
    const since = Date.now()
    const event = await told('two', ['failed'], from)
    // The clock that tells ticks once a second.
    assert.ok(event.arrived - since < WITHIN + 300, `told after ${event.arrived - since} ms`)
    const [item] = await itemsOf('two')
    assert.equal(item.detail, 'Its container ended by itself with code 137')
    assert.equal((await server.post('/api/agents/two/start')).status, 200)
    assert.deepEqual(await kindsOf('two'), [])
    assert.equal((await server.post('/api/agents/two/stop')).status, 200)
    assert.deepEqual(await kindsOf('two'), [], 'a person has stopped it')
    assert.equal((await server.post('/api/agents/two/start')).status, 200)
  })

  it('takes a container that somebody stopped from outside for no failure', { timeout: 60_000 }, async () => {
    await docker('stop', '-t', '0', server.containerOf('two'))
    const agent = async () => (await server.agents()).get('two')
    await until('it has ended', async () => (await agent()).status === 'stopped')
    await until('somebody has stopped it', async () => (await agent()).reason === 'user')
    assert.deepEqual(await kindsOf('two'), [])
    assert.equal((await server.post('/api/agents/two/start')).status, 200)
  })

  it('says that a daemon hangs until it goes on', { timeout: 150_000 }, async () => {
    const { body } = await engine('GET', `/containers/${server.containerOf('one')}/top`)
    // The container's init process, too, has the daemon's name among its arguments.
    const pids = body.Processes.filter((columns) => columns.at(-1).includes('agentd')).map((columns) =>
      Number(columns[1]),
    )
    assert.ok(pids.length > 0 && pids.every((pid) => pid > 1), JSON.stringify(body))
    const signal = (name) => pids.forEach((pid) => process.kill(pid, name))
    const from = live.frames.length
    const since = Date.now()
    signal('SIGSTOP')
    let event
    try {
      event = await told('one', ['unreachable'], from, 120_000)
    } finally {
      signal('SIGCONT')
    }
    const [item] = event.data.agents.find(({ name }) => name === 'one').attention
    assert.match(item.detail, /daemon does not answer/)
    assert.ok(Date.parse(item.since) >= since - 1000, `${item.since}, frozen since ${new Date(since).toISOString()}`)
    await told('one', [], live.frames.indexOf(event), 30_000)
  })

  it('shows nothing to strangers', { timeout: 60_000 }, async () => {
    await docker('kill', server.containerOf('two'))
    await until('it has ended', async () => (await kindsOf('two')).join() === 'failed')
    await server.stop()
    await server.sql(
      "INSERT INTO users (username, email, role, password_hash, created_at, updated_at) SELECT 'eve', 'eve@example.org', " +
        "'user', password_hash, '2026-01-01T00:00:00', '2026-01-01T00:00:00' FROM users WHERE username = 'admin'",
    )
    await server.launch()
    const token = await server.signIn('eve')
    assert.deepEqual(await attention({ token }), [])
    const stranger = await server.live(['agents:stats'], token)
    assert.deepEqual(stranger.frames.find((frame) => frame.topic === 'agents:stats').snapshot.attention, [])
    await server.post('/api/agents/two/start')
    await until('it answers', async () => (await task('two', 'Say something.')).status === 200)
    const seen = await server.live(['agents:stats'])
    await docker('kill', server.containerOf('two'))
    await seen.next((frame) => frame.event === 'agents_attention_update')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    assert.deepEqual(
      stranger.frames.filter((frame) => frame.event === 'agents_attention_update'),
      [],
    )
    stranger.close()
    seen.close()
    assert.equal((await server.get('/api/agents/attention', { token: null })).status, 401)
  })
})
