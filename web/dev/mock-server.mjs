// A stand-in for the Trinity server, for work on the web UI only. It keeps everything in memory, invents figures, and
// serves the built UI from dist/ with the content policy of the real server when there is one.
//
//   node dev/mock-server.mjs [--port 8787] [--agents 3] [--setup-open]
//
// While it runs, POST /dev/<switch> changes what it does: engine-away, engine-ok, cut-sockets, refuse-sockets,
// accept-sockets, expire, kill/<agent>, revoke/<agent>, flood/<agent>/<lines>/<times>/<left out>, slow-on, slow-off, slow-create; GET /dev/heard answers with the
// frames of clients.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NAMES, TEMPLATES } from './mock-data.mjs'
import { MockLive } from './mock-live.mjs'
import { MockSettings } from './mock-settings.mjs'

const args = process.argv.slice(2)
const option = (name, otherwise) => {
  const at = args.indexOf(`--${name}`)
  return at >= 0 ? args[at + 1] : otherwise
}
const PORT = Number(option('port', '8787'))
const COUNT = Number(option('agents', '3'))
const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"

const ROLE = args.includes('--as-user') ? 'user' : 'admin'
let setupDone = !args.includes('--setup-open')
let password = 'trinity-demo'
let engineAway = null
let refuseSockets = false
let slow = false
const sessions = new Set()
let createMs = 900

// ------------------------------------------------------------------ agents

const live = new MockLive({ role: ROLE, snapshotOf, isKnown: (token) => sessions.has(token) })
const publish = (topic, event, data) => live.publish(topic, event, data)

const naive = (ms) =>
  new Date(ms)
    .toISOString()
    .replace('Z', '')
    .replace(/(\.\d{3})$/, '$1000')
const zoned = (ms) => new Date(ms).toISOString()
const agents = new Map()
const settings = new MockSettings({ agents, publish, me: 'admin' })

function addAgent(name, given = {}) {
  const template = TEMPLATES.find((one) => one.id === given.template)
  const agent = {
    item: {
      name,
      type: 'business-assistant',
      status: 'running',
      port: 2222 + agents.size,
      created: naive(Date.now() - (given.age ?? 0)),
      resources: template?.resources ?? given.resources ?? { cpu: '2', memory: '4g' },
      container_id: [...name]
        .map((c) => c.charCodeAt(0).toString(16))
        .join('')
        .padEnd(64, '0')
        .slice(0, 64),
      template: given.template ?? null,
      runtime: given.runtime ?? 'command',
      base_image_version: '0.1.0',
      owner: given.owner ?? 'admin',
      is_owner: ROLE === 'admin',
      is_shared: ROLE !== 'admin',
      is_system: false,
      autonomy_enabled: false,
      github_repo: null,
      memory_limit: null,
      cpu_limit: null,
      started_at: zoned(Date.now() - (given.age ?? 0)),
    },
    wave: Math.random() * 6,
    heat: given.heat ?? Math.random() ** 3,
    rx: 4000,
    tx: 2000,
    history: [],
    follow: `${Date.now()}-1`,
    lines: [],
    lineCount: 0,
  }
  agents.set(name, agent)
  for (let back = 60; back > 0; back -= 1) sample(agent, Date.now() - back * 5000)
  for (let n = 0; n < 140; n += 1) log(agent, Date.now() - (140 - n) * 2000)
  return agent
}

function bytes(text) {
  const unit = { m: 1024 ** 2, g: 1024 ** 3 }[text.slice(-1)] ?? 1
  return Number.parseFloat(text) * unit
}

