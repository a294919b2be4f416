// Ten agents with the real Claude Code, all at work at once: every run ends with a true record, turns keep their order,
// stopping is quick, and a server that is killed in the middle loses nothing and does nothing twice.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { docker } from '../support/agent-container.mjs'
import { startRealFleet } from '../support/real-fleet.mjs'
import { until } from './harness.mjs'

const NAMES = Array.from({ length: 10 }, (_, i) => `worker-${i}`)
const ANSWER = 'The answer is 4.'
const ASYNC = { headers: { Prefer: 'respond-async' } }

describe('conversations with the real Claude Code', () => {
  let fleet, server, provider
  before(async () => {
    fleet = await startRealFleet({ agents: NAMES })
    ;({ server, provider } = fleet)
    await Promise.all(NAMES.map((name) => until(`${name} is ready`, () => ready(name), { ms: 60_000, every: 200 })))
  })
  after(() => fleet?.dispose())

  const ready = async (name) => (await server.get(`/api/agents/${name}/chat/session`)).status === 200
  const records = async (name) => (await server.get(`/api/agents/${name}/executions?limit=500`)).body
  const record = async (name, id) => (await server.get(`/api/agents/${name}/executions/${id}`)).body
  /** The record, once it has ended. */
  const ended = async (name, id, ms = 120_000) => {
    let found
    const is = async () => (found = await record(name, id)).status !== 'running'
    await until(`run ${id} on ${name} has ended`, is, { ms, every: 100 })
    return found
  }
  const start = async (name, way, message) => {
    const answer = await server.post(`/api/agents/${name}/${way}`, { message }, ASYNC)
    assert.equal(answer.status, 202, answer.text)
    return answer.body.execution.task_execution_id
  }
  const asked = (text) => provider.calls.filter((call) => JSON.stringify(call.body).includes(text))
  const claude = async (name) =>
    (await docker('exec', server.containerOf(name), 'sh', '-c', 'pgrep -x claude || true')).stdout
  const nothingRuns = () =>
    Promise.all(
      NAMES.map((name) =>
        until(`nothing runs in ${name}`, async () => {
          const { executions } = (await server.get(`/api/agents/${name}/executions/running`)).body
          return executions.length === 0 && (await claude(name)) === ''
        }),
      ),
    )

  it('carries out five tasks on each of ten agents at once', { timeout: 300_000 }, async () => {
    const runs = NAMES.flatMap((name) =>
      Array.from({ length: 5 }, (_, i) => ({
        name,
        fails: i === 4,
        message: `Task ${i} of ${name}${i === 4 ? ' [error]' : ''}`,
      })),
    )
    const ids = await Promise.all(runs.map(({ name, message }) => start(name, 'task', message)))
    assert.equal(new Set(ids).size, 50)
    const found = await Promise.all(runs.map(({ name }, i) => ended(name, ids[i], 240_000)))
    found.forEach((one, i) => {
      const { message, fails } = runs[i]
      assert.deepEqual([one.message, one.status], [message, fails ? 'failed' : 'success'], JSON.stringify(one))
      assert.ok(one.completed_at >= one.started_at && one.duration_ms > 0)
      if (fails) assert.match(one.error, /refused/)
      else {
        assert.equal(one.response, ANSWER)
        assert.ok(one.cost > 0)
        assert.ok(JSON.parse(one.execution_log).some((line) => line.type === 'result'))
      }
    })
    for (const name of NAMES) assert.equal((await records(name)).length, 5)
    await nothingRuns()
  })

  it('keeps the order of turns, and refuses what does not fit', { timeout: 120_000 }, async () => {
    const [name] = NAMES
    const turns = []
    for (const i of [1, 2, 3, 4]) turns.push(await start(name, 'chat', `Turn ${i} in order [slow]`))
    const { body: queue } = await server.get(`/api/agents/${name}/queue`)
    assert.deepEqual([queue.is_busy, queue.queue_length], [true, 3])
    assert.deepEqual(
      queue.queued_executions.map(({ message }) => message[5]),
      ['2', '3', '4'],
    )
    const full = await server.post(`/api/agents/${name}/chat`, { message: 'one too many' })
    assert.deepEqual([full.status, full.body.detail.error], [429, 'Agent queue is full'])
    const found = await Promise.all(turns.map((id) => ended(name, id)))
    for (const one of found) assert.deepEqual([one.status, one.response], ['success', ANSWER], JSON.stringify(one))
    const ends = found.map((one) => one.completed_at)
    assert.deepEqual([...ends].sort(), ends)
    const { body: history } = await server.get(`/api/agents/${name}/chat/history`)
    const said = history.filter(({ role }) => role === 'user').map(({ content }) => content)
    assert.deepEqual(
      said,
      [1, 2, 3, 4].map((i) => `Turn ${i} in order [slow]`),
    )
    await nothingRuns()
  })

  it('stops a run within two seconds', { timeout: 60_000 }, async () => {
    for (const way of ['task', 'chat']) {
      const [, name] = NAMES
      const id = await start(name, way, `Go on and on as ${way} [long]`)
      await until('the provider speaks', () => asked(`on as ${way} [long]`).length > 0)
      const since = performance.now()
      const stop = await server.post(`/api/agents/${name}/executions/${id}/terminate`)
      assert.deepEqual([stop.status, stop.body.status], [200, 'terminated'], stop.text)
      const found = await ended(name, id)
      const took = performance.now() - since
      assert.deepEqual([found.status, found.error], ['failed', 'Execution terminated by user'])
      assert.ok(took < 2000, `stopped after ${took} ms`)
    }
    await nothingRuns()
  })

  it('loses nothing and does nothing twice when the server is killed', { timeout: 300_000 }, async () => {
    const ids = await Promise.all(
      NAMES.flatMap((name) => [
        start(name, 'task', `Task of ${name} over a death [slow]`),
        start(name, 'chat', `Turn of ${name} over a death [slow]`),
      ]),
    )
    const later = await Promise.all(NAMES.map((name) => start(name, 'chat', `Turn of ${name} that waits [slow]`)))
    // Twenty runs, of which some begin to speak: the kill comes in the middle, not before.
    await until('some have been asked', () => asked('over a death').length >= 5, { ms: 60_000 })
    await server.stop('SIGKILL')
    await server.launch()
    const of = (i) => NAMES[Math.floor(i / 2)]
    const found = await Promise.all(ids.map((id, i) => ended(of(i), id)))
    const waited = await Promise.all(later.map((id, i) => ended(NAMES[i], id)))
    for (const one of [...found, ...waited])
      assert.deepEqual([one.status, one.response], ['success', ANSWER], JSON.stringify(one))
    for (const [i, name] of NAMES.entries()) {
      const { body } = await server.get(`/api/agents/${name}/chat/history/persistent`)
      for (const text of [`Turn of ${name} over a death [slow]`, `Turn of ${name} that waits [slow]`])
        assert.equal(body.messages.filter(({ content }) => content === text).length, 1, `${text} is stored once`)
      const answers = body.messages.filter(({ role, content }) => role === 'assistant' && content === ANSWER)
      // One turn of the second agent was stopped before, so it has no answer.
      const questions = body.messages.filter(({ role }) => role === 'user').length - (i === 1 ? 1 : 0)
      assert.equal(answers.length, questions, `each turn of ${name} has its answer once`)
    }
    const { body: timeline } = await server.get('/api/activities/timeline?limit=1000')
    assert.deepEqual(
      timeline.activities.filter(({ activity_state }) => activity_state === 'started'),
      [],
    )
    await nothingRuns()
  })

  it('asks the model once for what was under way', async () => {
    // Claude Code also asks for other things than the answer; those have no tools.
    const answers = asked('over a death [slow]').filter(({ body }) => body.tools?.length > 0)
    const last = answers.map(({ body }) => JSON.stringify(body.messages.findLast(({ role }) => role === 'user')))
    const counts = new Map()
    for (const text of last) {
      const who = text.match(/(Task|Turn) of worker-\d over a death/)?.[0]
      if (who) counts.set(who, (counts.get(who) ?? 0) + 1)
    }
    assert.equal(counts.size, 20)
    assert.deepEqual(
      [...counts.values()].filter((count) => count !== 1),
      [],
    )
  })
})
