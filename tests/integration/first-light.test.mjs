// The main job on a real container engine: setup, sign in, create, watch, stop from outside, delete.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import net from 'node:net'
import { Server, PASSWORD, freePort, run, timing, until } from './harness.mjs'
import { containersOf, engine, kill, networksOf, volumesOf } from '../support/engine.mjs'

describe('first-time setup and sign-in', () => {
  let server
  before(async () => (server = await Server.start({ setup: false })))
  after(() => server?.dispose())

  const form = (fields) => server.request('POST', '/token', { body: new URLSearchParams(fields) })

  it('says that setup is open', async () => {
    assert.deepEqual((await server.get('/api/setup/status')).body, { setup_completed: false })
    assert.equal((await server.get('/api/auth/mode')).body.setup_completed, false)
  })

  it('refuses sign-in before setup', async () => {
    const answer = await form({ username: 'admin', password: PASSWORD })
    assert.equal(answer.status, 403)
    assert.equal(answer.body.detail, 'setup_required')
  })

  it('refuses a bad administrator password', async () => {
    const set = (password, confirm_password) => server.post('/api/setup/admin-password', { password, confirm_password })
    const short = await set('short', 'short')
    assert.equal(short.status, 400)
    assert.equal(short.body.detail, 'Password must be at least 8 characters')
    const different = await set(PASSWORD, `${PASSWORD}x`)
    assert.equal(different.status, 400)
    assert.equal(different.body.detail, 'Passwords do not match')
    const missing = await server.post('/api/setup/admin-password', { password: PASSWORD })
    assert.equal(missing.status, 422)
    assert.deepEqual(missing.body.detail[0].loc, ['body', 'confirm_password'])
  })

  it('takes the administrator password once', async () => {
    const body = { password: PASSWORD, confirm_password: PASSWORD }
    assert.equal((await server.post('/api/setup/admin-password', body)).status, 200)
    assert.equal((await server.get('/api/setup/status')).body.setup_completed, true)
    assert.equal((await server.post('/api/setup/admin-password', body)).status, 403)
  })

  it('signs in with a url-encoded and with a multipart form', async () => {
    const encoded = await form({ username: 'admin', password: PASSWORD })
    assert.equal(encoded.status, 200)
    assert.equal(encoded.body.token_type, 'bearer')
    const parts = new FormData()
    parts.set('username', 'admin')
    parts.set('password', PASSWORD)
    const multipart = await server.request('POST', '/api/token', { body: parts })
    assert.equal(multipart.status, 200)
    for (const { body } of [encoded, multipart]) {
      const me = await server.get('/api/users/me', { token: body.access_token })
      assert.equal(me.status, 200)
      assert.equal(me.body.username, 'admin')
      assert.equal(me.body.role, 'admin')
    }
    const claims = JSON.parse(Buffer.from(encoded.body.access_token.split('.')[1], 'base64url'))
    assert.equal(claims.sub, 'admin')
    assert.equal(claims.mode, 'admin')
    assert.ok(Math.abs(claims.exp - Date.now() / 1000 - 7 * 86400) < 60)
  })

  it('refuses wrong and incomplete sign-ins', async () => {
    const wrong = await form({ username: 'admin', password: 'not the password' })
    assert.equal(wrong.status, 401)
    assert.equal(wrong.body.detail, 'Incorrect username or password')
    assert.equal(wrong.headers.get('www-authenticate'), 'Bearer')
    assert.equal((await form({ username: 'nobody', password: PASSWORD })).status, 401)
    assert.equal((await form({ username: 'admin' })).status, 422)
    assert.equal((await server.request('POST', '/token')).status, 422)
  })
})

