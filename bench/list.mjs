// The list of agents: latency and throughput for one fleet, and against nginx with the same bytes. The server has one core,
// the load another.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { timing } from '../tests/integration/harness.mjs'
import { Peer } from './peer.mjs'
import { adminTokens, readerToken } from '../tests/support/people.mjs'
import { cpuTime, median, percentile, spread, watchOthers, wrk } from './measure.mjs'

const CONNECTIONS = 16
/** Connections that begin open their windows first, which takes large answers longer, once. */
const SECONDS = { 10000: 10 }
const QUICK_SECONDS = { 10000: 3 }
/** Milliseconds between the requests of a client that is in no hurry. */
const PAUSE = 5
const P99_BUDGETS = { 30: 2, 1000: 10, 10000: 60 }

export async function pathsFile(folder, name, targets) {
  const file = path.join(folder, `${name}.paths`)
  await writeFile(file, targets.map((target) => `${target}\n`).join(''))
  return file
}

const three = (run) => `${run.p50.toFixed(3)}, ${run.p95.toFixed(3)}, ${run.p99.toFixed(3)}, ${run.max.toFixed(2)}`
const byP99 = (runs) => [...runs].sort((a, b) => a.p99 - b.p99)[Math.floor(runs.length / 2)]

/** The first list of viewers whose list nobody has asked for yet, milliseconds each. */
async function coldTimes(fleet, count) {
  const times = []
  for (const token of await adminTokens(fleet.server, count)) {
    const begin = performance.now()
    const answer = await fleet.server.get('/api/agents', { token })
    times.push(performance.now() - begin)
    if (answer.body.length !== fleet.size) throw new Error(`a cold list has ${answer.body.length} agents`)
  }
  return times
}

/** What is good to know beside the figures that are judged; the full form has it. */
async function more({ run, report, key, tag, size }) {
  const paced = await run({ pause: size >= 1000 ? 20 * PAUSE : PAUSE })
  report.put(key('paced_p99_ms'), paced.p99)
  report.note(
    `${CONNECTIONS} connections in no hurry, ${paced.rate.toFixed(0)}/s: p50, p95, p99, max, ms`,
    three(paced),
  )
  if (size >= 1000) {
    const packed = await run({ packed: true })
    report.note('administrator who takes gzip: p50, p95, p99, max, ms', three(packed))
  }
  const hurried = await run({ tag, connections: 1 })
  report.put(key('not_modified_hurried_p99_ms'), hurried.p99)
  report.note('304, one connection: p50, p95, p99, max, ms', three(hurried))
  const many = await run({ tag })
  report.put(key('not_modified_16_p99_ms'), many.p99)
  report.note(`304, ${CONNECTIONS} connections: p50, p95, p99, max, ms`, three(many))
}

export async function list({ fleet, report, folder, quick }) {
  await fleet.relaunch({ pinned: true })
  const { server, size } = fleet
  const key = (name) => `list.${size}.${name}`
  const whole = await server.get('/api/agents')
  const tag = whole.headers.get('etag')
  const reader = await readerToken(server)
  const bytes = Buffer.byteLength(whole.text)
  const paths = await pathsFile(folder, 'agents', ['/api/agents'])
  const seconds = quick ? (QUICK_SECONDS[size] ?? 1) : (SECONDS[size] ?? 3)
  const run = (options) =>
    wrk({ address: server.address, paths, connections: CONNECTIONS, token: server.token, seconds, ...options })
  report.begin(`The list of ${fleet.title}, ${bytes.toLocaleString('en')} bytes`)
  report.put(key('bytes'), bytes)
  const warm = timing((await server.get('/api/agents')).headers)
  report.put(key('sql'), warm.sql)
  report.put(key('engine'), warm.engine)
  const cold = await coldTimes(fleet, quick ? 5 : 30)
  report.figure('cold, first list of a viewer: p50, max, ms', median(cold), {
    key: key('cold_p50_ms'),
    text: `${median(cold).toFixed(2)}, ${Math.max(...cold).toFixed(2)}`,
  })
  await run({ seconds: 1 })
  const others = watchOthers(server.pid)
  const runs = []
  for (let i = 0; i < (quick ? 1 : 3); i++) runs.push(await run())
  const admin = byP99(runs)
  for (const name of ['p50', 'p95', 'p99', 'max']) report.put(key(`${name}_ms`), admin[name])
  report.put(key('rps'), admin.rate)
  report.figure(`administrator, ${CONNECTIONS} connections: p50, p95, p99, max, ms`, admin.p99, {
    key: key('p99_ms'),
    text: three(admin),
    budget: P99_BUDGETS[size] && { below: P99_BUDGETS[size] },
  })
  report.figure('same: requests per second', admin.rate, { text: admin.rate.toFixed(0) })
  const { share, turn, most } = others()
  report.put(key('others_percent'), share)
  report.note(
    'same: what other programs took meanwhile, % of one core, their longest mean turn, ms',
    `${share.toFixed(1)}, ${turn.toFixed(1)} (most: ${most})`,
  )
  const shared = await run({ token: reader })
  report.put(key('shared_p99_ms'), shared.p99)
  report.note(`user with a third of them shared: p50, p95, p99, max, ms`, three(shared))
  const unchanged = await run({ tag, connections: 1, pause: 2 })
  report.figure('304, one connection in no hurry: p50, p95, p99, max, ms', unchanged.p99, {
    key: key('not_modified_p99_ms'),
    text: three(unchanged),
    budget: { below: 0.5 },
  })
  if (!quick) await more({ run, report, key, tag, size })
}

