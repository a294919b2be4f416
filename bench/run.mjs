// ./trinity bench: a private server with 30 real agents, and the figures that the architecture sets for it. All traffic
// stays on the loopback; every loop is bounded in count and time.
import { fork, spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { Server, freePort, timing, until } from '../tests/integration/harness.mjs'
import { engine, followEvents, kill } from '../tests/support/engine.mjs'
import { sockets } from './sockets.mjs'
import { childrenOf, cpuTime, median, memory, percentile, pin, spread, wrk } from './measure.mjs'

const AGENTS = 30
const ALTERNATIONS = 5
const RUN_SECONDS = 4
const EVENT_RUNS = 20
const SOCKETS = 50
const ALL_CORES = cpus()
  .map((_, i) => i)
  .join(',')
const LOAD_CORE = String(cpus().length - 1)
const names = Array.from({ length: AGENTS }, (_, i) => `bench-${String(i + 1).padStart(2, '0')}`)

const rows = []
/** One line of the table. `good` is null where there is no budget. */
const report = (what, measured, budget = '', good = null) => {
  rows.push([what, measured, budget, good === null ? '' : good ? 'ok' : 'OVER'])
  console.log(`  ${what}: ${measured}${good === false ? `  (budget ${budget})` : ''}`)
}

async function startNginx(folder, body) {
  const port = await freePort()
  await mkdir(path.join(folder, 'files'), { recursive: true })
  await writeFile(path.join(folder, 'files/agents.json'), body)
  await writeFile(
    path.join(folder, 'nginx.conf'),
    (await readFile(path.join(import.meta.dirname, 'nginx.conf'), 'utf8')).replace('@PORT@', port),
  )
  const child = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await until('nginx answers', () =>
    fetch(`http://127.0.0.1:${port}/agents.json`).then(
      (answer) => answer.ok,
      () => false,
    ),
  )
  return { child, address: `127.0.0.1:${port}`, worker: childrenOf(child.pid)[0] }
}

/** The list against nginx with the same bytes: in turn on the same core, the load on another. */
async function list(server, folder) {
  const answer = await server.get('/api/agents')
  const warm = timing((await server.get('/api/agents')).headers)
  report(
    'GET /api/agents, warm: SQL / engine calls',
    `${warm.sql} / ${warm.engine}`,
    '0 / 0',
    warm.sql === 0 && warm.engine === 0,
  )
  const nginx = await startNginx(folder, answer.text)
  try {
    const paths = { ours: path.join(folder, 'ours.paths'), peer: path.join(folder, 'peer.paths') }
    await writeFile(paths.ours, '/api/agents\n')
    await writeFile(paths.peer, '/agents.json\n')
    await Promise.all([pin(server.pid, '0'), pin(nginx.worker, '0')])
    const run = async (address, pid, pathsFile, token, seconds = RUN_SECONDS) => {
      const before = cpuTime(pid)
      const result = await wrk({
        url: `http://${address}`,
        seconds,
        connections: 16,
        core: LOAD_CORE,
        token,
        pathsFile,
      })
      return { ...result, cpu: ((cpuTime(pid) - before) / result.requests) * 1e6 }
    }
    const ours = []
    const peer = []
    await run(server.address, server.pid, paths.ours, server.token, 1)
    await run(nginx.address, nginx.worker, paths.peer, undefined, 1)
    for (let i = 0; i < ALTERNATIONS; i++) {
      ours.push(await run(server.address, server.pid, paths.ours, server.token))
      peer.push(await run(nginx.address, nginx.worker, paths.peer))
    }
    const ratios = ours.map((one, i) => one.cpu / peer[i].cpu)
    report(
      `same, ${answer.text.length} bytes: CPU per request, times nginx's`,
      spread(ratios),
      '<= 1.2',
      median(ratios) <= 1.2,
    )
    report(
      'same: CPU per request, us: ours / nginx',
      `${spread(
        ours.map((o) => o.cpu),
        1,
      )} / ${spread(
        peer.map((o) => o.cpu),
        1,
      )}`,
    )
    report(
      'same: requests per second: ours / nginx',
      `${spread(
        ours.map((o) => o.rate),
        0,
      )} / ${spread(
        peer.map((o) => o.rate),
        0,
      )}`,
    )
    await pin(server.pid, ALL_CORES)
    const free = []
    for (let i = 0; i < 3; i++) free.push(await run(server.address, server.pid, paths.ours, server.token))
    report(
      'same, 16 connections: p50, ms',
      spread(free.map((o) => o.p50)),
      '< 0.3',
      median(free.map((o) => o.p50)) < 0.3,
    )
    report('same, 16 connections: p99, ms', spread(free.map((o) => o.p99)), '< 2', median(free.map((o) => o.p99)) < 2)
  } finally {
    await pin(server.pid, ALL_CORES)
    nginx.child.kill()
  }
}

function healthTimes(address, ms) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, '../tests/support/health-times.mjs'), [address, String(ms)])
    child.once('message', resolve)
    child.once('exit', (code) => code === 0 || reject(new Error('the measuring process broke')))
    setTimeout(() => child.kill(), ms + 20_000).unref()
  })
}

/** Thirty clients ask for stats until `stop` says so, each `rate` times a second. Gives the number of answers. */
async function askForStats(server, rate, stop) {
  let answers = 0
  const client = async (name) => {
    while (!stop.now) {
      await server.get(`/api/agents/${name}/stats`)
      answers++
      await new Promise((resolve) => setTimeout(resolve, 1000 / rate))
    }
  }
  await Promise.all(names.map(client))
  return answers
}