describe('answers that every client relies on', () => {
  let server
  before(async () => (server = await Server.start()))
  after(() => server?.dispose())

  it('tells its health and version without sign-in', async () => {
    assert.equal((await server.get('/health', { token: null })).status, 200)
    const version = await server.get('/api/version', { token: null })
    assert.equal(version.status, 200)
    assert.equal(version.body.platform, 'trinity')
  })

  it('answers 401 without and with bad credentials', async () => {
    const without = await server.get('/api/agents', { token: null })
    assert.equal(without.status, 401)
    assert.equal(without.body.detail, 'Not authenticated')
    assert.equal(without.headers.get('www-authenticate'), 'Bearer')
    const bad = await server.get('/api/agents', { token: `${server.token}x` })
    assert.equal(bad.status, 401)
    assert.equal(bad.body.detail, 'Could not validate credentials')
  })

  it('answers JSON 404 below /api and the web page elsewhere', async () => {
    const unknown = await server.get('/api/no/such/thing')
    assert.equal(unknown.status, 404)
    assert.deepEqual(unknown.body, { detail: 'Not Found' })
    const page = await server.get('/agents/some-agent', { token: null })
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type'), /^text\/html/)
  })

  it('answers 405 for a wrong method', async () => {
    const answer = await server.request('PATCH', '/api/agents')
    assert.equal(answer.status, 405)
    assert.deepEqual(answer.body, { detail: 'Method Not Allowed' })
  })

  it('answers 422 with the place of the fault', async () => {
    const missing = await server.post('/api/agents', {})
    assert.equal(missing.status, 422)
    assert.deepEqual(missing.body.detail[0].loc, ['body', 'name'])
    assert.equal(missing.body.detail[0].type, 'missing')
    const broken = await server.request('POST', '/api/agents', {
      body: '{"name":',
      headers: { 'Content-Type': 'application/json' },
    })
    assert.equal(broken.status, 422)
    assert.equal(broken.body.detail[0].type, 'json_invalid')
    const empty = await server.request('POST', '/api/agents', { headers: { 'Content-Type': 'application/json' } })
    assert.equal(empty.status, 422)
    const tail = await server.get('/api/agents/nobody/logs?tail=many')
    assert.equal(tail.status, 422)
    assert.deepEqual(tail.body.detail[0].loc, ['query', 'tail'])
  })

  it('answers 404 for an agent that is not there', async () => {
    for (const answer of await Promise.all([
      server.get('/api/agents/nobody'),
      server.get('/api/agents/nobody/stats'),
      server.get('/api/agents/nobody/logs'),
      server.post('/api/agents/nobody/start'),
      server.post('/api/agents/nobody/stop'),
      server.delete('/api/agents/nobody'),
    ])) {
      assert.equal(answer.status, 404)
      assert.equal(answer.body.detail, 'Agent not found')
    }
  })

  it('answers 400 for a name without any letter', async () => {
    const answer = await server.post('/api/agents', { name: '///' })
    assert.equal(answer.status, 400)
    assert.match(answer.body.detail, /^Invalid agent name/)
  })

  it('gives every answer a request id and its timing', async () => {
    const answer = await server.get('/api/agents')
    assert.ok(answer.headers.get('x-request-id'), 'no X-Request-Id header')
    assert.ok(timing(answer.headers).app >= 0, answer.headers.get('server-timing'))
  })
})

