// Turns of conversations on real containers: one at a time, in order, each once, whatever ends in the middle of one.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run, Server, until } from './harness.mjs'

/** Notes what it was told and says it; `sleep N` takes so many seconds. */
const PROGRAM = `read -r words
echo "$words" >> /home/developer/heard
case $words in
  sleep*) sleep \${words#sleep } & wait ;;
esac
echo "you said $words"
`
const TEMPLATE = 'name: turns\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'

describe('turns of a conversation', () => {
  let server, templatesDir
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'turns'))
    await writeFile(path.join(templatesDir, 'turns/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'turns/run'), PROGRAM)
    server = await Server.start({ templatesDir })
    await server.createAgent('one', { template: 'local:turns' })
  })
  after(async () => {
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const base = '/api/agents/one'
  const chat = (message, headers = {}) => server.post(`${base}/chat`, { message }, { headers })
  const later = (message, headers = {}) => chat(message, { Prefer: 'respond-async', ...headers })
  const queue = async () => (await server.get(`${base}/queue`)).body
  const record = async (id) => (await server.get(`${base}/executions/${id}`)).body
  const heard = async () =>
    (await run('docker', ['exec', server.containerOf('one'), 'cat', '/home/developer/heard'])).stdout.trim().split('\n')
  const forget = () => run('docker', ['exec', server.containerOf('one'), 'sh', '-c', ': > /home/developer/heard'])
  const busyWith = (count) =>
    until('the line is as long', async () => {
      const now = await queue()
      return now.is_busy && now.queue_length === count
    })
  const idle = () => until('nothing runs', async () => !(await queue()).is_busy, { ms: 20_000 })
  /** The record, once it has ended. */
  const ended = async (id, ms = 20_000) => {
    let found
    await until(
      'the record has ended',
      async () => {
        found = await record(id)
        return found.status !== 'running'
      },
      { ms },
    )
    return found
  }
  const idOf = (answer) => answer.body.execution.task_execution_id

  it('answers, and what was said is kept', async () => {
    const answer = await chat('hello')
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.response.trim(), 'you said hello')
    assert.equal(answer.body.execution.queue_status, 'running')
    assert.equal(answer.body.execution.was_queued, false)
    assert.equal(idOf(answer), null)
    const marked = await chat('over MCP', { 'X-Via-MCP': 'true' })
    assert.equal((await record(idOf(marked))).triggered_by, 'mcp')
  })

  it('takes one turn at a time, in order', async () => {
    await forget()
    const first = await later('sleep 2')
    const second = await later('second')
    const third = chat('third')
    await busyWith(2)
    const fourth = await later('fourth')
    assert.deepEqual(
      [first, second, fourth].map((answer) => [answer.status, answer.body.execution.queue_status]),
      [
        [202, 'running'],
        [202, 'queued:1'],
        [202, 'queued:3'],
      ],
    )
    const full = await chat('too many')
    assert.equal(full.status, 429)
    assert.equal(full.body.detail.error, 'Agent queue is full')
    assert.equal(full.headers.get('retry-after'), '30')
    assert.equal((await third).body.execution.queue_status, 'queued:2')
    await ended(idOf(fourth))
    assert.deepEqual(await heard(), ['sleep 2', 'second', 'third', 'fourth'])
    await idle()
  })

  it('stops what runs and what waits', async () => {
    await forget()
    const runs = await later('sleep 50')
    const waits = await later('never heard')
    await busyWith(1)
    assert.equal((await server.post(`${base}/executions/${idOf(waits)}/terminate`)).body.status, 'terminated')
    assert.equal((await ended(idOf(waits))).error, 'Execution terminated by user')
    await until('it runs', async () => (await heard()).includes('sleep 50'))
    const asked = Date.now()
    const stopped = server.post(`${base}/executions/${idOf(runs)}/terminate`)
    assert.equal((await ended(idOf(runs))).error, 'Execution terminated by user')
    assert.ok(Date.now() - asked < 2000, `${Date.now() - asked} ms`)
    assert.equal((await stopped).status, 200)
    await idle()
    assert.deepEqual(await heard(), ['sleep 50'])
  })

  it('begins a turn once under one key', async () => {
    await forget()
    const key = { 'Idempotency-Key': 'turn-1' }
    const answers = await Promise.all([chat('sleep 1', key), chat('sleep 1', key), chat('sleep 1', key)])
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
    assert.equal(new Set(answers.map(idOf)).size, 1)
    assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true').length, 2)
    assert.deepEqual(await heard(), ['sleep 1'])
    assert.equal((await chat('another', key)).status, 422)
  })

  it('ends everything everywhere within a second', async () => {
    await forget()
    const runs = await later('sleep 40')
    const waits = await later('waits')
    const task = await server.post(`${base}/task`, { message: 'sleep 41' }, { headers: { Prefer: 'respond-async' } })
    await until('both run', async () => (await heard()).length === 2)
    const asked = Date.now()
    const stop = await server.post('/api/ops/runs/stop', { reason: 'test' })
    assert.equal(stop.status, 200, stop.text)
    assert.ok(Date.now() - asked < 1500, `${Date.now() - asked} ms`)
    assert.deepEqual([stop.body.runs_stopped, stop.body.waiting_dropped], [2, 1])
    for (const answer of [runs, waits, task]) {
      const one = await ended(idOf(answer), 2000)
      assert.match(one.error, /^All runs are stopped by admin/)
    }
    const refused = await chat('hello')
    assert.equal(refused.status, 503)
    assert.match(refused.body.detail, /^All runs are stopped by admin/)
    assert.equal((await server.post('/api/ops/runs/resume')).status, 200)
    const processes = async () => (await run('docker', ['top', server.containerOf('one'), '-eo', 'pid,args'])).stdout
    await until('nothing is left of it', async () => !/sleep 4[01]/.test(await processes()))
    await idle()
    assert.equal((await chat('hello')).status, 200)
  })

  it('goes on when the server is killed: nothing is lost, nothing begins twice', async () => {
    await forget()
    const key = { 'Idempotency-Key': 'kept' }
    const runs = await later('sleep 6', key)
    const second = await later('second')
    const attended = chat('its caller hangs on', { 'X-Via-MCP': 'true' }).catch(() => undefined)
    await busyWith(2)
    const fourth = await later('fourth')
    await until('it runs', async () => (await heard()).includes('sleep 6'))
    await server.stop('SIGKILL')
    await attended
    await server.launch()
    const now = await queue()
    assert.equal(now.current_execution?.execution_id, idOf(runs), 'it has its slot again')
    const again = await chat('sleep 6', key)
    assert.equal(again.status, 200, again.text)
    assert.equal(idOf(again), idOf(runs))
    const ends = await Promise.all([runs, second, fourth].map((answer) => ended(idOf(answer))))
    assert.deepEqual(
      ends.map((one) => one.status),
      ['success', 'success', 'success'],
    )
    await idle()
    assert.deepEqual(await heard(), ['sleep 6', 'second', 'fourth'])
    const all = (await server.get(`${base}/executions?limit=100`)).body
    const hung = all.find((one) => one.message === 'its caller hangs on')
    assert.equal(hung.error, 'Server restarted during execution')
    assert.ok(all.every((one) => one.status !== 'running'))
  })
})
