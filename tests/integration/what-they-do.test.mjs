// What every agent does now, told to lists: the running turns of all agents that a person may read, on a real container.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Server } from './harness.mjs'

const say = (line) => `echo '${JSON.stringify(line)}'`
/** Two seconds for the model, three with a tool, two for the model again. */
const PROGRAM = `read -r words
${say({ type: 'system', subtype: 'init', model: 'stand-in', tools: ['Bash'] })}
sleep 2
${say({ type: 'assistant', message: { content: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'make all' } }] } })}
sleep 3
${say({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'made' }] } })}
sleep 2
${say({ type: 'assistant', message: { content: [{ type: 'text', text: 'It is made.' }] } })}
${say({ type: 'result', subtype: 'success', result: 'It is made.', total_cost_usd: 0.01 })}
`
const TEMPLATE = 'name: turns\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'

describe('what every agent does now', { timeout: 120_000 }, () => {
  let server, templatesDir, live, stranger
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'turns'))
    await writeFile(path.join(templatesDir, 'turns/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'turns/run'), PROGRAM)
    server = await Server.start({ templatesDir })
    // Another person, with the administrator's password. Accounts are read at the start.
    await server.sql(
      `INSERT INTO users (username, password_hash, role, email, created_at, updated_at)
       SELECT 'bob', password_hash, 'user', 'bob@example.com', created_at, updated_at FROM users WHERE username = 'admin'`,
    )
    await server.restart()
    server.token = await server.signIn()
    await server.createAgent('maker', { template: 'local:turns' })
    live = await server.live(['agents:stats'])
    stranger = await server.live(['agents:stats'], await server.signIn('bob'))
  })
  after(async () => {
    live?.close()
    stranger?.close()
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const told = (test, from, ms = 20_000) =>
    live.next((frame) => frame.event === 'agents_turns_update' && test(frame.data), { from, ms })
  const row = (data) => data.agents.find(({ name }) => name === 'maker')

  it('is nothing while nothing runs', () => {
    assert.deepEqual(live.frames.find((frame) => frame.topic === 'agents:stats').snapshot.turns, [])
  })

  it('is told within about a second: thinking, the tool with its age, and that the turn is over', async () => {
    const from = live.frames.length
    const begun = Date.now()
    const { status, body } = await server.post(
      '/api/agents/maker/task',
      { message: 'Make it' },
      { headers: { Prefer: 'respond-async' } },
    )
    assert.equal(status, 202)
    const first = row((await told((data) => row(data)?.now === 'model', from)).data)
    assert.equal(first.execution_id, body.execution.task_execution_id ?? body.execution.id)
    assert.equal(first.tool, null)
    assert.ok(Math.abs(Date.parse(first.started_at) - begun) < 5_000, first.started_at)

    const event = await told((data) => row(data)?.now === 'tool', from)
    const calling = row(event.data)
    assert.equal(calling.tool.name, 'Bash')
    assert.match(calling.tool.input_summary, /make all/)
    const late = event.arrived - Date.parse(calling.now_since)
    assert.ok(late > -500 && late < 2_500, `told ${late} ms after the call began`)
    assert.equal(calling.started_at, first.started_at)

    const other = await server.live(['agents:stats'])
    const { snapshot } = other.frames.find((frame) => frame.topic === 'agents:stats' && frame.snapshot)
    other.close()
    assert.deepEqual(
      snapshot.turns.map(({ name, now }) => [name, now]),
      [['maker', 'tool']],
      'whoever comes later sees it, too',
    )

    await told((data) => data.gone?.includes('maker'), from)
    // Who may not read the agent hears nothing of it.
    const heard = stranger.frames.filter((frame) => frame.topic === 'agents:stats')
    assert.deepEqual(heard[0].snapshot.turns, [])
    assert.deepEqual(
      heard.filter((frame) => frame.event === 'agents_turns_update'),
      [],
    )
  })
})