describe('the life of an agent', () => {
  let server
  before(async () => (server = await Server.start()))
  after(() => server?.dispose())

  const running = (name) =>
    until(`${name} is running`, async () => (await server.get(`/api/agents/${name}`)).body.status === 'running')

  it('creates an agent from a local template', async () => {
    const agent = await server.createAgent('Worker One', { template: 'local:demo-worker' })
    assert.equal(agent.name, 'worker-one')
    assert.equal(agent.status, 'running')
    assert.equal(agent.template, 'local:demo-worker')
    assert.match(agent.container_id, /^[0-9a-f]{64}$/)
    await running('worker-one')
  })

  it('creates a blank agent', async () => {
    const agent = await server.createAgent('blank')
    assert.deepEqual(agent.resources, { cpu: '1', memory: '128m' })
    await running('blank')
    const { body } = await engine('GET', `/containers/${agent.container_id}/json`)
    assert.equal(body.Name, `/${server.containerOf('blank')}`)
    assert.equal(body.Config.Labels['trinity.platform'], 'agent')
    assert.equal(body.Config.Labels['trinity.instance'], server.instance)
    assert.equal(body.HostConfig.Memory, 128 * 1024 * 1024)
    assert.ok(
      body.HostConfig.NanoCpus === 1e9 || body.HostConfig.CpuQuota === body.HostConfig.CpuPeriod,
      'no CPU limit',
    )
    assert.ok(body.HostConfig.PidsLimit > 0, 'no limit of processes')
    assert.equal(body.HostConfig.RestartPolicy.Name, 'unless-stopped')
    assert.ok(body.NetworkSettings.Networks[server.network], 'not in its network')
  })

  it('shows a created agent in the very next list', async () => {
    for (const [name, item] of await server.agents()) {
      assert.equal(item.status, 'running', name)
      assert.equal(item.owner, 'admin', name)
    }
    assert.deepEqual([...(await server.agents()).keys()].sort(), ['blank', 'worker-one'])
  })

  it('refuses a name that is taken', async () => {
    const answer = await server.post('/api/agents', { name: 'BLANK' })
    assert.equal(answer.status, 400)
    assert.equal(answer.body.detail, 'Agent already exists')
  })

  it('answers a warm list without SQL and without the engine', async () => {
    await server.get('/api/agents')
    const { headers } = await server.get('/api/agents')
    assert.equal(timing(headers).sql, 0)
    assert.equal(timing(headers).engine, 0)
    assert.equal(headers.get('trinity-engine'), 'ok')
    assert.ok(Number(headers.get('trinity-snapshot-age')) >= 0)
  })

  it('shows figures that move', async () => {
    const seen = new Set()
    const first = (await server.get('/api/agents/worker-one/stats')).body
    for (const field of [
      'cpu_percent',
      'memory_used_bytes',
      'memory_limit_bytes',
      'memory_percent',
      'network_rx_bytes',
      'network_tx_bytes',
      'uptime_seconds',
    ]) {
      assert.equal(typeof first[field], 'number', field)
    }
    assert.equal(first.status, 'running')
    await until(
      'three different CPU figures',
      async () => {
        const { status, body } = await server.get('/api/agents/worker-one/stats')
        assert.equal(status, 200)
        seen.add(body.cpu_percent)
        return seen.size >= 3
      },
      { ms: 60_000, every: 500 },
    )
    const stats = (await server.get('/api/agents/worker-one/stats')).body
    assert.ok(
      stats.memory_used_bytes > 100_000 && stats.memory_used_bytes < stats.memory_limit_bytes,
      JSON.stringify(stats),
    )
  })

  it("sends figures on the agent's own topic", async () => {
    const live = await server.live(['agent:worker-one:stats'])
    try {
      const frame = await live.next((f) => f.event === 'agent_stats_update', { ms: 40_000 })
      assert.equal(frame.topic, 'agent:worker-one:stats')
      assert.equal(frame.data.name, 'worker-one')
      assert.equal(typeof frame.data.cpu, 'number')
      assert.ok(frame.data.memory > 0)
      // The long names come only when their figure has moved.
      const { cpu_percent = frame.data.cpu, memory_used_bytes = frame.data.memory } = frame.data
      assert.equal(frame.data.cpu, cpu_percent)
      assert.equal(frame.data.memory, memory_used_bytes)
    } finally {
      live.close()
    }
  })

  it("shows the container's output", async () => {
    const text = await until('some output', async () => {
      const answer = await server.get('/api/agents/worker-one/logs?tail=50')
      assert.equal(answer.status, 200)
      return answer.body.logs.trim()
    })
    assert.ok(text.length > 0)
    const one = (await server.get('/api/agents/worker-one/logs?tail=1')).body.logs.trim()
    assert.equal(one.split('\n').length, 1)
  })

  it('does not restart by itself again and again', async () => {
    for (const name of ['worker-one', 'blank']) {
      const { body } = await engine('GET', `/containers/${server.containerOf(name)}/json`)
      assert.equal(body.RestartCount, 0, name)
      assert.equal(body.State.Running, true, name)
    }
  })

  it('stops and starts, and the next read knows it', async () => {
    const stopped = await server.post('/api/agents/worker-one/stop')
    assert.equal(stopped.status, 200)
    assert.equal(stopped.body.message, 'Agent worker-one stopped')
    assert.equal((await server.agents()).get('worker-one').status, 'stopped')
    const stats = await server.get('/api/agents/worker-one/stats')
    assert.equal(stats.status, 400)
    assert.equal(stats.body.detail, 'Agent is not running')
    assert.equal((await server.post('/api/agents/worker-one/stop')).status, 200)
    assert.equal((await server.get('/api/agents/worker-one/logs')).status, 200)
    const started = await server.post('/api/agents/worker-one/start')
    assert.equal(started.status, 200)
    assert.equal(started.body.message, 'Agent worker-one started')
    assert.equal((await server.agents()).get('worker-one').status, 'running')
  })

  it('shows each change to every other connection at once', async () => {
    for (let round = 0; round < 6; round++) {
      const [verb, status] = round % 2 ? ['start', 'running'] : ['stop', 'stopped']
      assert.equal((await server.post(`/api/agents/blank/${verb}`)).status, 200)
      // Eight requests at the same time go over eight connections, so over every I/O thread.
      const lists = await Promise.all(Array.from({ length: 8 }, () => server.agents()))
      assert.deepEqual(
        lists.map((list) => list.get('blank').status),
        Array(8).fill(status),
      )
    }
  })

  it('sees a kill from outside, on the socket and by REST', async () => {
    const live = await server.live(['agents'])
    try {
      const from = live.frames.length
      const before = performance.timeOrigin + performance.now()
      await run('/usr/bin/docker', ['-H', 'unix:///var/run/docker.sock', 'kill', server.containerOf('worker-one')])
      const frame = await live.next(
        (f) => f.event === 'agent_status' && f.data.name === 'worker-one' && f.data.status === 'stopped',
        { from },
      )
      assert.equal(frame.data.previous_status, 'running')
      assert.equal(frame.topic, 'agents')
      assert.equal(typeof frame.seq, 'number')
      // The command itself takes a while before it kills; the strict figure is measured by the bench.
      assert.ok(frame.arrived - before < 1500, `${frame.arrived - before} ms`)
      assert.equal((await server.get('/api/agents/worker-one')).body.status, 'stopped')
      assert.equal((await server.agents()).get('worker-one').status, 'stopped')
    } finally {
      live.close()
    }
  })

  it('sees an agent that was started from outside', async () => {
    const live = await server.live(['agents'])
    try {
      const from = live.frames.length
      await engine('POST', `/containers/${server.containerOf('worker-one')}/start`)
      await live.next(
        (f) => f.event === 'agent_status' && f.data.name === 'worker-one' && f.data.status === 'running',
        { from },
      )
      await running('worker-one')
    } finally {
      live.close()
    }
  })

  it('numbers the changes of a topic without a gap', async () => {
    const live = await server.live(['agents'])
    try {
      const subscribed = await live.next((f) => f.type === 'subscribed' && f.topic === 'agents')
      await server.post('/api/agents/blank/stop')
      await server.post('/api/agents/blank/start')
      await live.next((f) => f.event === 'agent_status' && f.data.name === 'blank' && f.data.status === 'running')
      const numbers = live.frames.filter((f) => f.event && f.topic === 'agents').map((f) => f.seq)
      assert.deepEqual(
        numbers,
        numbers.map((_, i) => subscribed.seq + 1 + i),
      )
    } finally {
      live.close()
    }
  })

  it('refuses a subscription without sign-in', async () => {
    const live = await server.live([], null)
    try {
      live.send({ type: 'subscribe', topics: ['agents'] })
      const frame = await live.next((f) => f.type === 'subscribe_error')
      assert.equal(frame.status, 401)
    } finally {
      live.close()
    }
  })

  it('deletes an agent with all that belongs to it', async () => {
    const live = await server.live(['agents'])
    try {
      const answer = await server.delete('/api/agents/worker-one')
      assert.equal(answer.status, 200)
      assert.equal(answer.body.message, 'Agent worker-one deleted')
      assert.equal((await server.get('/api/agents/worker-one')).status, 404)
      assert.equal((await server.agents()).has('worker-one'), false)
      await live.next((f) => f.event === 'agent_deleted' && f.data.name === 'worker-one')
    } finally {
      live.close()
    }
    assert.deepEqual(
      (await containersOf(server.instance)).map((c) => c.Names[0]),
      [`/${server.containerOf('blank')}`],
    )
    const volumes = (await volumesOf(server.instance)).filter((v) => JSON.stringify(v).includes('worker-one'))
    assert.deepEqual(volumes, [])
    for (const table of ['agent_ownership', 'mcp_api_keys']) {
      assert.deepEqual(await server.sql(`select agent_name from ${table} where agent_name = 'worker-one'`), [], table)
    }
  })

  it('can create the same name again', async () => {
    await server.createAgent('worker-one', { template: 'local:demo-worker' })
    assert.equal((await server.delete('/api/agents/worker-one')).status, 200)
  })
})