function sample(agent, at) {
  agent.wave += 0.25 + Math.random() * 0.1
  const cores = Number(agent.item.resources.cpu)
  const burst = Math.max(0, Math.sin(agent.wave)) ** 3 * agent.heat
  const cpu = Math.round((0.3 + burst * cores * 92 + Math.random() * 2) * 10) / 10
  const limit = bytes(agent.item.resources.memory)
  const used = Math.round(
    limit * (0.06 + agent.heat * 0.72 + Math.sin(agent.wave / 3) * 0.04 + Math.random() * 0.004),
  )
  agent.rx += Math.round(Math.random() * 9000 * (1 + burst * 20))
  agent.tx += Math.round(Math.random() * 4000 * (1 + burst * 8))
  agent.stats = {
    cpu_percent: cpu,
    memory_used_bytes: used,
    memory_limit_bytes: limit,
    memory_percent: Math.round((used / limit) * 1000) / 10,
    network_rx_bytes: agent.rx,
    network_tx_bytes: agent.tx,
    uptime_seconds: Math.round(
      (Date.now() - Date.parse(agent.item.started_at ?? zoned(Date.now()))) / 1000,
    ),
    status: 'running',
  }
  agent.history.push([at, cpu, agent.stats.memory_percent])
  agent.history = agent.history.slice(-60)
}

function log(agent, at) {
  const stamp = new Date(at).toISOString().slice(11, 23)
  const lines = [
    `\u001b[90m${stamp}\u001b[0m \u001b[32mINFO\u001b[0m  step ${Math.round(at / 2000) % 1000} done in ${Math.round(Math.random() * 400)} ms`,
    `\u001b[90m${stamp}\u001b[0m \u001b[32mINFO\u001b[0m  wrote /home/developer/notes/day.md (${Math.round(Math.random() * 9000)} bytes)`,
    `\u001b[90m${stamp}\u001b[0m \u001b[33mWARN\u001b[0m  the search answered slowly, trying the next page with a smaller window so that the round still fits its time`,
    `\u001b[90m${stamp}\u001b[0m \u001b[1;31mERROR\u001b[0m could not parse <script>alert(1)</script> in page 3: unexpected token`,
    `\u001b[90m${stamp}\u001b[0m \u001b[36mDEBUG\u001b[0m {"turn":${Math.round(at / 1000) % 97},"tokens":${Math.round(Math.random() * 4000)}}`,
  ]
  const pick = Math.random()
  const line = {
    ts: new Date(at).toISOString().replace('Z', '000000Z'),
    stream: pick < 0.96 ? 'stdout' : 'stderr',
    text: lines[pick < 0.45 ? 0 : pick < 0.75 ? 1 : pick < 0.88 ? 4 : pick < 0.96 ? 2 : 3],
  }
  agent.lines.push(line)
  agent.lineCount += 1
  if (agent.lines.length > 2000) agent.lines.shift()
  return line
}

for (let n = 0; n < COUNT; n += 1) {
  const name = NAMES[n] ?? `agent-${n + 1}`
  const agent = addAgent(name, {
    template: n % 5 === 4 ? undefined : TEMPLATES[n % 3].id,
    age: 7.4e6 * (n + 0.3),
    owner: n % 6 === 5 ? 'maria' : 'admin',
    heat: [0.35, 0.04, 0.98, 0.15, 0.6][n % 5],
    runtime: n % 4 === 3 ? 'claude-code' : 'command',
  })
  if (n > 3 && n % 4 === 2)
    setStatus(agent, 'stopped', n % 8 === 6 ? 'exit' : 'user', n % 8 === 6 ? 1 : 0)
}

// ------------------------------------------------------------------ live

function setStatus(agent, status, reason, exit_code = null) {
  const previous_status = agent.item.status
  agent.item.status = status
  agent.item.started_at = status === 'running' ? zoned(Date.now()) : null
  const changed_at = zoned(Date.now())
  Object.assign(agent.item, { reason, exit_code, changed_at })
  if (status === 'running') {
    agent.history = []
    sample(agent, Date.now())
  }
  publish('agents', 'agent_status', {
    name: agent.item.name,
    status,
    previous_status,
    reason,
    exit_code,
    started_at: agent.item.started_at,
    changed_at,
  })
  const topic = `agent:${agent.item.name}:stats`
  if (live.watched(topic)) publish(topic, 'agent_stats_update', statsOf(agent))
  if (status !== 'running')
    publish('agents:stats', 'agents_stats_update', { agents: [], gone: [agent.item.name] })
}

