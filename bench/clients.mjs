// A hundred people's browsers on a fleet that is at work: dashboards, lists and agent pages stay open while agents run tasks,
// write output and die. What the list takes meanwhile, how long a change takes to every page, and what it costs.
import { runIn } from '../tests/support/engine.mjs'
import { adminTokens } from '../tests/support/people.mjs'
import { WORKERS } from './fleets.mjs'
import { pathsFile, three } from './list.mjs'
import { deaths } from './load.mjs'
import { cpuTime, median, memory, percentile, sleep, wrk } from './measure.mjs'
import { Page, sentAt } from './pages.mjs'

const CLIENTS = 100
/** So many sockets are allowed per user. */
const PER_USER = 20
/** Each client asks for the list once a second, which is far more often than a page does. */
const LIST_CONNECTIONS = 10
const LIST_PAUSE = 100
/** Milliseconds between the tasks of one worker, and between two lines of one that writes. */
const TASK_EVERY = 4000
const LINE_EVERY = 0.25
const WRITE_PIECE = 10

const everywhere = ['user', 'agents', 'agents:stats']
const dashboard = () => ({ topics: [...everywhere, 'activities', 'host'] })
const list = () => ({ topics: everywhere })
/** An agent's page wants of the whole fleet only who needs a person. */
const agentPage = (name, ...more) => ({
  topics: [
    ...everywhere,
    'activities',
    ...['', ':stats', ':activity', ':git', ':pressure', ...more].map((part) => `agent:${name}${part}`),
  ],
  options: { 'agents:stats': { interval: 10, history: 0 } },
})
/** What ten people have open, and what their pages subscribe to. */
const VIEWS = [
  ...[dashboard, dashboard, list, list, agentPage, agentPage, agentPage],
  (name) => agentPage(name, ':executions'),
  (name) => agentPage(name, ':executions'),
  (name) => agentPage(name, ':logs'),
]

/** Opens them a few at a time, as people come. */
async function openAll(server, names, seen) {
  const tokens = await adminTokens(server, Math.ceil(CLIENTS / PER_USER))
  const open = []
  for (let i = 0; i < CLIENTS; i++) {
    const token = tokens[Math.floor(i / PER_USER)]
    const { topics, options } = VIEWS[i % VIEWS.length](names[i % names.length])
    open.push(Page.open(server.address, token, topics, seen, options))
    if (i % 10 === 9) await Promise.all(open)
  }
  return Promise.all(open)
}

/** The agent is given one task after the other until the end, the first one after a while. How many it did. */
async function work(server, name, after, end) {
  let done = 0
  for (await sleep(after); performance.now() < end; done++) {
    const next = performance.now() + TASK_EVERY
    const answer = await server.post(`/api/agents/${name}/task`, { message: `Count these words, round ${done}` })
    if (answer.status !== 200) throw new Error(`a task of ${name}: ${answer.status} ${answer.text}`)
    await sleep(Math.max(0, Math.min(next, end) - performance.now()))
  }
  return done
}

/** In pieces: a call of the engine that is silent for half a minute is given up. */
async function write(server, name, seconds) {
  for (let left = seconds; left > 0; left -= WRITE_PIECE) {
    const count = Math.floor(Math.min(left, WRITE_PIECE) / LINE_EVERY)
    await runIn(
      server.containerOf(name),
      `i=0; while [ $i -lt ${count} ]; do ` +
        `echo "line $i of what this agent says while it works" > /proc/1/fd/1; i=$((i+1)); sleep ${LINE_EVERY}; done`,
    )
  }
}

export async function clients({ fleet, report, folder, quick }) {
  await fleet.relaunch()
  const { server, names } = fleet
  // A third of the agents dies now and then, a third writes, a third is given tasks.
  const [mortal, writing] = [names.slice(0, 10), names.slice(10, 20)]
  const working = names.slice(WORKERS.from, WORKERS.to)
  const paths = await pathsFile(folder, 'agents', ['/api/agents'])
  const waiting = new Map()
  const every = []
  const seen = (data, arrived) => {
    const sent = sentAt(data)
    every.push(arrived - sent)
    if (!data.startsWith('{"event":"agent_status"')) return
    for (const [name, arrivals] of waiting)
      if (data.includes(`"name":"${name}","status":"stopped"`)) arrivals.push({ arrived, sent })
  }
  const pages = await openAll(server, names, seen)
  try {
    await sleep(quick ? 1000 : 5000)
    every.length = 0
    const seconds = quick ? 8 : 30
    const before = { cpu: cpuTime(server.pid), at: performance.now() }
    const end = before.at + seconds * 1000
    const asking = wrk({
      ...{ address: server.address, paths, token: server.token, shared: true },
      ...{ connections: LIST_CONNECTIONS, pause: LIST_PAUSE, seconds },
    })
    const tasks = Promise.all(working.map((name, i) => work(server, name, (i * TASK_EVERY) / working.length, end)))
    const lines = Promise.all(writing.map((name) => write(server, name, seconds)))
    const { inside } = await deaths({ server, names: mortal }, pages.length, waiting, quick ? 5 : 20)
    const [asked, done] = await Promise.all([asking, tasks, lines])
    const passed = (performance.now() - before.at) / 1000
    const cpu = ((cpuTime(server.pid) - before.cpu) / passed) * 100
    tell({
      report,
      title: fleet.title,
      asked,
      done,
      seconds: passed,
      inside,
      every,
      cpu,
      pages,
      held: memory(server.pid),
    })
  } finally {
    for (const page of pages) page.close()
  }
}

function tell({ report, title, asked, done, seconds, inside, every, cpu, pages, held }) {
  const pair = (times) => `${median(times).toFixed(1)}, ${percentile(times, 0.99).toFixed(1)}`
  const rate = (count) => (count / seconds).toFixed(count < 100 ? 1 : 0)
  const runs = done.reduce((sum, count) => sum + count, 0)
  report.begin(
    `${CLIENTS} browser-like clients on ${title} at work: ${rate(runs)} runs/s, ${rate(every.length)} frames/s`,
  )
  report.figure(`the list, asked ${asked.rate.toFixed(0)} times a second: p50, p95, p99, max, ms`, asked.p99, {
    key: 'clients.list_p99_ms',
    text: three(asked),
    budget: { below: 5 },
  })
  report.figure('a death in the server to the frame at each client: p50, p99, ms', percentile(inside, 0.99), {
    key: 'clients.event_to_frame_p99_ms',
    text: pair(inside),
    budget: { below: 50 },
  })
  report.figure('every event to its frame: p50, p99, ms', percentile(every, 0.99), {
    key: 'clients.every_event_to_frame_p99_ms',
    text: pair(every),
  })
  report.figure('CPU of trinityd, % of one core', cpu, { key: 'clients.cpu_percent', budget: { below: 30 } })
  report.figure('memory, resident and peak, MiB', held.resident, {
    key: 'clients.rss_mib',
    text: `${held.resident.toFixed(1)}, ${held.peak.toFixed(1)}`,
    budget: { below: 80 },
  })
  const lost = pages.reduce((sum, page) => sum + page.missing, 0)
  report.figure('changes that a client missed', lost, { key: 'clients.missed', budget: { atMost: 0 } })
}