describe('creation is all or nothing', () => {
  let server
  before(async () => (server = await Server.start()))
  after(() => server?.dispose())

  async function nothingIsLeft(name) {
    assert.deepEqual(await server.containers(), [])
    assert.deepEqual(
      (await volumesOf(server.instance)).map((v) => v.Name).filter((v) => v.includes(name)),
      [],
    )
    assert.equal((await server.get(`/api/agents/${name}`)).status, 404)
    assert.equal((await server.agents()).has(name), false)
    for (const table of ['agent_ownership', 'mcp_api_keys']) {
      assert.deepEqual(await server.sql(`select agent_name from ${table} where agent_name = '${name}'`), [], table)
    }
  }

  it('leaves nothing when the image is not to be had', async () => {
    const answer = await server.post('/api/agents', { name: 'half', base_image: 'trinity-agent-base:no-such-version' })
    assert.ok(answer.status >= 400 && answer.status <= 503, `${answer.status} ${answer.text}`)
    assert.equal(typeof answer.body.detail, 'string')
    await nothingIsLeft('half')
  })

  it('leaves nothing when the port is taken', async () => {
    const port = await freePort('0.0.0.0')
    const listener = net.createServer()
    await new Promise((resolve) => listener.listen(port, '0.0.0.0', resolve))
    try {
      const answer = await server.post('/api/agents', { name: 'half', port })
      assert.ok(answer.status >= 400 && answer.status <= 503, `${answer.status} ${answer.text}`)
    } finally {
      listener.close()
    }
    await nothingIsLeft('half')
  })

  it('gives the name away afterwards', async () => {
    await server.createAgent('half')
    assert.equal((await server.delete('/api/agents/half')).status, 200)
    await nothingIsLeft('half')
  })

  it('gives a name once to callers at the same time', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => server.post('/api/agents', { name: 'twin', resources: { cpu: '1', memory: '128m' } })),
    )
    assert.deepEqual(answers.map((a) => a.status).sort(), [200, 400, 400, 400])
    assert.equal((await server.containers()).length, 1)
    assert.equal((await server.delete('/api/agents/twin')).status, 200)
  })
})