function snapshotOf(topic, options = {}) {
  switch (topic) {
    case 'agents':
      return { agents: [...agents.values()].map((one) => one.item).reverse(), engine: engineNow() }
    case 'agents:stats':
      return {
        agents: running().map((agent) => ({
          ...rowOf(agent),
          ...(options.history > 0 ? { history: agent.history.slice(-options.history) } : {}),
        })),
      }
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
  const [, name, part] = /^agent:([^:]+)(?::(stats|logs))?$/.exec(topic) ?? []
  const agent = agents.get(name)
  if (agent === undefined) return null
  if (part === 'stats')
    return { ...statsOf(agent), history: agent.history.slice(-(options.history ?? 60)) }
  return part === 'logs' ? logsOf(agent, options.tail ?? 100) : { name }
}

const running = () => [...agents.values()].filter((one) => one.item.status === 'running')

function rowOf(agent) {
  const { cpu_percent, memory_used_bytes, memory_limit_bytes, memory_percent } = agent.stats
  return {
    name: agent.item.name,
    cpu_percent,
    memory_used_bytes,
    memory_limit_bytes,
    memory_percent,
  }
}

function statsOf(agent) {
  const { name, status } = agent.item
  const stats =
    status === 'running'
      ? agent.stats
      : Object.fromEntries(Object.keys(agent.stats).map((key) => [key, 0]))
  return { name, cpu: stats.cpu_percent, memory: stats.memory_used_bytes, ...stats, status }
}

function logsOf(agent, tail) {
  const kept = agent.lines.slice(-tail)
  return {
    name: agent.item.name,
    follow: agent.follow,
    first: agent.lineCount - kept.length,
    dropped: 0,
    lines: kept,
    cursor: '1',
    state: agent.item.status === 'running' ? 'following' : 'ended',
    tail,
  }
}

// ------------------------------------------------------------------ the machine

const host = []
function hostNow() {
  const [, cpu, memory, disk] = host[host.length - 1]
  return {
    cpu: { percent: cpu, count: 8 },
    memory: { percent: memory, used_gb: Math.round(memory * 3.13) / 10, total_gb: 31.3 },
    disk: { percent: disk, used_gb: Math.round(disk * 40.1) / 10, total_gb: 401 },
    timestamp: zoned(Date.now()),
  }
}
function sampleHost(at) {
  const wave = Math.sin(at / 40_000)
  host.push([at, Math.round((34 + wave * 20 + Math.random() * 6) * 10) / 10, 58.4, 71.2])
  if (host.length > 60) host.shift()
}
for (let back = 60; back > 0; back -= 1) sampleHost(Date.now() - back * 5000)

const engineNow = () => ({
  state: engineAway === null ? 'ok' : 'unreachable',
  since: zoned(engineAway ?? Date.now()),
})

function tellLines(agent, lines, dropped = 0) {
  const { name } = agent.item
  if (!live.watched(`agent:${name}:logs`)) return
  publish(`agent:${name}:logs`, 'agent_logs_append', {
    name,
    follow: agent.follow,
    first: agent.lineCount - lines.length,
    dropped,
    lines,
    cursor: String(agent.lineCount),
    state: 'following',
  })
}

/** Writes `count` lines and leaves out `dropped` before them, `times` times, four times a second. */
function flood(agent, count, times, dropped) {
  agent.lineCount += dropped
  tellLines(
    agent,
    Array.from({ length: count }, () => log(agent, Date.now())),
    dropped,
  )
  if (times > 1) setTimeout(() => flood(agent, count, times - 1, dropped), 250)
}

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
  }
  publish('agents:stats', 'agents_stats_update', { agents: running().map(rowOf) })
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
  response.setHeader('Set-Cookie', 'mock_session=1; HttpOnly; SameSite=Strict; Path=/')
  return [200, { access_token: token, token_type: 'bearer' }]
}

