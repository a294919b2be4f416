// Why an agent is slow, on a real container: what holds it back (processor, memory, disk, network) and what its turn
// waits for.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { docker } from '../support/agent-container.mjs'
import { run, Server, timing, until } from './harness.mjs'

const LIMIT = 96 * 1024 * 1024
const say = (line) => `echo '${JSON.stringify(line)}'`
/** A second to start, two for the model, two with a tool, two for the model again. */
const PROGRAM = `read -r words
sleep 1
${say({ type: 'system', subtype: 'init', model: 'stand-in', tools: ['Bash'] })}
sleep 2
${say({ type: 'assistant', message: { content: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'make all' } }] } })}
sleep 2
${say({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'made' }] } })}
sleep 2
${say({ type: 'assistant', message: { content: [{ type: 'text', text: 'It is made.' }] } })}
${say({ type: 'result', subtype: 'success', result: 'It is made.', total_cost_usd: 0.01 })}
`
const TEMPLATE = 'name: turns\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'
const ADDRESS = '/api/agents/slow/pressure'

describe('why an agent is slow', { timeout: 240_000 }, () => {
  let server, templatesDir, client
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'turns'))
    await writeFile(path.join(templatesDir, 'turns/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'turns/run'), PROGRAM)
    server = await Server.start({ templatesDir })
    await server.createAgent('slow', {
      template: 'local:turns',
      resources: { cpu: '0.2', memory: '96m' },
    })
    client = await server.live(['agent:slow:pressure'])
  })
  after(async () => {
    client?.close()
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const inside = (script) => docker('exec', '-u', 'root', server.containerOf('slow'), 'sh', '-c', script)
  const begin = (script) => docker('exec', '-d', '-u', 'root', server.containerOf('slow'), 'sh', '-c', script)
  /** The next event for which `test` holds. */
  const told = async (test, ms = 30_000) => {
    const from = client.frames.length
    const is = (frame) => frame.event === 'agent_pressure_update' && test(frame.data)
    return (await client.next(is, { from, ms })).data
  }

  it('tells a container that has used up its share of the processors', async () => {
    const at = Date.now()
    await begin('timeout 25 sh -c "while :; do :; done"')
    await told((data) => data.cpu.throttled_percent > 50)
    assert.ok(Date.now() - at < 15_000, 'soon')
    // The first figures are of a time that began before.
    const { cpu } = await told((data) => data.cpu.throttled_percent > 50)
    assert.equal(cpu.limit_cores, 0.2)
    assert.ok(cpu.percent > 8 && cpu.percent < 30, `${cpu.percent} % of a core`)
    assert.ok(cpu.throttled_ms_per_s > 300, `${cpu.throttled_ms_per_s} ms held back in a second`)
    const answer = await server.get(ADDRESS)
    assert.equal(answer.status, 200, answer.text)
    assert.ok(answer.body.cpu.throttled_percent > 50, answer.text)
    assert.ok(Date.now() - Date.parse(answer.body.sampled_at) < 5_000, answer.body.sampled_at)
    assert.deepEqual([timing(answer.headers).sql ?? 0, timing(answer.headers).engine ?? 0], [0, 0])
    const { stdout: id } = await docker('inspect', '-f', '{{.Id}}', server.containerOf('slow'))
    const stalls = ['', '/unified'].some((tree) => existsSync(`/sys/fs/cgroup${tree}/docker/${id.trim()}/cpu.pressure`))
    // With a kernel that tells stalls the one that waits has some; without, they are null and never 0.
    if (stalls) await told((data) => data.cpu.some_avg10 > 20)
    else assert.deepEqual([cpu.some_avg10, cpu.full_avg10], [null, null])
    await inside("pkill -f 'while [:]'")
    await told((data) => data.cpu.throttled_percent < 20)
  })

  it('tells a container that is near the limit of its memory, and whom the kernel killed for it', async () => {
    const first = await told((data) => data.memory.percent !== null)
    assert.equal(first.memory.limit_bytes, LIMIT)
    assert.equal(first.memory.oom_kills, 0)
    const full = told((data) => data.memory.percent > 75)
    // tail keeps what it is given until all is there, and then waits for somebody who takes it.
    await begin('head -c 78m /dev/zero | tail -c 78m | sleep 20')
    assert.ok((await full).memory.used_bytes > 72 * 1024 * 1024)
    const killed = told((data) => data.memory.oom_kills > 0)
    await begin('head -c 300m /dev/zero | tail -c 300m | sleep 1')
    const { memory } = await killed
    // This kernel counts how often it was at the limit, or it does not tell; 0 would be wrong.
    assert.notEqual(memory.max_events, 0)
    assert.equal((await server.agents()).get('slow').status, 'running', 'the agent itself goes on')
  })

  it('tells what goes to the disk and over the network', async () => {
    const writes = told((data) => data.disk.write_bytes_per_s > 1024 * 1024)
    await begin(
      'for i in $(seq 12); do dd if=/dev/zero of=/home/developer/direct bs=1M count=8 oflag=direct; sleep 1; done',
    )
    const { disk } = await writes
    assert.ok(disk.write_bytes_per_s < 64 * 1024 * 1024, `${disk.write_bytes_per_s} B/s`)
    const { stdout: gateway } = await docker(
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}',
      server.containerOf('slow'),
    )
    const sends = told((data) => data.network.tx_bytes_per_s > 500)
    await begin(
      `for i in $(seq 400); do timeout 1 bash -c 'head -c 2000 /dev/zero > /dev/udp/${gateway.trim()}/9'; sleep 0.05; done`,
    )
    await sends
  })

  it('tells what a turn waits for, at once when that changes', async () => {
    const from = client.frames.length
    const answer = server.post('/api/agents/slow/chat', { message: 'make it' })
    const seen = []
    const change = async (now) => {
      const is = (frame) => frame.event === 'agent_pressure_update' && frame.data.turn?.now === now
      const frame = await client.next(is, {
        from: seen.at(-1)?.place ?? from,
        ms: 20_000,
      })
      seen.push({
        now,
        at: frame.arrived,
        place: client.frames.indexOf(frame) + 1,
        turn: frame.data.turn,
      })
      return frame.data.turn
    }
    const start = await change('start')
    assert.deepEqual([start.tool, start.model_wait_ms, start.tool_wait_ms], [null, 0, 0])
    assert.equal((await change('model')).tool, null)
    const tool = await change('tool')
    assert.deepEqual(tool.tool, { name: 'Bash', input_summary: 'make all' })
    const now = (await server.get(ADDRESS)).body.turn
    assert.deepEqual([now.now, now.tool.name, now.execution_id], ['tool', 'Bash', tool.execution_id])
    const model = await change('model')
    for (const { at, turn } of seen) {
      assert.ok(
        at - Date.parse(turn.now_since) < 1_000,
        `${turn.now} was told ${at - Date.parse(turn.now_since)} ms late`,
      )
      assert.equal(turn.model_wait_ms + turn.tool_wait_ms + turn.own_ms, turn.elapsed_ms)
    }
    assert.ok(model.own_ms >= 900 && model.own_ms < 4_000, `${model.own_ms} ms of start`)
    assert.ok(model.tool_wait_ms >= 1_900 && model.tool_wait_ms < 4_000, `${model.tool_wait_ms} ms with the tool`)
    assert.ok(model.model_wait_ms >= 1_900 && model.model_wait_ms < 5_000, `${model.model_wait_ms} ms for the model`)
    await client.next((frame) => frame.event === 'agent_pressure_update' && frame.data.turn === null, {
      from: seen.at(-1).place,
    })
    assert.equal((await answer).status, 200)
    assert.equal((await server.get(ADDRESS)).body.turn, null)
  })

  it('goes on counting after the server was killed', async () => {
    const answer = server.post('/api/agents/slow/chat', { message: 'make it' }).catch(() => null)
    await told((data) => data.turn?.now === 'tool')
    client.close()
    await server.stop('SIGKILL')
    await server.launch()
    client = await server.live(['agent:slow:pressure'])
    let turn
    await until('the turn is known again', async () => (turn = (await server.get(ADDRESS)).body.turn) !== null, {
      every: 100,
    })
    assert.ok(turn.own_ms >= 900, JSON.stringify(turn))
    assert.ok(turn.tool_wait_ms > 0, JSON.stringify(turn))
    await answer
    await until('the turn has ended', async () => (await server.get(ADDRESS)).body.turn === null, { every: 200 })
  })

  it('is for those who may read the agent, and knows nothing of one that does not run', async () => {
    assert.equal((await server.get(ADDRESS, { token: null })).status, 401)
    assert.equal((await server.get('/api/agents/nobody/pressure')).status, 404)
    await server.post('/api/agents/slow/stop')
    const stopped = (await server.get(ADDRESS)).body
    assert.deepEqual([stopped.status, stopped.sampled_at, stopped.turn], ['stopped', null, null])
    for (const part of ['cpu', 'memory', 'disk', 'network'])
      for (const [name, value] of Object.entries(stopped[part])) assert.equal(value, null, `${part}.${name}`)
    const { stdout } = await run(
      path.join(process.env.TRINITY_ROOT ?? '.', 'build/release/bin/trinityctl'),
      ['agents', 'pressure', 'slow'],
      {
        env: {
          ...process.env,
          TRINITY_SERVER: `http://${server.address}`,
          TRINITY_TOKEN: server.token,
        },
      },
    )
    assert.match(stdout, /^slow {2}stopped\nCPU {6}- of /)
  })
})