describe('who may see and do what', () => {
  let server
  let bob
  before(async () => {
    server = await Server.start()
    await server.createAgent('private')
    await server.stop()
    // A second user with the administrator's password: there is no operation yet that makes one.
    await server.sql(`insert into users (username, password_hash, role, email, created_at, updated_at)
      select 'bob', password_hash, 'user', 'bob@example.com', created_at, updated_at from users where username = 'admin'`)
    await server.launch()
    bob = await server.signIn('bob')
  })
  after(() => server?.dispose())

  it('hides agents of others', async () => {
    assert.deepEqual((await server.get('/api/agents', { token: bob })).body, [])
    assert.equal((await server.get('/api/agents/private', { token: bob })).status, 403)
    assert.equal((await server.get('/api/agents/private/stats', { token: bob })).status, 403)
    assert.equal((await server.get('/api/agents/private/logs', { token: bob })).status, 403)
  })

  it('refuses changes to agents of others', async () => {
    assert.equal((await server.post('/api/agents/private/stop', undefined, { token: bob })).status, 403)
    assert.equal((await server.post('/api/agents/private/start', undefined, { token: bob })).status, 403)
    assert.equal((await server.delete('/api/agents/private', { token: bob })).status, 403)
    assert.equal((await server.agents()).get('private').status, 'running')
  })

  it('keeps events about agents of others to itself', async () => {
    const live = await server.live(['agents'], bob)
    try {
      const subscribed = await live.next((f) => f.type === 'subscribed')
      assert.equal(JSON.stringify(subscribed.snapshot).includes('private'), false)
      await server.post('/api/agents/private/stop')
      const own = await server.createAgent('bobs', {}).then(() => server.delete('/api/agents/bobs'))
      assert.equal(own.status, 200)
      live.send({ type: 'ping', id: 7 })
      await live.next((f) => f.type === 'pong')
      assert.deepEqual(
        live.frames.filter((f) => JSON.stringify(f).includes('private')),
        [],
      )
      live.send({ type: 'subscribe', topics: ['agent:private:stats'] })
      assert.equal((await live.next((f) => f.type === 'subscribe_error')).status, 403)
    } finally {
      live.close()
    }
  })

  it('shows a user what is his own', async () => {
    const created = await server.post(
      '/api/agents',
      { name: 'bobs', resources: { cpu: '1', memory: '128m' } },
      { token: bob },
    )
    assert.equal(created.status, 200)
    const list = (await server.get('/api/agents', { token: bob })).body
    assert.deepEqual(
      list.map((a) => [a.name, a.owner, a.is_owner]),
      [['bobs', 'bob', true]],
    )
    assert.equal((await server.agents()).get('bobs').is_owner, false)
    assert.equal((await server.delete('/api/agents/bobs', { token: bob })).status, 200)
  })
})

