// A stand-in for the Trinity server, for work on the web UI only. It keeps everything in memory, invents figures, and
// serves the built UI from dist/ with the content policy of the real server when there is one.
//
//   node dev/mock-server.mjs [--port 8787] [--agents 3] [--setup-open] [--as-user] [--no-credentials] [--calm] [--events 120]
//
// While it runs, POST /dev/<switch> changes what it does: engine-away, engine-ok, cut-sockets, refuse-sockets,
// accept-sockets, expire, kill/<agent>, revoke/<agent>, flood/<agent>/<lines>/<times>/<left out>, slow-on, slow-off, slow-create,
// hold/<agent>/<who>, crowd/<agent>, fail-run, refuse-run, pace/<factor>,
// ask/<agent>/<agent>, git/<agent>/<clean, ahead, behind, diverged, dirty, none, no-remote, away or commit>, slow-git/<ms>, no-audit, fail-apply,
// pressure/<agent>/<calm, throttled, memory, oom, disk, silent, tool, v1 or none>,
// attend/<agent>/<kind or none>,
// board/<agent>/<whole, none, invalid or older>, write/<agent>/<path>, unlink/<agent>/<path>, slow-files/<ms>; GET /dev/heard answers with the
// frames of clients.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MockActivity } from './mock-activity.mjs'
import { MockBoard } from './mock-board.mjs'
import { MockCredentials } from './mock-credentials.mjs'
import { checkTemplate, envOf, namesOf, TEMPLATES } from './mock-data.mjs'
import { MockFiles } from './mock-files.mjs'
import { mockFleet, naive, zoned } from './mock-fleet.mjs'
import { MockGit } from './mock-git.mjs'
import { MockHistory } from './mock-history.mjs'
import { host, hostNow, sampleHost } from './mock-host.mjs'
import { MockLive } from './mock-live.mjs'
import { MockPlatform } from './mock-platform.mjs'
import { MockPressure } from './mock-pressure.mjs'
import { MockRuns } from './mock-runs.mjs'
import { MockSettings } from './mock-settings.mjs'
import { MockWork } from './mock-work.mjs'

const args = process.argv.slice(2)
const option = (name, otherwise) => {
  const at = args.indexOf(`--${name}`)
  return at >= 0 ? args[at + 1] : otherwise
}
const PORT = Number(option('port', '8787'))
const COUNT = Number(option('agents', '3'))
/** Another build than the usual one, to compare two. */
const DIST = process.env.TRINITY_MOCK_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"

const ROLE = args.includes('--as-user') ? 'user' : 'admin'
let setupDone = !args.includes('--setup-open')
let password = 'trinity-demo'
let engineAway = null
let refuseSockets = false
let slow = false
const sessions = new Set()
const cookies = new Set()
let createMs = 900

// ------------------------------------------------------------------ agents

const live = new MockLive({ role: ROLE, snapshotOf, isKnown: (token) => sessions.has(token) })
const publish = (topic, event, data) => live.publish(topic, event, data)

const fleet = mockFleet({ role: ROLE, publish, watched: (topic) => live.watched(topic) })
const { agents, addAgent, sample, log, setStatus, running } = fleet
const { rowOf, statsOf, logsOf, tellLines, flood } = fleet
fleet.populate(COUNT)
const settings = new MockSettings({ agents, publish, me: 'admin' })
const credentials = new MockCredentials({
  agents,
  publish,
  empty: args.includes('--no-credentials'),
})
const git = new MockGit({ agents, publish, operation })
const platform = new MockPlatform()
const activity = new MockActivity({ publish })
const pressure = new MockPressure({
  publish,
  watched: (topic) => live.watched(topic),
  activity,
})
const board = new MockBoard({ publish })
const files = new MockFiles({ publish })
const work = new MockWork({ agents, publish, calm: args.includes('--calm') })
const runs = new MockRuns({ agents, publish, pace: Number(option('pace', '1')) })
const history = new MockHistory({
  agents,
  publish,
  count: Number(option('events', String(Math.min(5000, COUNT * 40)))),
  others: () => [...work.activities(), ...runs.activities],
})

// ------------------------------------------------------------------ live

