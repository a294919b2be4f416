// Budgets and the stop of all runs, with the real Claude Code in real containers.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startRealFleet } from '../support/real-fleet.mjs'
import { run, timing, until } from './harness.mjs'

const AGENTS = ['one', 'two', 'three']
const HALTED = /^All runs are stopped by admin since \d{4}-\d\d-\d\d \d\d:\d\d UTC; an administrator can resume them$/

describe('budgets and the stop of all runs', () => {
  let fleet, server, live
  before(async () => {
    fleet = await startRealFleet({ agents: AGENTS })
    server = fleet.server
    live = await server.live(['agents', 'agents:stats'])
    // Their daemons answer, and Claude Code is there.
    for (const name of AGENTS) {
      await until(`${name} answers`, async () => (await task(name, 'Say something.')).status === 200, {
        ms: 60_000,
        every: 500,
      })
    }
  })
  after(async () => {
    live?.close()
    await fleet?.dispose()
  })

  const put = (target, json) => server.request('PUT', target, { json })
  const task = (agent, message, fields = {}) => server.post(`/api/agents/${agent}/task`, { message, ...fields })
  const chat = (agent, message) => server.post(`/api/agents/${agent}/chat`, { message })
  const budget = async (agent = 'one') => (await server.get(`/api/agents/${agent}/budget`)).body
  const runs = async () => (await server.get('/api/ops/runs')).body
  const heard = (event, test = () => true, from = 0) =>
    live.next((frame) => frame.event === event && test(frame.data), { from })
  /** What Claude Code runs as, in the container of this agent. */
  const processes = async (agent) => {
    const { stdout } = await run('docker', ['top', server.containerOf(agent), '-eo', 'pid,args'])
    return stdout.split('\n').filter((line) => /claude/.test(line) && !/agentd/.test(line))
  }

  it('counts what runs cost, and refuses more when the budget is used up', async () => {
    const before = await budget()
    assert.ok(before.spent_today > 0, 'the first task has cost something')
    assert.equal(before.reached, false)
    const from = live.frames.length
    const limit = Number((before.spent_today * 1.5).toPrecision(4))
    assert.equal((await put('/api/agents/one/budget', { cost_per_day: limit })).body.reached, false)
    assert.equal((await task('one', 'Say something else.')).status, 200)
    const event = await heard('agent_budget', ({ name }) => name === 'one', from)
    assert.deepEqual([event.data.reached, event.data.cost_per_day], [true, limit])
    assert.ok(event.data.spent_today >= limit)
    const calls = fleet.provider.calls.length
    for (const answer of [await task('one', 'More.'), await chat('one', 'More.')]) {
      assert.equal(answer.status, 402, answer.text)
      assert.match(
        answer.body.detail,
        /^The daily budget of agent 'one' is used up \(.+ USD\)\. New runs start at 00:00 UTC\.$/,
      )
      const wait = Number(answer.headers.get('retry-after'))
      assert.ok(wait > 0 && wait <= 86_400, String(wait))
    }
    assert.equal(fleet.provider.calls.length, calls, 'nobody was asked')
    assert.equal((await task('two', 'Say something.')).status, 200, 'others go on')
  })

  it('keeps what was spent over a restart, and lets runs start when the limit is raised', async () => {
    const before = await budget()
    live.close()
    await server.restart()
    live = await server.live(['agents', 'agents:stats'])
    assert.deepEqual(await budget(), before)
    const snapshot = live.frames.find((frame) => frame.topic === 'agents').snapshot
    assert.deepEqual(
      snapshot.budgets.map((row) => [row.name, row.reached]),
      [['one', true]],
    )
    await until('the agents are connected', async () => (await task('two', 'Hello.')).status === 200, { every: 300 })
    assert.equal((await task('one', 'More.')).status, 402)
    const from = live.frames.length
    assert.equal((await put('/api/agents/one/budget', {})).status, 200)
    assert.equal((await heard('agent_budget', ({ name }) => name === 'one', from)).data.reached, false)
    assert.equal((await task('one', 'More.')).status, 200)
  })

  it('holds the budget of all agents together', async () => {
    const { spent_today: spent } = (await server.get('/api/ops/budget')).body
    assert.ok(spent > (await budget('one')).spent_today)
    await put('/api/ops/budget', { cost_per_day: spent / 2 })
    const refused = await task('three', 'Hello.')
    assert.equal(refused.status, 402)
    assert.match(refused.body.detail, /^The daily budget of all agents together is used up/)
    await put('/api/ops/budget', {})
    assert.equal((await task('three', 'Hello.')).status, 200)
  })

  it('ends a run that takes longer than it may', async () => {
    await put('/api/agents/one/budget', { run_seconds: 3 })
    const begin = performance.now()
    const answer = await task('one', 'Think about it [stall]')
    assert.equal(answer.status, 504, answer.text)
    assert.equal(answer.body.detail, 'Task execution timed out after 3 seconds')
    assert.ok(performance.now() - begin < 12_000)
    await put('/api/agents/one/budget', {})
  })

  it('tells figures of runs and contexts without asking anybody', async () => {
    const stats = await server.get('/api/agents/execution-stats')
    assert.deepEqual([timing(stats.headers).sql, timing(stats.headers).engine], [0, 0])
    const one = stats.body.agents.find((row) => row.name === 'one')
    const [counted] = await server.sql(
      "SELECT COUNT(*) n, SUM(status = 'success') good, SUM(status = 'failed') bad FROM schedule_executions WHERE agent_name = 'one'",
    )
    assert.deepEqual([one.task_count_24h, one.success_count, one.failed_count], [counted.n, counted.good, counted.bad])
    assert.ok(one.total_cost > 0)
    const contexts = await server.get('/api/agents/context-stats')
    assert.deepEqual([timing(contexts.headers).sql, timing(contexts.headers).engine], [0, 0])
    assert.deepEqual(contexts.body.agents.map((row) => row.name).sort(), [...AGENTS].sort())
    const from = live.frames.length
    assert.equal((await chat('two', 'Hello.')).status, 200)
    const changed = ({ agents }) => agents.some((row) => row.name === 'two' && row.contextUsed > 0)
    await heard('agents_context_update', changed, from)
    await task('two', 'Hello.')
    await heard('agents_execution_stats_update', ({ agents }) => agents.some((row) => row.name === 'two'), from)
  })

  it('stops everything within a second, and nothing begins until somebody resumes', async () => {
    const answers = []
    const asked = fleet.provider.calls.length
    const begin = (promise) =>
      answers.push(
        promise.catch((error) => ({
          status: 0,
          text: String(error),
          body: {},
        })),
      )
    for (const agent of AGENTS) {
      begin(chat(agent, 'Think about it [stall]'))
      begin(task(agent, 'Think about this [stall]'))
      begin(task(agent, 'Think about that [stall]'))
    }
    const going = AGENTS.length * 3
    await until('each asks its model', () => fleet.provider.calls.length - asked >= going, { ms: 30_000 })
    await until('all of them run', async () => (await runs()).running === going, { ms: 30_000 })
    begin(chat('one', 'I can wait'))
    begin(chat('one', 'So can I'))
    await until('two wait', async () => (await runs()).waiting === 2)
    for (const agent of AGENTS) {
      await until(`Claude Code works in ${agent}`, async () => (await processes(agent)).length >= 3, { ms: 30_000 })
    }
    const from = live.frames.length
    const clock = performance.now()
    const stop = await server.post('/api/ops/runs/stop', { reason: 'a test' })
    const took = performance.now() - clock
    assert.equal(stop.status, 200, stop.text)
    assert.deepEqual([stop.body.halted, stop.body.by, stop.body.reason], [true, 'admin', 'a test'])
    assert.deepEqual([stop.body.runs_stopped, stop.body.waiting_dropped], [going, 2])
    assert.ok(took < 1000, `the stop answered after ${took.toFixed(0)} ms`)
    const ended = await Promise.all(answers)
    const all = performance.now() - clock
    assert.ok(all < 1500, `the last caller had its answer after ${all.toFixed(0)} ms`)
    for (const answer of ended) assert.equal(answer.status, 503, answer.text)
    assert.match(ended.at(-1).body.detail, HALTED)
    console.log(
      `stop: answered after ${took.toFixed(0)} ms, the last of ${ended.length} callers after ${all.toFixed(0)} ms`,
    )
    for (const agent of AGENTS) {
      await until(`nothing runs in ${agent}`, async () => (await processes(agent)).length === 0, { ms: 8000 })
    }
    console.log(`no process of Claude Code was left after ${(performance.now() - clock).toFixed(0)} ms`)
    assert.deepEqual(await server.sql("SELECT id FROM schedule_executions WHERE status = 'running'"), [])
    const event = await heard('runs_halt', () => true, from)
    assert.deepEqual([event.data.halted, event.data.reason], [true, 'a test'])
    assert.ok((await runs()).running === 0)
  })

  it('refuses new runs with who stopped them, also after a restart', async () => {
    const refused = async () => {
      for (const answer of [await task('two', 'Hello.'), await chat('three', 'Hello.')]) {
        assert.equal(answer.status, 503, answer.text)
        assert.match(answer.body.detail, HALTED)
      }
    }
    await refused()
    live.close()
    await server.restart()
    live = await server.live(['agents', 'agents:stats'])
    assert.equal(live.frames.find((frame) => frame.topic === 'agents').snapshot.runs.by, 'admin')
    await refused()
    const from = live.frames.length
    const resumed = await server.post('/api/ops/runs/resume')
    assert.deepEqual(resumed.body, {
      halted: false,
      since: null,
      by: null,
      reason: null,
    })
    assert.equal((await heard('runs_halt', () => true, from)).data.halted, false)
    await until('runs start again', async () => (await task('two', 'Hello.')).status === 200, {
      ms: 20_000,
      every: 300,
    })
    assert.equal((await chat('three', 'Hello.')).status, 200)
  })
})