/** /health alone; while 30 clients ask for stats far more often than pages do; and with them as fast as they get answers. */
async function health(server, folder) {
  await until(
    'every agent has figures',
    async () => {
      const answers = await Promise.all(names.map((name) => server.get(`/api/agents/${name}/stats`)))
      return answers.every((answer) => answer.status === 200)
    },
    { ms: 40_000, every: 500 },
  )
  const figures = (times) => `${percentile(times, 0.5).toFixed(2)}, ${percentile(times, 0.99).toFixed(2)}`
  const idle = await healthTimes(server.address, 4000)
  const stop = { now: false }
  const clients = askForStats(server, 10, stop)
  const paced = await healthTimes(server.address, 4000)
  stop.now = true
  const answers = await clients
  const pathsFile = path.join(folder, 'stats.paths')
  await writeFile(pathsFile, names.map((name) => `/api/agents/${name}/stats\n`).join(''))
  const load = wrk({
    url: `http://${server.address}`,
    seconds: 6,
    connections: 30,
    core: ALL_CORES,
    token: server.token,
    pathsFile,
  })
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const full = await healthTimes(server.address, 4000)
  const { rate } = await load
  const moved = percentile(paced, 0.99) - percentile(idle, 0.99)
  report('/health alone: p50, p99, ms', figures(idle))
  report(
    `/health while 30 clients ask for stats (${(answers / 4).toFixed(0)}/s): p50, p99, ms`,
    figures(paced),
    'p99 + 5 at most',
    moved < 5,
  )
  report(
    `/health under as many stats requests as the machine can make (${rate.toFixed(0)}/s): p50, p99, ms`,
    figures(full),
  )
}

/** From a kill to the frame on a socket, 20 times; and against the engine's own event of it, as this process receives it. */
async function events(server) {
  const live = await server.live(['agents'])
  const died = new Map()
  const endEvents = followEvents(
    (event) => event.Action === 'die' && died.set(event.Actor.Attributes.name, event.arrived),
  )
  const fromCall = []
  const fromEvent = []
  try {
    for (let i = 0; i < EVENT_RUNS; i++) {
      const name = names[i % names.length]
      const container = server.containerOf(name)
      const from = live.frames.length
      const called = performance.timeOrigin + performance.now()
      await kill(container)
      const frame = await live.next(
        (f) => f.event === 'agent_status' && f.data.name === name && f.data.status === 'stopped',
        { from },
      )
      const event = await until("the engine's event", () => died.get(container), { every: 5 })
      fromCall.push(frame.arrived - called)
      fromEvent.push(frame.arrived - event)
      await engine('POST', `/containers/${container}/start`)
      await live.next((f) => f.event === 'agent_status' && f.data.name === name && f.data.status === 'running', {
        from,
      })
    }
  } finally {
    live.close()
    endEvents()
  }
  const figures = (times) => `${median(times).toFixed(1)}, ${percentile(times, 0.99).toFixed(1)}`
  report(`docker kill -> frame: p50, p99 of ${EVENT_RUNS}, ms`, figures(fromCall))
  report(
    'engine event -> frame (negative: the frame was first): p50, p99, ms',
    figures(fromEvent),
    'p99 < 20',
    percentile(fromEvent, 0.99) < 20,
  )
}

async function memoryOf(server) {
  const sockets = []
  // At most 20 sockets per user are allowed, so they are anonymous beyond that.
  for (let i = 0; i < SOCKETS; i++)
    sockets.push(await server.live(i < 15 ? ['agents'] : [], i < 15 ? server.token : null))
  await new Promise((resolve) => setTimeout(resolve, 3000))
  const { resident, peak } = memory(server.pid)
  for (const socket of sockets) socket.close()
  report(
    `memory with ${AGENTS} agents and ${SOCKETS} sockets: resident, peak, MiB`,
    `${resident.toFixed(1)}, ${peak.toFixed(1)}`,
    '< 40 resident',
    resident < 40,
  )
}

async function start(server) {
  const times = []
  for (let i = 0; i < 5; i++) {
    await server.stop()
    const begin = performance.now()
    await server.launch()
    times.push(performance.now() - begin)
  }
  report(
    `start of trinityd with ${AGENTS} agents until /health answers, ms`,
    spread(times, 0),
    '< 500',
    median(times) < 500,
  )
}

const BENCHMARKS = {
  list,
  health,
  events,
  memory: memoryOf,
  start,
  sockets: (server, folder) => sockets(server, folder, names, report),
}

function printTable() {
  const table = [['what', 'measured', 'budget', ''], ...rows]
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => row[column].length)))
  console.log('')
  for (const row of table)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BENCHMARKS[name])
if (unknown.length) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}`)
  process.exit(2)
}

const folder = await mkdtemp(path.join(tmpdir(), 'trinity-bench-'))
await chmod(folder, 0o755) // nginx reads its file as a user of its own
const server = await Server.start()
let stopping = false
const cleanUp = async () => {
  if (stopping) return
  stopping = true
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => cleanUp().finally(() => process.exit(1)))
try {
  console.log(`creating ${AGENTS} agents`)
  for (let i = 0; i < names.length; i += 2) {
    await Promise.all(
      names.slice(i, i + 2).map((name) => server.createAgent(name, { resources: { cpu: '1', memory: '64m' } })),
    )
  }
  for (const name of asked.length ? asked : Object.keys(BENCHMARKS)) {
    console.log(name)
    await BENCHMARKS[name](server, folder)
  }
  printTable()
} finally {
  await cleanUp()
}