describe('stop and restart of the server', () => {
  let server
  before(async () => {
    server = await Server.start()
    await server.createAgent('stays', { template: 'local:demo-worker' })
    await server.createAgent('rests')
    await server.post('/api/agents/rests/stop')
  })
  after(() => server?.dispose())

  it('finishes a request that is under way when it is asked to stop', async () => {
    let answered = false
    const pending = server
      .post('/api/agents', { name: 'late', resources: { cpu: '1', memory: '128m' } })
      .finally(() => (answered = true))
    // The request has reached the server when its container name is taken or the answer is there; 30 ms is well before the end of a creation.
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(answered, false, 'the creation was over before the stop')
    const exit = server.stop()
    const answer = await pending
    assert.equal(answer.status, 200, answer.text)
    assert.equal(await exit, 0)
  })

  it('ends in time although clients hold connections open', async () => {
    await server.launch()
    const live = await server.live(['agents'])
    const begin = Date.now()
    assert.equal(await server.stop(), 0)
    assert.ok(Date.now() - begin < 10_000, `${Date.now() - begin} ms`)
    live.close()
  })

  it('leaves agents running and finds them again', async () => {
    assert.equal((await server.containers()).filter((c) => c.State === 'running').length, 2)
    const begin = Date.now()
    await server.launch()
    const took = Date.now() - begin
    const agents = await until('all three agents are listed', async () => {
      const list = await server.agents()
      return list.size === 3 && list
    })
    assert.equal(agents.get('stays').status, 'running')
    assert.equal(agents.get('late').status, 'running')
    assert.equal(agents.get('rests').status, 'stopped')
    assert.ok(took < 5000, `ready after ${took} ms`)
  })

  it('keeps tokens valid over the restart', async () => {
    assert.equal((await server.get('/api/users/me')).status, 200)
  })

  it('sees what happened to agents while it was down', async () => {
    await server.stop()
    await kill(server.containerOf('stays'))
    await server.launch()
    await until(
      'the killed agent is listed as stopped',
      async () => (await server.agents()).get('stays')?.status === 'stopped',
    )
  })

  it('has one network of its own', async () => {
    assert.deepEqual(
      (await networksOf(server.instance)).map((n) => n.Name),
      [server.network],
    )
  })
})
