// Agents of the full image in a fleet: the real Claude Code answers a task through trinityd and agentd, and whatever is
// killed in the middle of one, its record ends truly within five seconds.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { docker } from '../support/agent-container.mjs'
import { startRealFleet } from '../support/real-fleet.mjs'
import { until } from './harness.mjs'

describe('agentd with the real Claude Code in a fleet', () => {
  let fleet, server, provider
  before(async () => {
    fleet = await startRealFleet()
    ;({ server, provider } = fleet)
  })
  after(() => fleet?.dispose())

  const task = (message) => server.post('/api/agents/one/task', { message })
  const records = async () => (await server.get('/api/agents/one/executions')).body
  const running = async () => (await server.get('/api/agents/one/executions/running')).body.executions
  /** The processes of Claude Code. */
  const claude = async () => (await inside('sh', '-c', 'pgrep -x claude || true')).stdout
  const inside = (...command) => docker('exec', server.containerOf('one'), ...command)

  /** A long answer on its way: Claude Code runs, and the provider speaks to it. */
  const speaking = async () => {
    const calls = provider.calls.length
    const answer = task('Tell me all [long]').catch((error) => ({ status: 0, error }))
    await until('the provider is asked', () =>
      provider.calls.slice(calls).some((call) => JSON.stringify(call.body).includes('[long]')),
    )
    return { answer, id: (await records())[0].id }
  }
  /** Its record, which ends within five seconds from now. */
  const ended = async (id) => {
    let record
    const is = async () => {
      record = (await server.get(`/api/agents/one/executions/${id}`)).body
      return record.status !== undefined && record.status !== 'running'
    }
    await until('the record has ended', is, { ms: 5000 })
    return record
  }
  const answersAgain = async () => {
    let answer
    const is = async () => (answer = await task('What is 2+2?')).status === 200
    await until('it answers again', is, { ms: 20_000, every: 500 })
    assert.equal(answer.body.response, 'The answer is 4.')
    await until('nothing runs', async () => (await running()).length === 0, { ms: 5000 })
  }

  it('answers a task, and the record says what it took', async () => {
    const answer = await task('What is 2+2?')
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.response, 'The answer is 4.')
    const [record] = await records()
    assert.deepEqual([record.status, record.response, record.error], ['success', 'The answer is 4.', null])
    assert.ok(record.cost > 0, 'it tells its cost')
  })

  it('uses a tool in its workspace', async () => {
    const answer = await task('Make a file [tool]')
    assert.equal(answer.body.response, 'done', answer.text)
    assert.equal((await inside('cat', '/home/developer/made-by-tool.txt')).stdout, 'from-the-tool\n')
  })

  it('says in the record what the slim image lacks', async () => {
    await server.createAgent('two', { template: 'local:real', base_image: 'trinity-agent-base:slim' })
    assert.equal((await server.post('/api/agents/two/task', { message: 'hello' })).status, 503)
    const [record] = (await server.get('/api/agents/two/executions')).body
    assert.equal(record.status, 'failed')
    assert.match(record.error, /Claude Code is not available in this container.*\.\/trinity image full/)
  })

  it('may run what it makes in /tmp, in a container with full rights', async () => {
    await inside('sh', '-c', 'printf "#!/bin/sh\\necho ran" > /tmp/one && chmod +x /tmp/one')
    assert.equal((await inside('/tmp/one')).stdout, 'ran\n')
  })

  it('ends truly when Claude Code is killed', async () => {
    const { answer, id } = await speaking()
    await inside('pkill', '-KILL', '-x', 'claude')
    const record = await ended(id)
    assert.equal(record.status, 'failed')
    assert.equal((await answer).status, 503)
    await answersAgain()
  })

  it('ends truly when agentd is killed', async () => {
    const { answer, id } = await speaking()
    // The newer one of the two: the other one keeps it alive.
    await inside('pkill', '-KILL', '-n', '-x', 'agentd')
    const record = await ended(id)
    assert.equal(record.status, 'failed')
    assert.equal((await answer).status, 503)
    assert.equal(await claude(), '')
    await answersAgain()
  })

  it('ends truly when the container is killed', async () => {
    const { answer, id } = await speaking()
    await docker('kill', server.containerOf('one'))
    const record = await ended(id)
    assert.equal(record.status, 'failed')
    assert.equal((await answer).status, 503)
    assert.equal((await server.post('/api/agents/one/start')).status, 200)
    await answersAgain()
  })

  it('ends as it would have when the server is killed', async () => {
    const answer = task('Take your time [slow]').catch((error) => ({ status: 0, error }))
    await until('it runs', async () => (await running()).length === 1)
    const [{ id }] = await records()
    await server.stop('SIGKILL')
    assert.equal((await answer).status, 0)
    await server.launch()
    const record = await ended(id)
    assert.deepEqual([record.status, record.response], ['success', 'The answer is 4.'])
    await answersAgain()
  })

  it('ends truly when it is stopped after the server was killed', async () => {
    const { id } = await speaking()
    await server.stop('SIGKILL')
    await server.launch()
    await until('it is seen to run', async () => (await running()).some((one) => one.execution_id === id))
    const stop = await server.post(`/api/agents/one/executions/${id}/terminate`)
    assert.equal(stop.status, 200, stop.text)
    const record = await ended(id)
    assert.deepEqual([record.status, record.error], ['failed', 'Execution terminated by user'])
    assert.equal(await claude(), '')
    await answersAgain()
  })
})