function snapshotOf(topic, options = {}) {
  switch (topic) {
    case 'agents':
      return {
        agents: [...agents.values()].map((one) => one.item).reverse(),
        engine: engineNow(),
        runs: runs.halt,
      }
    case 'agents:stats':
      return {
        agents: running().map((agent) => ({
          ...rowOf(agent),
          ...(options.history > 0 ? { history: agent.history.slice(-options.history) } : {}),
        })),
        context: [...agents.values()].map((agent) => runs.context(agent)),
        executions: [...agents.values()].map((agent) => work.day(runs.figures(agent))),
        attention: work.attention(),
        turns: work.turns(),
      }
    case 'activities':
      return { activities: work.activities(), complete: true }
    case 'host':
      return { ...hostNow(), history: host.slice(-(options.history ?? 60)) }
    case 'user':
      return {
        username: 'admin',
        role: ROLE,
        email: 'admin@example.com',
        expires_at: zoned(Date.now() + 6e8),
        operations: [],
      }
  }
  const [, runOf, run] = /^execution:([^:]+):(.+)$/.exec(topic) ?? []
  if (run !== undefined) return agents.has(runOf) ? runs.runTopic(agents.get(runOf), run) : null
  const [, name, part] =
    /^agent:([^:]+)(?::(stats|logs|activity|files|dashboard|executions|git|pressure))?$/.exec(
      topic,
    ) ?? []
  const agent = agents.get(name)
  if (agent === undefined) return null
  if (part === 'stats')
    return { ...statsOf(agent), history: agent.history.slice(-(options.history ?? 60)) }
  if (part === 'logs') return logsOf(agent, options.tail ?? 100)
  if (part === 'activity') return activity.snapshot(agent)
  if (part === 'pressure') return pressure.of(agent)
  if (part === 'dashboard') return board.snapshot(agent)
  if (part === 'git') return git.status(agent)
  if (part === 'executions') return runs.topic(agent, part)
  return { name }
}

const engineNow = () => ({
  state: engineAway === null ? 'ok' : 'unreachable',
  since: zoned(engineAway ?? Date.now()),
})

function tick() {
  if (engineAway !== null) return
  const now = Date.now()
  sampleHost(now)
  publish('host', 'host_telemetry_update', hostNow())
  for (const agent of running()) {
    sample(agent, now)
    const { name } = agent.item
    if (live.watched(`agent:${name}:stats`))
      publish(`agent:${name}:stats`, 'agent_stats_update', statsOf(agent))
    tellLines(agent, [log(agent, now)])
    activity.tick(agent)
    pressure.tick(agent)
    board.tick(agent)
  }
  publish('agents:stats', 'agents_stats_update', { agents: running().map(rowOf) })
  work.tick()
}
setInterval(tick, Number(option('tick', '2500')))

// ------------------------------------------------------------------ REST

const wait = (ms) => new Promise((done) => setTimeout(done, ms))

function sanitize(raw) {
  return raw
    .replace(/[^A-Za-z0-9_.-]/gu, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+/g, '-')
    .replace(/-+$/, '')
    .toLowerCase()
}

function issue(response) {
  const claims = Buffer.from(
    JSON.stringify({ sub: 'admin', mode: 'admin', exp: Math.floor(Date.now() / 1000) + 604800 }),
  )
  const token = `mock.${claims.toString('base64url')}.${Math.random().toString(36).slice(2)}`
  sessions.add(token)
  const cookie = Math.random().toString(36).slice(2)
  cookies.add(cookie)
  response.setHeader('Set-Cookie', `mock_session=${cookie}; HttpOnly; SameSite=Strict; Path=/`)
  return [200, { access_token: token, token_type: 'bearer' }]
}

const hasCookie = (request) =>
  cookies.has(/mock_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1])