async function rest(request, response, path, body) {
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
    return /mock_session=1/.test(request.headers.cookie ?? '')
      ? issue(response)
      : [401, { detail: 'Not authenticated' }]
  }
  if (!path.startsWith('/api/')) return [404, { detail: 'Not Found' }]
  if (!sessions.has((request.headers.authorization ?? '').slice(7)))
    return [401, { detail: 'Not authenticated' }]
  response.setHeader('Trinity-Engine', engineNow().state)
  response.setHeader(
    'Trinity-Snapshot-Age',
    engineAway === null ? '120' : String(Date.now() - engineAway),
  )

  if (route === 'GET /api/users/me')
    return [200, { username: 'admin', email: null, name: null, picture: null, role: ROLE }]
  if (route === 'GET /api/templates') return [200, TEMPLATES]
  if (route === 'GET /api/agents')
    return [200, [...agents.values()].map((one) => one.item).reverse()]
  if (route === 'POST /api/agents') return create(JSON.parse(body))
  return agentCall(request.method, path, body)
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

async function agentCall(method, path, body) {
  const [, name, rest] = /^\/api\/agents\/([^/]+)(\/.*)?$/.exec(path) ?? []
  const agent = agents.get(name)
  if (agent === undefined) return [404, { detail: 'Agent not found' }]
  const action = method !== 'GET'
  if ((action || rest === '/logs') && engineAway !== null)
    return [503, { detail: 'The container engine does not answer' }]
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
      for (const part of ['', ':stats', ':logs']) live.end(`agent:${name}${part}`, 'agent_deleted')
      return [200, { message: `Agent ${name} deleted` }]
    case 'GET /stats':
      return agent.item.status === 'running'
        ? [200, agent.stats]
        : [400, { detail: 'Agent is not running' }]
    case 'GET /logs':
      return [200, { logs: agent.lines.map((line) => `${line.text}\n`).join('') }]
    case 'GET /info':
      return [200, info(agent)]
    case 'GET ':
      return [200, { ...agent.item, can_share: true, can_delete: true, shares: [] }]
    default:
      return [405, { detail: 'Method Not Allowed' }]
  }
}

function info(agent) {
  const template = TEMPLATES.find((one) => one.id === agent.item.template)
  if (template === undefined) {
    return {
      has_template: false,
      agent_name: agent.item.name,
      template_name: '',
      status: agent.item.status,
      message: 'No template.',
    }
  }
  return {
    has_template: true,
    agent_name: agent.item.name,
    status: agent.item.status,
    display_name: template.display_name,
    tagline: 'Small, steady and honest about its work',
    description: template.description,
    version: '1.2',
    author: 'Trinity',
    type: 'business-assistant',
    use_cases: ['Collect three sources on a question', 'Keep a daily page of notes'],
    capabilities: ['web_search', 'note_taking'],
    commands: [{ name: 'digest', description: 'Writes the day down' }],
    mcp_servers: template.mcp_servers,
    skills: [],
    tools: ['filesystem'],
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
    for (const part of ['', ':stats', ':logs']) live.end(`agent:${name}${part}`, 'access_revoked')
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
  if (what === 'slow-settings') settings.slowMs = Number(name)
  if (what === 'flood') {
    const [count = 1, times = 1, dropped = 0] = numbers.map(Number)
    flood(agents.get(name), count, times, dropped)
  }
  if (what === 'kill' && agents.has(name)) setStatus(agents.get(name), 'stopped', 'exit', 137)
  if (what === 'slow-on') slow = true
  if (what === 'slow-off') slow = false
  if (what === 'setup-open') setupDone = false
  if (what === 'forget') sessions.clear()
  response.writeHead(204).end()
}

const server = createServer((request, response) => {
  const path = decodeURIComponent((request.url ?? '/').split('?')[0])
  if (path.startsWith('/dev/')) return flip(path, response)
  if (!path.startsWith('/api/') && path !== '/health') return page(response, path)
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', async () => {
    if (slow) await wait(1500)
    const [status, body] = await rest(request, response, path, Buffer.concat(parts).toString())
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(body === null ? undefined : JSON.stringify(body))
  })
})
server.on('upgrade', (request, socket, head) => {
  if (refuseSockets || request.url !== '/ws') return socket.destroy()
  live.upgrade(request, socket, head)
})
server.listen(PORT, '127.0.0.1', () =>
  console.log(`mock server: http://127.0.0.1:${PORT} (admin / ${password})`),
)
