// What happens inside an agent is seen at once, and whatever is killed in the middle of a turn (the program, the daemon, the
// container, the server), the turn ends in a true record, soon.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT, run, Server, until } from './harness.mjs'

/** `tool` begins a tool call and takes a minute; `calls` makes forty quick ones; `brief` takes three seconds. */
const PROGRAM = `read -r words
start() { printf '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"%s","name":"Bash","input":{"command":"%s"}}]}}\\n' "$1" "$1"; }
end() { printf '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"%s","content":"done %s"}]}}\\n' "$1" "$1"; }
case $words in
  tool*) start "$words"; sleep 60 & wait ;;
  calls*) for i in $(seq 40); do start "c$i"; sleep 0.1; end "c$i"; done; echo '{"type":"result","result":"all done"}' ;;
  brief*) sleep 3; echo "you said $words" ;;
  *) echo "you said $words" ;;
esac
`
const TEMPLATE = 'name: kills\nruntime:\n  type: command\n  command: [bash, run]\n  timeout: 100\n'
const WITHIN = 5000

describe('what is killed in the middle of a turn', () => {
  let server, templatesDir
  before(async () => {
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'kills'))
    await writeFile(path.join(templatesDir, 'kills/template.yaml'), TEMPLATE)
    await writeFile(path.join(templatesDir, 'kills/run'), PROGRAM)
    server = await Server.start({ templatesDir })
    await server.createAgent('one', { template: 'local:kills' })
    await connected()
  })
  after(async () => {
    await server?.dispose()
    await rm(templatesDir, { recursive: true, force: true })
  })

  const agent = (rest, method = 'GET', json = undefined) => server.request(method, `/api/agents/one${rest}`, { json })
  const activity = async () => (await agent('/activity')).body
  const session = () => agent('/chat/session')
  const records = async () => (await agent('/executions')).body
  const record = async (id) => (await agent(`/executions/${id}`)).body
  const running = async () => (await agent('/executions/running')).body.executions
  const inside = (...command) => run('docker', ['exec', '-u', 'root', server.containerOf('one'), ...command])
  const processes = async () => (await run('docker', ['top', server.containerOf('one'), '-eo', 'pid,args'])).stdout
  /** The server follows the agent: its session is there without the agent being asked. */
  const connected = () => until('the agent is connected', async () => (await session()).status === 200)

  /** A task that is in the middle of a tool call. */
  const working = async (words) => {
    const answer = agent('/task', 'POST', { message: words }).catch((error) => ({ status: 0, error }))
    await until('the tool call is seen', async () => (await activity()).active_tool?.input_summary.includes(words))
    const [newest] = await records()
    assert.equal(newest.status, 'running')
    return { answer, id: newest.id }
  }
  const ended = async (id, ms = WITHIN) => {
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
  /** Nothing is left that says or does as if the turn went on. */
  const nothingRuns = async () => {
    await until('nothing runs', async () => (await running()).length === 0, {
      ms: WITHIN,
    })
    const now = await activity()
    assert.equal(now.status, 'idle')
    assert.equal(now.active_tool, null)
    assert.ok(now.timeline.every((call) => call.status === 'completed'))
    assert.ok((await records()).every((one) => one.status !== 'running'))
  }

  it('a tool call is in the browser while it runs, within 250 ms', async (t) => {
    const live = await server.live(['agent:one:activity', 'agent:one:files'])
    t.after(() => live.close())
    const delays = []
    for (const words of ['tool a', 'tool b', 'tool c']) {
      const { answer, id } = await working(words)
      const call = (frame) => frame.data?.upsert?.find((one) => one.input_summary.includes(words))
      const frame = await live.next((one) => one.event === 'agent_activity_update' && call(one)?.status === 'running')
      delays.push(Math.round(frame.arrived - Date.parse(call(frame).started_at)))
      assert.equal(frame.data.status, 'running')
      const stop = await agent(`/executions/${id}/terminate`, 'POST')
      assert.equal(stop.status, 200, stop.text)
      assert.equal((await answer).status, 503)
      await live.next((one) => one.event === 'agent_activity_update' && call(one)?.status === 'completed')
      assert.equal((await ended(id)).error, 'Execution terminated by user')
    }
    t.diagnostic(`from the tool's start to the browser: ${delays.join(', ')} ms`)
    for (const delay of delays) assert.ok(delay < 250, `${delays.join(', ')} ms`)
    await inside('su', 'developer', '-c', 'echo hello > /home/developer/fresh.txt')
    const files = await live.next((one) => one.event === 'agent_files_changed' && one.data.paths.includes('fresh.txt'))
    assert.equal(files.data.overflow, false)
    await nothingRuns()
  })

  it('details of a call are asked from the agent', async () => {
    const { timeline } = await activity()
    const detail = await agent(`/activity/${encodeURIComponent(timeline[0].id)}`)
    assert.equal(detail.status, 200, detail.text)
    assert.equal(detail.body.input.command, timeline[0].id)
    assert.equal((await agent('/activity/none')).status, 404)
    assert.equal((await agent('/activity', 'DELETE')).body.status, 'cleared')
    await until('it is forgotten', async () => (await activity()).timeline.length === 0)
  })

  it('the program', async () => {
    const { answer, id } = await working('tool cli')
    await inside('pkill', '-KILL', '-f', '^bash run')
    assert.equal((await ended(id)).status, 'failed')
    assert.equal((await answer).status, 503)
    await nothingRuns()
    await until('its child has gone', async () => !(await processes()).includes('sleep 60'))
  })

  it('the daemon: it comes back, and nothing that it had started goes on', async () => {
    const { answer, id } = await working('tool daemon')
    // The newer one of the two: the other one keeps it alive.
    await inside('pkill', '-KILL', '-n', '-x', 'agentd')
    const found = await ended(id)
    assert.equal(found.status, 'failed')
    assert.match(found.error, /^Agent not reachable: /)
    assert.equal((await answer).status, 503)
    await nothingRuns()
    assert.ok(!(await processes()).includes('sleep 60'))
    assert.equal((await server.agents()).get('one').status, 'running')
    await connected()
    assert.equal((await agent('/task', 'POST', { message: 'again' })).status, 200)
  })

  it('the daemon and what keeps it alive: the engine starts the container again', async () => {
    const { answer, id } = await working('tool both')
    await inside('pkill', '-KILL', '-x', 'agentd').catch(() => {})
    assert.match((await ended(id)).error, /^Agent not reachable: /)
    assert.equal((await answer).status, 503)
    await nothingRuns()
    await connected()
    assert.ok(!(await processes()).includes('sleep 60'))
    assert.equal((await agent('/task', 'POST', { message: 'again' })).status, 200)
  })

  it('the container', async () => {
    const { answer, id } = await working('tool container')
    await run('docker', ['kill', server.containerOf('one')])
    const found = await ended(id)
    assert.match(found.error, /^Agent not reachable: /)
    assert.equal((await answer).status, 503)
    await nothingRuns()
    assert.deepEqual((await session()).status, 400)
    assert.equal((await agent('/activity/x')).status, 400)
    assert.equal((await agent('/activity', 'DELETE')).status, 200)
    await agent('/start', 'POST')
    await connected()
  })

  it('the server: the turn goes on, and its end stands in the record', async () => {
    const answer = agent('/task', 'POST', { message: 'brief' }).catch(() => ({
      status: 0,
    }))
    await until('the turn runs', async () => (await running()).length === 1)
    const [{ id }] = await records()
    await server.stop('SIGKILL')
    assert.equal((await answer).status, 0)
    await server.launch()
    const found = await ended(id, 3000 + WITHIN)
    assert.equal(found.status, 'success', JSON.stringify(found))
    assert.equal(found.response.trim(), 'you said brief')
    await nothingRuns()
  })

  it('the server, and the turn ends while it is away', async () => {
    const answer = agent('/task', 'POST', { message: 'brief away' }).catch(() => ({ status: 0 }))
    await until('the turn runs', async () => (await running()).length === 1)
    const [{ id }] = await records()
    await server.stop('SIGKILL')
    await answer
    await new Promise((resolve) => setTimeout(resolve, 3500))
    await server.launch()
    assert.equal((await ended(id)).response.trim(), 'you said brief away')
  })

  it('the server: a turn that is taken up again can be stopped', async () => {
    const { id } = await working('tool server')
    await server.stop('SIGKILL')
    await server.launch()
    await until('it is seen to run', async () => (await running()).some((one) => one.execution_id === id))
    assert.equal((await record(id)).status, 'running')
    assert.equal((await agent(`/executions/${id}/terminate`, 'POST')).status, 200)
    assert.equal((await ended(id)).error, 'Execution terminated by user')
    await nothingRuns()
  })

  it('both, and the container: the record is closed at the next start', async () => {
    const { id } = await working('tool all')
    await server.stop('SIGKILL')
    await run('docker', ['kill', server.containerOf('one')])
    await server.launch()
    assert.equal((await ended(id)).error, 'Server restarted during execution')
    await agent('/start', 'POST')
    await connected()
  })

  it('no change is lost or told twice while the server restarts', async () => {
    await agent('/activity', 'DELETE')
    const answer = agent('/task', 'POST', { message: 'calls' }).catch(() => ({
      status: 0,
    }))
    await until('some calls are made', async () => (await activity()).totals.calls >= 10)
    await server.stop('SIGKILL')
    await answer
    await server.launch()
    const live = await server.live(['agent:one:activity'])
    const seen = new Map()
    const take = ({ snapshot, data }) => {
      for (const call of [...(snapshot?.timeline ?? []), ...(data?.upsert ?? [])].reverse()) {
        const states = seen.get(call.id) ?? []
        assert.notEqual(states.at(-1), call.status, `${call.id} is told twice`)
        assert.notEqual(states.at(-1), 'completed', `${call.id} runs again`)
        seen.set(call.id, [...states, call.status])
      }
    }
    let last
    await until(
      'all calls are made',
      async () => (last = await activity()).totals.calls === 40 && last.status === 'idle',
      {
        ms: 20_000,
      },
    )
    await live.next(
      (frame) =>
        (frame.data ?? frame.snapshot)?.totals?.calls === 40 && (frame.data ?? frame.snapshot).status === 'idle',
    )
    live.close()
    live.frames.filter((frame) => frame.topic === 'agent:one:activity' && (frame.snapshot || frame.data)).forEach(take)
    const wanted = Array.from({ length: 40 }, (_, i) => `c${i + 1}`).sort()
    assert.deepEqual([...seen.keys()].sort(), wanted)
    assert.deepEqual(last.timeline.map((call) => call.id).sort(), wanted)
    assert.ok([...seen.values()].every((states) => states.at(-1) === 'completed'))
  })

  it("another agent's container drives nothing", async () => {
    await server.createAgent('two', { template: 'local:kills' })
    const { stdout: address } = await run('docker', [
      'inspect',
      '-f',
      '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
      server.containerOf('one'),
    ])
    const files = (await readdir(path.join(ROOT, 'agentd'))).filter((file) => file.endsWith('.cpp'))
    const routes = new Set()
    for (const file of files) {
      const text = await readFile(path.join(ROOT, 'agentd', file), 'utf8')
      for (const [, method, route] of text.matchAll(/\{Method::(\w+), "([^"]+)", Access::/g))
        routes.add(`${method === 'del' ? 'DELETE' : method.toUpperCase()} ${route.replaceAll(/\{[^}]+\}/g, 'x')}`)
    }
    assert.ok(routes.size >= 18, [...routes].join(', '))
    const health = (route) => route.endsWith('/health')
    const { stdout: own } = await run('docker', [
      'exec',
      '-u',
      'root',
      server.containerOf('two'),
      'cat',
      '/etc/trinity/agentd.secret',
    ])
    for (const bearer of ['', 'guess-guess-guess-guess', own.trim()]) {
      const ask = [...routes].map((route) => {
        const [method, target] = route.split(' ')
        return `curl -s -m 5 -o /dev/null -w '%{http_code}\\n' -X ${method} -H 'Authorization: Bearer ${bearer}' http://${address.trim()}:8000${target}`
      })
      const { stdout } = await run('docker', ['exec', server.containerOf('two'), 'sh', '-c', ask.join('; ')])
      const codes = stdout.trim().split('\n')
      const got = [...routes].map((route, i) => [route, codes[i]])
      assert.deepEqual(
        got.filter(([route, code]) => code !== (health(route) ? '200' : '401')),
        [],
      )
    }
  })
})
