// Figures of agents: what one request and thirty at a time take, what they do to others, and what a sample costs.
import { until } from '../tests/integration/harness.mjs'
import { pathsFile, three } from './list.mjs'
import { sleep, wrk } from './measure.mjs'

const CLIENTS = 30
/** Each client asks about ten times a second; a page asks at most every few seconds. */
const PAUSE = 100
const SAMPLE_BUDGET_US = 20

/** Seconds and containers of the sampler so far, from the server's metrics. */
async function sampling(server) {
  const { text } = await server.get('/metrics')
  const read = (name) => Number(text.match(new RegExp(`^trinity_sampler_${name}_total (\\S+)$`, 'm'))[1])
  return { seconds: read('seconds'), containers: read('containers') }
}

export async function stats({ fleet, report, folder, quick }) {
  await fleet.relaunch({ pinned: true })
  const { server, names } = fleet
  await until(
    'every agent has figures',
    async () => {
      const { body } = await server.get('/api/agents/stats')
      return body.agents.length === names.length && body.agents.every((agent) => agent.memory_used_bytes > 0)
    },
    { ms: 40_000, every: 250 },
  )
  const before = await sampling(server)
  const seconds = quick ? 1 : 5
  const each = await pathsFile(
    folder,
    'stats',
    names.map((name) => `/api/agents/${name}/stats`),
  )
  const health = await pathsFile(folder, 'health', ['/health'])
  const agents = await pathsFile(folder, 'agents', ['/api/agents'])
  const ask = (paths, options) => wrk({ address: server.address, token: server.token, seconds, paths, ...options })
  // Some thousand requests: of fewer the hundredth part is a handful, and a factor between two handfuls says nothing.
  const askHealth = () => ask(health, { connections: 1, pause: 1, seconds: Math.max(2, seconds) })
  const askList = () => ask(agents, { connections: 1, pause: 2 })
  const clients = (options) => ask(each, { connections: CLIENTS, ...options })
  report.begin(`Figures of ${fleet.title}`)

  const one = await ask(each, { connections: 1 })
  report.figure('one client without pause: p50, p95, p99, max, ms', one.p99, {
    key: 'stats.one_p99_ms',
    text: three(one),
  })
  await askHealth()
  const quietHealth = await askHealth()
  const quietList = await askList()
  const load = clients({ pause: PAUSE, seconds: seconds * 2 + 3 })
  await sleep(500)
  const busyHealth = await askHealth()
  const busyList = await askList()
  const thirty = await load
  report.figure(`${CLIENTS} at a time, ${thirty.rate.toFixed(0)} requests/s: p50, p95, p99, max, ms`, thirty.p99, {
    key: 'stats.thirty_p99_ms',
    text: three(thirty),
    budget: { below: 5 },
  })
  const ratio = (busy, quiet) => busy.p99 / quiet.p99
  const both = (busy, quiet) =>
    `${ratio(busy, quiet).toFixed(2)} (${quiet.p99.toFixed(3)} to ${busy.p99.toFixed(3)} ms)`
  report.figure('/health meanwhile: its p99 grows by the factor', ratio(busyHealth, quietHealth), {
    key: 'stats.health_p99_ratio',
    text: both(busyHealth, quietHealth),
    budget: { below: 2 },
  })
  report.figure('the list meanwhile: its p99 grows by the factor', ratio(busyList, quietList), {
    key: 'stats.list_p99_ratio',
    text: both(busyList, quietList),
  })
  const full = clients({})
  await sleep(500)
  const fullHealth = await ask(health, { connections: 1, pause: 2, seconds: Math.max(1, seconds - 1) })
  const most = await full
  report.note(
    `${CLIENTS} without pause, all that the core can do (${most.rate.toFixed(0)} requests/s): p50, p95, p99, max, ms`,
    three(most),
  )
  report.note('/health beside them: p50, p95, p99, max, ms', three(fullHealth))

  await until('more samples', async () => (await sampling(server)).containers > before.containers + names.length, {
    ms: 30_000,
    every: 500,
  })
  const after = await sampling(server)
  const micros = ((after.seconds - before.seconds) / (after.containers - before.containers)) * 1e6
  report.figure('one sample of one container, us', micros, {
    key: 'stats.sample_us',
    budget: { atMost: SAMPLE_BUDGET_US },
  })
}
