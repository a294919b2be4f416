// trinityctl gives agents work and looks at it; what is stored of it is there afterwards.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ROOT, Server, until } from './harness.mjs'

const PROGRAM = path.join(ROOT, 'build/release/bin/trinityctl')
/** Says what it was told; `sleep` takes a minute; `fail` ends with a reason. */
const AGENT = `read -r words
case $words in
  sleep*) sleep 60 & wait ;;
  fail*) echo "no such luck" >&2; exit 3 ;;
  *) echo "you said $words" ;;
esac
`
const TEMPLATE = 'name: runs\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'

describe('runs from the command line', () => {
  let server, templatesDir
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'runs'))
    await writeFile(path.join(templatesDir, 'runs/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'runs/run'), AGENT)
    server = await Server.start({ templatesDir })
    await server.createAgent('one', { template: 'local:runs' })
  })
  after(async () => {
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const environment = () => ({
    PATH: '/usr/bin:/bin',
    HOME: templatesDir,
    TERM: 'xterm',
    TRINITY_SERVER: `http://${server.address}`,
    TRINITY_TOKEN: server.token,
  })
  /** Runs the program to its end: {code, out, err}. Bounded: 60 s. */
  const ctl = (args, input = '') =>
    new Promise((resolve) => {
      const child = execFile(PROGRAM, args, { env: environment(), timeout: 60_000 }, (error, out, err) =>
        resolve({ code: error ? (error.code ?? error.signal) : 0, out, err }),
      )
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    })
  const begin = (args) => {
    const child = spawn(PROGRAM, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    const running = { child, out: '', err: '' }
    child.stdout.on('data', (data) => (running.out += data))
    child.stderr.on('data', (data) => (running.err += data))
    running.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
    return running
  }
  const records = async () => (await server.get('/api/agents/one/executions')).body
  const working = () =>
    until('the agent works', async () => {
      const { body } = await server.get('/api/agents/one/executions/running')
      return body.executions.length === 1
    })

  it('says one thing and prints the answer', async () => {
    const said = await ctl(['chat', 'one', 'hello', 'there'])
    assert.equal(said.code, 0, said.err)
    assert.equal(said.out, 'you said hello there\n')
    const piped = await ctl(['chat', 'one', '-'], 'from a pipe\n')
    assert.equal(piped.out, 'you said from a pipe\n', piped.err)
  })

  it('stores what was said', async () => {
    const { body } = await server.get('/api/agents/one/chat/sessions')
    assert.equal(body.session_count, 1)
    const [session] = body.sessions
    assert.equal(session.message_count, 4)
    const exported = await server.get(`/api/agents/one/chat/sessions/${session.id}/export`)
    assert.match(exported.headers.get('content-disposition'), /^attachment; filename="one-.*\.md"$/)
    assert.match(exported.text, /hello there[^]*you said hello there[^]*from a pipe/)
    const found = (await server.get('/api/agents/one/chat/search?q=SAID%20HELLO')).body
    assert.equal(found.count, 1)
    assert.equal(found.results[0].role, 'assistant')
  })

  it('writes down what the agent did', async () => {
    const { body } = await server.get('/api/activities/timeline?activity_types=chat_start')
    assert.equal(body.count, 2)
    assert.deepEqual(
      body.activities.map((row) => row.activity_state),
      ['completed', 'completed'],
    )
    assert.equal(body.activities[0].details.message_preview, 'from a pipe\n')
  })

  it('tells it live, to those who may read the agent', async () => {
    const live = await server.live(['activities'])
    const whole = await live.next(({ type, snapshot }) => type !== 'authenticated' && snapshot?.complete)
    assert.equal(whole.snapshot.activities.length, (await server.get('/api/activities/timeline')).body.count)
    const from = live.frames.length
    assert.equal((await ctl(['chat', 'one', 'live'])).code, 0)
    const states = ['started', 'completed'].map((state) =>
      live.next(({ event, data }) => event === 'activity_event' && data.activity_state === state, { from }),
    )
    const [started, completed] = await Promise.all(states)
    assert.deepEqual([started.data.name, started.data.activity_type], ['one', 'chat_start'])
    assert.equal(completed.data.id, started.data.id)
    live.close()
  })

  it('gives a task and follows it later', async () => {
    const started = await ctl(['task', 'one', '-d', 'count', 'to', 'three'])
    assert.equal(started.code, 0, started.err)
    const id = started.out.trim()
    assert.match(id, /^[\w-]{22}$/)
    const followed = await ctl(['executions', 'show', 'one', id, '-f'])
    assert.equal(followed.out, 'you said count to three\n', followed.err)
    const shown = JSON.parse((await ctl(['executions', 'show', 'one', id, '--json'])).out)
    assert.equal(shown.status, 'success')
    const listed = await ctl(['executions', 'one', '--status', 'success'])
    assert.ok(listed.out.includes(id), listed.out)
  })

  it('tells why a task failed', async () => {
    const failed = await ctl(['task', 'one', 'fail'])
    assert.equal(failed.code, 1)
    assert.match(failed.err, /no such luck/)
    assert.equal(failed.out, '')
  })

  it('stops a run at Ctrl-C and leaves at the second one', async () => {
    const running = begin(['task', 'one', 'sleep'])
    await working()
    running.child.kill('SIGINT')
    assert.equal(await running.ended, 1, running.err)
    assert.match(running.err, /Stopping it/)
    const [record] = await records()
    assert.deepEqual([record.message, record.status], ['sleep', 'failed'])
    const other = begin(['task', 'one', 'sleep'])
    await working()
    other.child.kill('SIGINT')
    other.child.kill('SIGINT')
    await until('the first one was heard', () => other.err.includes('Stopping it') || other.child.exitCode !== null)
    other.child.kill('SIGINT')
    assert.ok([1, 130].includes(await other.ended))
  })

  it('stops everything, and lets it start again', async () => {
    const running = begin(['task', 'one', 'sleep'])
    await working()
    const stopped = await ctl(['stop-all', '--reason', 'a test', '--json'])
    assert.equal(stopped.code, 0, stopped.err)
    assert.equal(JSON.parse(stopped.out).runs_stopped, 1)
    assert.equal(await running.ended, 1)
    const refused = await ctl(['task', 'one', 'hello'])
    assert.equal(refused.code, 1)
    assert.match(refused.err, /stopped by/)
    assert.equal((await ctl(['resume-all'])).code, 0)
    assert.equal((await ctl(['task', 'one', 'hello'])).out, 'you said hello\n')
  })

  it('leaves nothing that goes on', async () => {
    await until('everything has ended', async () => (await records()).every((record) => record.status !== 'running'))
    const { body } = await server.get('/api/activities/timeline?limit=1000')
    assert.deepEqual(
      body.activities.filter((row) => row.activity_state === 'started'),
      [],
    )
  })
})
