// Runs as they are seen in a browser: the real Claude Code answers token by token, and what it writes is there at once;
// whatever breaks in between, the transcript is whole and in order. Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { run as exec } from './harness.mjs'
import { docker } from '../support/agent-container.mjs'
import { startRealFleet } from '../support/real-fleet.mjs'

const WORDS = Array.from({ length: 100 }, (_, i) => `word ${i} `).join('')

/** A run as a client has it from its frames. */
class Seen {
  log = []
  text = ''
  longest = ''
  repeated = 0
  /** [frame, how long after the daemon read it], of every piece of text. */
  pieces = []

  take(frame) {
    if (frame.type === 'subscribed' || frame.type === 'resync') {
      this.log = [...frame.snapshot.log]
      assert.equal(frame.snapshot.log_from, 0)
      assert.equal(frame.snapshot.log_total, this.log.length)
      this.text = frame.snapshot.partial
    } else if (frame.event === 'execution_log_append') {
      const { index, entries } = frame.data
      if (index < this.log.length) ++this.repeated
      assert.ok(index <= this.log.length, `no gap: ${index} after ${this.log.length}`)
      this.log.splice(index, Infinity, ...entries)
    } else if (frame.event === 'execution_text') {
      const { at, text, read_at } = frame.data
      this.text = at === 0 ? text : this.text + text
      if (text) this.pieces.push([frame, frame.arrived - Date.parse(read_at)])
    }
    if (this.text.length > this.longest.length) this.longest = this.text
  }
}