async function rest(request, response, path, query, raw) {
  const body = raw.toString()
  const route = `${request.method} ${path}`
  if (route === 'GET /health') return [200, { status: 'healthy', timestamp: naive(Date.now()) }]
  if (route === 'GET /api/setup/status') return [200, { setup_completed: setupDone }]
  if (route === 'GET /api/auth/mode')
    return [200, { email_auth_enabled: false, setup_completed: setupDone }]
  if (route === 'GET /api/version') {
    return [
      200,
      {
        version: '0.1.0-mock',
        platform: 'trinity',
        components: { backend: '0.1.0', agent_server: '0.1.0', base_image: 'x' },
        runtimes: ['claude-code', 'gemini-cli'],
        build_date: 'unknown',
      },
    ]
  }
  if (route === 'POST /api/setup/admin-password') {
    if (setupDone)
      return [
        403,
        { detail: 'Setup already completed. Password cannot be changed through this endpoint.' },
      ]
    const given = JSON.parse(body)
    setupDone = true
    password = given.password
    return [200, { success: true }]
  }
  if (route === 'POST /api/token') {
    if (!setupDone) return [403, { detail: 'setup_required' }]
    const right = body.includes(`\r\n\r\n${password}\r\n`) && body.includes('\r\n\r\nadmin\r\n')
    return right ? issue(response) : [401, { detail: 'Incorrect username or password' }]
  }
  if (path === '/api/auth/session') {
    if (request.method === 'DELETE') {
      response.setHeader(
        'Set-Cookie',
        'mock_session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0',
      )
      return [204, null]
    }
    return hasCookie(request) ? issue(response) : [401, { detail: 'Not authenticated' }]
  }
  if (!path.startsWith('/api/')) return [404, { detail: 'Not Found' }]
  // Pictures and downloads come without a header, with the session's cookie.
  const byCookie = path.endsWith('/files/preview') && hasCookie(request)
  if (!byCookie && !sessions.has((request.headers.authorization ?? '').slice(7)))
    return [401, { detail: 'Not authenticated' }]
  response.setHeader('Trinity-Engine', engineNow().state)
  response.setHeader(
    'Trinity-Snapshot-Age',
    engineAway === null ? '120' : String(Date.now() - engineAway),
  )

  if (route === 'GET /api/users/me')
    return [200, { username: 'admin', email: null, name: null, picture: null, role: ROLE }]
  if (route === 'GET /api/templates') return [200, TEMPLATES]
  if (route === 'GET /api/activities/timeline') return history.answer(query)
  if (route === 'GET /api/agents')
    return [200, [...agents.values()].map((one) => one.item).reverse()]
  if (route === 'POST /api/agents') return create(JSON.parse(body))
  if (route === 'POST /api/templates/check') {
    await wait(400)
    return checkTemplate(JSON.parse(body).template)
  }
  if (route === 'GET /api/agents/stats')
    return [200, { agents: [...agents.values()].map((one) => statsOf(one)) }]
  if (route === 'GET /api/agents/attention')
    return [200, { as_of: zoned(Date.now()), agents: work.attention() }]
  if (route === 'GET /api/telemetry/host') return [200, hostNow()]
  if (path === '/api/templates/env-template') return envOf(query.get('template_id'))
  if (path === '/api/templates/required-credentials') {
    const id = query.get('template_id')
    return [200, credentials.needs(id, namesOf(id))]
  }
  const own = await credentials.answer(request.method, path, body)
  if (own !== undefined) return own
  const decided = await platform.answer(request.method, path, query, body)
  if (decided !== undefined) return decided
  const whole = runs.fleet(route, body)
  if (whole !== undefined) return whole
  const [, boarded] = /^\/api\/agent-dashboard\/([^/]+)$/.exec(path) ?? []
  if (boarded !== undefined)
    return agents.has(boarded)
      ? [200, board.dashboard(agents.get(boarded))]
      : [404, { detail: 'Agent not found' }]
  return agentCall(request, path, query, body, raw)
}

async function create(given) {
  if (given.name === 'invalid') {
    return [
      422,
      {
        detail: [
          {
            type: 'value_error',
            loc: ['body', 'resources', 'memory'],
            msg: 'More memory than this machine has',
          },
        ],
      },
    ]
  }
  if (engineAway !== null) return [503, { detail: 'The container engine does not answer' }]
  const name = sanitize(given.name)
  if (agents.has(name)) return [400, { detail: 'Agent already exists' }]
  await operation('create', name, [
    'Preparing network and volumes',
    'Making the container',
    'Starting the container',
  ])
  const agent = addAgent(name, given)
  agent.history = agent.history.slice(-1)
  publish('agents', 'agent_created', agent.item)
  return [200, agent.item]
}