/** One after the other on the same core, the load on another: {ours, theirs}, a run of each per alternation. */
async function alternate({ fleet, folder, seconds, times, equal }) {
  await fleet.relaunch({ pinned: true, equal })
  const { server } = fleet
  const body = (await server.get('/api/agents')).text
  const nginx = await Peer.start(folder, body, { equal })
  try {
    const paths = await pathsFile(folder, 'agents', ['/api/agents'])
    const measure = async (pid, options) => {
      const before = cpuTime(pid)
      const run = await wrk({ connections: CONNECTIONS, seconds, equal, ...options })
      return { ...run, cpu: ((cpuTime(pid) - before) / run.requests) * 1e6 }
    }
    const measureOurs = () => measure(server.pid, { address: server.address, paths, token: server.token })
    const measurePeer = () => measure(nginx.worker, { address: nginx.address, paths: nginx.paths })
    await measureOurs()
    await measurePeer()
    const ours = []
    const theirs = []
    for (let i = 0; i < times; i++) {
      ours.push(await measureOurs())
      theirs.push(await measurePeer())
    }
    return { ours, theirs }
  } finally {
    await nginx.stop()
  }
}

const valuesOf = (runs, name) => runs.map((run) => run[name])

/** Beside nginx; medians of the alternations. */
export async function peer({ fleet, report, folder, quick }) {
  const { size } = fleet
  const key = (name) => `list.${size}.${name}`
  const runs = await alternate({ fleet, folder, seconds: quick ? 1 : 4, times: quick ? 3 : 5 })
  compare({
    report,
    key,
    ...runs,
    title: `nginx beside it, the same bytes of ${fleet.title}`,
    judged: size === 30,
  })
  if (quick || size !== 30) return
  // What the machine's other programs add, which the figures above keep out.
  const equals = await alternate({ fleet, folder, seconds: 4, times: 3, equal: true })
  const [ours, theirs] = [equals.ours, equals.theirs].map((all) => valuesOf(all, 'p99'))
  report.put(key('equal_p99_ms'), median(ours))
  report.put(key('equal_nginx_p99_ms'), median(theirs))
  report.note(
    "p99 without going before the machine's other programs, ms: ours / nginx",
    `${spread(ours)} / ${spread(theirs)}`,
  )
}

function compare({ report, key, ours, theirs, title, judged }) {
  const ratios = (name) => ours.map((run, i) => run[name] / theirs[i][name])
  report.begin(title)
  report.figure("CPU per request, times nginx's", median(ratios('cpu')), {
    key: key('nginx_cpu_ratio'),
    text: spread(ratios('cpu')),
    budget: judged ? { atMost: 1.2 } : undefined,
  })
  report.figure("requests per second, times nginx's", median(ratios('rate')), {
    key: key('nginx_rps_ratio'),
    text: spread(ratios('rate')),
  })
  report.put(key('nginx_p99_ms'), median(valuesOf(theirs, 'p99')))
  report.put(key('cpu_us'), median(valuesOf(ours, 'cpu')))
  const pair = (name, digits) => `${spread(valuesOf(ours, name), digits)} / ${spread(valuesOf(theirs, name), digits)}`
  report.note('CPU per request, us: ours / nginx', pair('cpu', 1))
  report.note('requests per second: ours / nginx', pair('rate', 0))
  report.note('p99, ms: ours / nginx', pair('p99', 2))
}

export { CONNECTIONS, three, percentile }
