// Tasks on real containers: whatever ends in the middle of one (the program, the daemon, the container, the server), its
// record ends truly, and soon.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run, Server, until } from './harness.mjs'

/** Says what it was told; `sleep` takes a minute, and so does its child; `fail` ends with a reason. */
const PROGRAM = `read -r words
case $words in
  sleep*) sleep 60 & wait ;;
  fail*) echo "no such luck" >&2; exit 3 ;;
  *) echo "you said $words" ;;
esac
`
const TEMPLATE = 'name: runs\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'

describe('tasks and their records', () => {
  let server, templatesDir
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'runs'))
    await writeFile(path.join(templatesDir, 'runs/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'runs/run'), PROGRAM)
    server = await Server.start({ templatesDir })
    await server.createAgent('one', { template: 'local:runs' })
  })
  after(async () => {
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const task = (message, fields = {}, agent = 'one') => server.post(`/api/agents/${agent}/task`, { message, ...fields })
  const records = async (agent = 'one') => (await server.get(`/api/agents/${agent}/executions`)).body
  const newest = async () => (await records())[0]
  const running = async () => (await server.get('/api/agents/one/executions/running')).body.executions
  /** A task that sleeps, once the agent works on it. */
  const sleeping = async () => {
    const answer = task('sleep').catch((error) => ({ status: 0, error }))
    await until('the task runs', async () => (await running()).length === 1)
    return { answer, id: (await newest()).id }
  }
  /** The record, once it has ended; at most `ms` later. */
  const ended = async (id, ms = 5000) => {
    let record
    await until(
      'the record has ended',
      async () => {
        record = (await server.get(`/api/agents/one/executions/${id}`)).body
        return record.status !== undefined && record.status !== 'running'
      },
      { ms },
    )
    return record
  }

  it('answers, and the record stands', async () => {
    const answer = await task('hello')
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.response.trim(), 'you said hello')
    const record = await newest()
    assert.equal(record.id, answer.body.execution.task_execution_id)
    assert.equal(answer.body.metadata.execution_id, record.id)
    assert.deepEqual(
      [record.status, record.message, record.triggered_by, record.response.trim(), record.error],
      ['success', 'hello', 'manual', 'you said hello', null],
    )
    assert.ok(record.duration_ms > 0 && record.completed_at > record.started_at)
    assert.equal(record.execution_log, null)
    const log = (await server.get(`/api/agents/one/executions/${record.id}/log`)).body
    assert.equal(log.has_log, true)
    assert.ok(log.log.length > 0)
  })

  it('names the field of bad input, and runs nothing', async () => {
    const before = (await records()).length
    for (const [body, field] of [
      [{}, 'message'],
      [{ message: 5 }, 'message'],
      [{ message: 'x', timeout_seconds: -1 }, 'timeout_seconds'],
      [{ message: 'x', max_turns: 0 }, 'max_turns'],
      [{ message: 'x', model: '--flag' }, 'model'],
      [{ message: 'x', allowed_tools: 'Bash' }, 'allowed_tools'],
    ]) {
      const answer = await server.post('/api/agents/one/task', body)
      assert.equal(answer.status, 422, JSON.stringify(body))
      assert.equal(answer.body.detail[0].loc[1], field)
    }
    assert.equal((await records()).length, before)
    for (const limit of ['0', '501', 'x']) {
      assert.equal((await server.get(`/api/agents/one/executions?limit=${limit}`)).status, 422)
    }
    for (const [field, value] of [
      ['filter_from', 'yesterday'],
      ['filter_to', '2026-13-40'],
    ]) {
      const answer = await server.get(`/api/agents/one/executions?${field}=${value}`)
      assert.equal(answer.status, 422)
      assert.equal(answer.body.detail[0].loc[1], field)
    }
    assert.equal((await server.get('/api/agents/none/executions?limit=0')).status, 404)
  })

  it('finds runs by when they began', async () => {
    const [newest] = await records()
    const at = `${newest.started_at}Z`
    const found = async (query) =>
      (await server.get(`/api/agents/one/executions?limit=500&${new URLSearchParams(query)}`)).body.map(({ id }) => id)
    assert.deepEqual(await found({ filter_from: at }), [newest.id])
    assert.ok((await found({ filter_to: at })).includes(newest.id))
    assert.deepEqual(await found({ filter_to: '2020-01-01T00:00:00' }), [])
  })

  it('keeps why a program failed', async () => {
    const answer = await task('fail')
    assert.equal(answer.status, 503)
    assert.equal(answer.body.detail, 'Failed to execute task. The agent may be unavailable.')
    const record = await newest()
    assert.equal(record.status, 'failed')
    assert.match(record.error, /no such luck/)
  })

  it('ends what passes its time, children too', async () => {
    const answer = await task('sleep', { timeout_seconds: 1 })
    assert.equal(answer.status, 504, answer.text)
    assert.equal(answer.body.detail, 'Task execution timed out after 1 seconds')
    assert.equal((await newest()).error, answer.body.detail)
    await until('its child has gone', async () => !(await processes()).includes('sleep 60'))
  })

  const processes = async () => (await run('docker', ['top', server.containerOf('one'), '-eo', 'pid,args'])).stdout

  it('stops a run by the id of its record', async () => {
    const { answer, id } = await sleeping()
    const [shown] = await running()
    assert.equal(shown.execution_id, id)
    assert.equal((await newest()).execution_id, id)
    const stop = await server.post(`/api/agents/one/executions/${id}/terminate`)
    assert.equal(stop.status, 200, stop.text)
    assert.equal(stop.body.status, 'terminated')
    assert.equal((await answer).status, 503)
    assert.equal((await ended(id)).error, 'Execution terminated by user')
    assert.equal((await server.post(`/api/agents/one/executions/${id}/terminate`)).status, 404)
    assert.ok(!(await processes()).includes('sleep 60'))
  })

  it('ends truly when the program is killed', async () => {
    const { answer, id } = await sleeping()
    await run('docker', ['exec', server.containerOf('one'), 'pkill', '-KILL', '-f', '^bash run'])
    assert.equal((await answer).status, 503)
    assert.equal((await ended(id)).status, 'failed')
  })

  it('ends truly when the container is killed', async () => {
    const { answer, id } = await sleeping()
    await run('docker', ['kill', server.containerOf('one')])
    const record = await ended(id)
    assert.match(record.error, /^Agent not reachable: /)
    assert.equal((await answer).status, 503)
    assert.equal((await task('hello')).status, 503)
    assert.deepEqual(await running(), [])
    await server.post('/api/agents/one/start')
  })

  it('is taken up again when the server is killed', async () => {
    const { id } = await sleeping()
    await server.stop('SIGKILL')
    await server.launch()
    // The agent still works on it: its record stays open, and it can be stopped.
    await until('it is seen to run', async () => (await running()).some((one) => one.execution_id === id))
    assert.equal((await server.get(`/api/agents/one/executions/${id}`)).body.status, 'running')
    assert.equal((await server.post(`/api/agents/one/executions/${id}/terminate`)).status, 200)
    assert.equal((await ended(id)).status, 'failed')
    await until('the program has gone', async () => !(await processes()).includes('sleep 60'))
    assert.equal((await task('again')).status, 200)
  })

  it('runs tasks side by side', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => task(`number ${i}`)))
    assert.deepEqual(
      answers.map((answer) => answer.status),
      Array(8).fill(200),
    )
    assert.equal(new Set(answers.map((answer) => answer.body.execution.task_execution_id)).size, 8)
  })

  it('forgets the records with the agent', async () => {
    await server.delete('/api/agents/one')
    assert.equal((await server.get('/api/agents/one/executions')).status, 404)
    await server.createAgent('one', { template: 'local:runs' })
    assert.deepEqual(await records(), [])
  })
})