describe('runs, live (agentd)', { timeout: 300_000 }, () => {
  let fleet, server, list
  before(async () => {
    fleet = await startRealFleet()
    server = fleet.server
    list = await server.live(['agent:one:executions'])
  })
  after(async () => {
    list?.close()
    await fleet?.dispose()
  })

  /** Begins a task and tells its id; `answer` is what the caller gets in the end. */
  const begin = async (message) => {
    const from = list.frames.length
    const answer = server.post('/api/agents/one/task', { message }).catch((error) => ({ status: 0, error }))
    const started = await list.next((frame) => frame.event === 'execution_started', { from })
    return { id: started.data.id, answer }
  }
  /** Watches a run; `seen` is kept up to date. */
  const watch = async (id, seen = new Seen()) => {
    const topic = `execution:one:${id}`
    const client = await server.live([])
    client.on = (frame) => frame.topic === topic && seen.take(frame)
    client.send({ type: 'subscribe', topics: [topic] })
    await client.next((frame) => frame.type === 'subscribed' && frame.topic === topic)
    return { client, seen, end: () => client.next((frame) => frame.event === 'execution_finished', { ms: 30_000 }) }
  }
  const storedLog = async (id) => (await server.get(`/api/agents/one/executions/${id}/log`)).body.log
  const isWhole = async (id, seen) => {
    const log = await storedLog(id)
    assert.ok(log.length >= 3)
    assert.deepEqual(seen.log, log)
    assert.equal(seen.text, '')
  }
  const wasWritten = async (id, seen) => {
    await isWhole(id, seen)
    // The last piece may come together with the whole message, which then stands for it.
    assert.ok(WORDS.startsWith(seen.longest) && seen.longest.length > WORDS.length / 2, seen.longest)
    assert.ok(JSON.stringify(seen.log).includes(WORDS), 'the whole answer is in the log')
  }

  it('shows the first token within 100 ms of the daemon reading it', async (t) => {
    const first = []
    const all = []
    const whole = []
    for (let round = 0; round < 5; ++round) {
      const { id, answer } = await begin(`Say it [tokens] ${round}`)
      const run = await watch(id)
      const finished = await run.end()
      assert.equal(finished.data.status, 'success')
      assert.equal((await answer).body.response, WORDS)
      assert.ok(run.seen.pieces.length > 30, `${run.seen.pieces.length} pieces`)
      assert.equal(run.seen.pieces[0][0].data.at, 0)
      first.push(run.seen.pieces[0][1])
      all.push(...run.seen.pieces.map(([, ms]) => ms))
      whole.push(run.seen.pieces[0][0].arrived - fleet.provider.calls.at(-1).firstPiece)
      await isWhole(id, run.seen)
      run.client.close()
    }
    all.sort((a, b) => a - b)
    const shown = (list) => list.map((ms) => ms.toFixed(0)).join(', ')
    t.diagnostic(`first token: ${shown(first)} ms after it was read, ${shown(whole)} ms after the provider wrote it`)
    t.diagnostic(
      `every piece (${all.length}): median ${all[all.length >> 1].toFixed(0)}, largest ${all.at(-1).toFixed(0)} ms`,
    )
    for (const ms of first) assert.ok(ms < 100, shown(first))
  })

  it('reads the stream once, however many watch, and has it whole for each', async () => {
    const { id, answer } = await begin('Do it [tool] [tokens]')
    const runs = await Promise.all(Array.from({ length: 5 }, () => watch(id)))
    await runs[0].client.next((frame) => frame.event === 'execution_text', { ms: 20_000 })
    const late = await watch(id)
    await Promise.all([...runs, late].map((run) => run.end()))
    for (const { seen, client } of [...runs, late]) {
      await isWhole(id, seen)
      client.close()
    }
    assert.ok(
      (await storedLog(id)).some(({ type }) => type === 'user'),
      'the tool was called',
    )
    await answer
  })

  it('goes on when the connection to the agent breaks, without loss and without doubles', async () => {
    const { id, answer } = await begin('Do it [tool] [tokens] again')
    const run = await watch(id)
    await run.client.next((frame) => frame.event === 'execution_text', { ms: 20_000 })
    const container = server.containerOf('one')
    const { stdout } = await docker('inspect', '--format', '{{.State.Pid}}', container)
    const from = run.client.frames.length
    // Every connection to the daemon ends, also the one that waits for the answer.
    await exec('nsenter', ['-t', stdout.trim(), '-n', 'ss', '-K', 'sport', '=', ':8000'])
    await run.client.next((frame) => frame.event === 'execution_text' && frame.data.at === 0, { from })
    await run.end()
    assert.equal(run.seen.repeated, 0)
    await wasWritten(id, run.seen)
    run.client.close()
    await answer
  })

  it('is whole after the server was killed in the middle', async () => {
    const { id } = await begin('Do it [tool] [tokens] once more')
    const before = await watch(id)
    await before.client.next((frame) => frame.event === 'execution_text', { ms: 20_000 })
    await server.stop('SIGKILL')
    await server.launch()
    list = await server.live(['agent:one:executions'])
    const run = await watch(id)
    assert.ok(run.seen.log.length >= before.seen.log.length, 'what was there is there at once')
    await run.client.next((frame) => frame.event === 'execution_text', { ms: 20_000 })
    assert.equal(run.seen.text, WORDS.slice(0, run.seen.text.length))
    const finished = await run.end()
    assert.equal(finished.data.status, 'success')
    await wasWritten(id, run.seen)
    run.client.close()
  })

  it('shows a turn of the conversation that waits, begins and is written', async () => {
    const say = (message) => server.post('/api/agents/one/chat', { message }, { headers: { Prefer: 'respond-async' } })
    const first = await say('First [tokens]')
    const second = await say('Second [tokens]')
    assert.deepEqual([first.status, second.status], [202, 202], first.text)
    assert.equal(second.body.execution.was_queued, true)
    const [one, two] = await Promise.all([first, second].map(({ body }) => watch(body.execution.task_execution_id)))
    const { snapshot } = two.client.frames.find((frame) => frame.type === 'subscribed')
    assert.equal(snapshot.state, 'waiting')
    await one.end()
    const finished = await two.end()
    assert.equal(finished.data.status, 'success')
    const states = two.client.frames.filter((frame) => frame.event === 'execution_state')
    assert.ok(states.some((frame) => frame.data.state === 'following'))
    for (const [run, answer] of [
      [one, first],
      [two, second],
    ]) {
      await wasWritten(answer.body.execution.task_execution_id, run.seen)
      run.client.close()
    }
    const busy = list.frames.filter((frame) => frame.event === 'agent_queue_update').map(({ data }) => data)
    assert.ok(busy.some((queue) => queue.is_busy && queue.queue_length === 1 && queue.running.length === 1))
    await list.next(
      (frame) => frame.event === 'agent_queue_update' && !frame.data.is_busy && !frame.data.running.length,
      {
        from: list.frames.findIndex((frame) => frame.data?.queue_length === 1),
      },
    )
  })

  it('shows a run that has ended from its record', async () => {
    const [newest] = (await server.get('/api/agents/one/executions')).body
    const run = await watch(newest.id)
    await isWhole(newest.id, run.seen)
    const { snapshot } = run.client.frames.find((frame) => frame.type === 'subscribed')
    assert.equal(snapshot.state, 'ended')
    assert.equal(snapshot.execution.response, newest.response)
    run.client.close()
  })

  it('knows no run of another agent', async () => {
    await server.createAgent('two')
    const [newest] = (await server.get('/api/agents/one/executions')).body
    const client = await server.live([])
    for (const topic of [`execution:two:${newest.id}`, 'execution:one:no-such-run']) {
      client.send({ type: 'subscribe', topics: [topic] })
      const answer = await client.next((frame) => frame.topic === topic)
      assert.deepEqual([answer.type, answer.status], ['subscribe_error', 404])
    }
    client.close()
  })
})