async function operation(kind, agent_name, steps) {
  const operation_id = Math.random().toString(36).slice(2)
  const tell = (step, percent, state) =>
    publish('user', 'operation_update', {
      operation_id,
      kind,
      agent_name,
      step,
      percent,
      state,
      detail: null,
    })
  for (const [n, step] of steps.entries()) {
    tell(step, Math.round((n / steps.length) * 100), 'running')
    await wait(createMs / steps.length)
  }
  tell(steps.at(-1), 100, 'done')
}

async function agentCall(request, path, query, body, raw) {
  const { method } = request
  const [, name, rest] = /^\/api\/agents\/([^/]+)(\/.*)?$/.exec(path) ?? []
  const agent = agents.get(name)
  if (agent === undefined) return [404, { detail: 'Agent not found' }]
  const action = method !== 'GET'
  if ((action || rest === '/logs') && engineAway !== null)
    return [503, { detail: 'The container engine does not answer' }]
  const file = await files.answer(request, agent, rest, query, raw)
  if (file !== undefined) return file
  const ran = await runs.answer(request, agent, rest, query, body)
  if (ran !== undefined) return ran
  const tree = await git.answer(method, agent, rest, query, body)
  if (tree !== undefined) return tree
  const secrets = await credentials.ofAgent(method, agent, rest, body)
  if (secrets !== undefined) return secrets
  const done = activity.answer(method, agent, rest)
  if (done !== undefined) return done
  const setting = await settings.answer(method, agent, rest, body)
  if (setting !== undefined) return setting
  switch (`${method} ${rest ?? ''}`) {
    case 'POST /start':
      await wait(600)
      settings.started(agent)
      setStatus(agent, 'running', 'user')
      return [
        200,
        {
          message: `Agent ${name} started`,
          trinity_injection: 'injected',
          credentials_injection: 'skipped',
          credentials_result: { status: 'skipped' },
        },
      ]
    case 'POST /stop':
      await wait(800)
      setStatus(agent, 'stopped', 'user', 0)
      return [200, { message: `Agent ${name} stopped` }]
    case 'DELETE ':
      await wait(700)
      agents.delete(name)
      publish('agents', 'agent_deleted', { name })
      for (const part of ['', ':stats', ':logs', ':activity', ':files', ':dashboard', ':pressure'])
        live.end(`agent:${name}${part}`, 'agent_deleted')
      return [200, { message: `Agent ${name} deleted` }]
    case 'GET /stats':
      return agent.item.status === 'running'
        ? [200, agent.stats]
        : [400, { detail: 'Agent is not running' }]
    case 'GET /pressure':
      return [200, pressure.of(agent)]
    case 'GET /logs':
      return [200, { logs: agent.lines.map((line) => `${line.text}\n`).join('') }]
    case 'GET /info':
      return [200, board.info(agent)]
    case 'GET /metrics':
      return [200, board.metrics(agent)]
    case 'GET ':
      return [200, { ...agent.item, can_share: true, can_delete: true, shares: [] }]
    default:
      return [405, { detail: 'Method Not Allowed' }]
  }
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

function page(response, path) {
  const file = join(DIST, normalize(path))
  const real =
    file.startsWith(DIST) && existsSync(file) && statSync(file).isFile()
      ? file
      : join(DIST, 'index.html')
  if (!existsSync(real))
    return response.writeHead(404).end('Run npm run build first, or use npm run dev.')
  response.writeHead(200, {
    'Content-Type': TYPES[extname(real)] ?? 'application/octet-stream',
    'Content-Security-Policy': POLICY,
  })
  createReadStream(real).pipe(response)
}

function flip(path, response) {
  const [, , what, name, ...numbers] = path.split('/')
  if (what === 'heard') return response.end(JSON.stringify(live.heard.slice(-500)))
  if (what === 'engine-away') engineAway = Date.now() - Number(name ?? 0) * 1000
  if (what === 'engine-ok') engineAway = null
  if (what.startsWith('engine')) publish('agents', 'engine_status', engineNow())
  if (what === 'refuse-sockets') refuseSockets = true
  if (what === 'accept-sockets') refuseSockets = false
  if (what === 'cut-sockets' || what === 'refuse-sockets') live.cutAll()
  if (what === 'expire') live.expireAll()
  if (what === 'slow-create') createMs = 12_000
  if (what === 'revoke') {
    agents.delete(name)
    publish('agents', 'agent_deleted', { name })
    for (const part of ['', ':stats', ':logs', ':activity', ':files', ':dashboard'])
      live.end(`agent:${name}${part}`, 'access_revoked')
  }
  if (what === 'share') {
    const people = ['ann', 'bo.chen', 'carla.fernandez', 'dmitri', 'eve', 'farid', 'grace', 'hal']
    for (const [n, one] of people.slice(0, Number(numbers[0] ?? 3)).entries())
      settings.share(agents.get(name), `${one}@example.com`, n * 3.3, n === 1 ? 'maria' : 'admin')
  }
  if (what === 'refuse')
    settings.refusals.set(`${name} /${numbers.join('/')}`, [
      503,
      { detail: 'The database is busy. Try again.' },
    ])
  if (what === 'accept') settings.refusals.clear()
  if (what === 'git') git.set(agents.get(name), numbers.join('/'))
  if (what === 'slow-git') git.slowMs = Number(name)
  if (what === 'no-audit') platform.none = true
  if (what === 'fail-apply')
    credentials.failApply = 'Failed to connect to agent: no answer within 30 s'
  if (what === 'slow-settings') settings.slowMs = Number(name)
  if (what === 'flood') {
    const [count = 1, times = 1, dropped = 0] = numbers.map(Number)
    flood(agents.get(name), count, times, dropped)
  }
  if (what === 'pressure') pressure.set(agents.get(name), numbers[0] ?? 'calm')
  if (what === 'attend') work.set(name, numbers[0] ?? 'none')
  if (what === 'board') board.set(agents.get(name), numbers.join('/'))
  if (what === 'write')
    files.write(agents.get(name), numbers.join('/'), `Written at ${zoned(Date.now())}\n`)
  if (what === 'unlink') files.remove(agents.get(name), numbers.join('/'))
  if (what === 'slow-files') files.slowMs = Number(name)
  if (what === 'ask') history.ask(name, numbers[0])
  if (what === 'kill' && agents.has(name)) setStatus(agents.get(name), 'stopped', 'exit', 137)
  if (what === 'hold') runs.hold(agents.get(name), numbers[0] ?? 'maria@example.com')
  if (what === 'crowd') runs.crowd(agents.get(name))
  if (what === 'fail-run') runs.failNext = 'The model did not answer: overloaded (529).'
  if (what === 'refuse-run') runs.refuseNext = [503, { detail: 'Agent is not running' }]
  if (what === 'free') runs.fleet('POST /api/ops/runs/resume', '')
  if (what === 'pace') runs.pace = Number(name)
  if (what === 'slow-on') slow = true
  if (what === 'slow-off') slow = false
  if (what === 'setup-open') setupDone = false
  if (what === 'forget') {
    sessions.clear()
    cookies.clear()
  }
  response.writeHead(204).end()
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock')
  const path = decodeURIComponent(pathname)
  if (path.startsWith('/dev/')) return flip(path, response)
  if (!path.startsWith('/api/') && path !== '/health') return page(response, path)
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', async () => {
    if (slow) await wait(1500)
    const [status, body, headers = { 'Content-Type': 'application/json' }] = await rest(
      request,
      response,
      path,
      searchParams,
      Buffer.concat(parts),
    )
    response.writeHead(status, headers)
    if (Buffer.isBuffer(body)) response.end(body)
    else response.end(body === null ? undefined : JSON.stringify(body))
  })
})
server.on('upgrade', (request, socket, head) => {
  if (refuseSockets || request.url !== '/ws') return socket.destroy()
  live.upgrade(request, socket, head)
})
server.listen(PORT, '127.0.0.1', () =>
  console.log(`mock server: http://127.0.0.1:${PORT} (admin / ${password})`),
)
