// Many open agent pages, a tenth of which never read: how long a change takes to those that keep up, what the list takes
// meanwhile, and what it costs.
import { readFile } from 'node:fs/promises'
import { engine, followEvents, kill } from '../tests/support/engine.mjs'
import { until } from '../tests/integration/harness.mjs'
import { pathsFile, three } from './list.mjs'
import { cpuTime, median, memory, percentile, sleep, wrk } from './measure.mjs'
import { Page, sentAt, sleeper, topicsOf } from './pages.mjs'
import { adminTokens } from '../tests/support/people.mjs'

/** So many sockets are allowed per user. */
const PER_USER = 20
const LIST_PAUSE = 20
const LIST_CONNECTIONS = 16

/** The container engine's own process, where it says so. */
const enginePid = async () => Number(await readFile('/var/run/docker.pid', 'utf8').catch(() => 0)) || null

async function openPages(server, names, count, seen) {
  const tokens = await adminTokens(server, Math.ceil(count / PER_USER))
  const open = []
  for (let i = 0; i < count; i++) {
    const token = tokens[Math.floor(i / PER_USER)]
    const name = names[i % names.length]
    open.push(
      i % 10 === 0 ? sleeper(server.address, token, name) : Page.open(server.address, token, topicsOf(name), seen),
    )
    if (i % PER_USER === PER_USER - 1) await Promise.all(open)
  }
  return Promise.all(open)
}

/** Kills agents one after the other and notes when each reader hears of it. */
export async function deaths(fleet, readers, waiting, count) {
  const { server, names } = fleet
  const died = new Map()
  const endEvents = followEvents(
    (event) => event.Action === 'die' && died.set(event.Actor.Attributes.name, event.arrived),
  )
  const fromEvent = []
  const inside = []
  try {
    for (let i = 0; i < count; i++) {
      const name = names[i % names.length]
      const container = server.containerOf(name)
      const arrivals = []
      waiting.set(name, arrivals)
      died.delete(container)
      await kill(container)
      await until('every reader has heard', () => arrivals.length === readers, { every: 5 })
      const event = await until("the engine's event", () => died.get(container), { every: 5 })
      waiting.delete(name)
      for (const { arrived, sent } of arrivals) {
        fromEvent.push(arrived - event)
        inside.push(arrived - sent)
      }
      await engine('POST', `/containers/${container}/start`)
      await until(`${name} runs again`, async () => (await server.agents()).get(name).status === 'running')
    }
  } finally {
    endEvents()
  }
  return { fromEvent, inside }
}

export async function load({ fleet, report, folder, quick }) {
  const count = quick ? 50 : 500
  const slow = count / 10
  await fleet.relaunch()
  const { server } = fleet
  const paths = await pathsFile(folder, 'agents', ['/api/agents'])
  const waiting = new Map()
  const seen = (data, arrived) => {
    if (!data.startsWith('{"event":"agent_status"')) return
    for (const [name, arrivals] of waiting) {
      if (data.includes(`"name":"${name}","status":"stopped"`)) arrivals.push({ arrived, sent: sentAt(data) })
    }
  }
  const pages = await openPages(server, fleet.names, count, seen)
  const readers = pages.filter((page) => page instanceof Page)
  try {
    report.begin(`${count} agent pages on ${fleet.title}, ${slow} of them never read`)
    const pid = await enginePid()
    const seconds = quick ? 3 : 15
    const before = { server: cpuTime(server.pid), engine: pid && cpuTime(pid) }
    await sleep(seconds * 1000)
    const percent = (now, then) => ((now - then) / seconds) * 100
    report.figure('CPU of trinityd while nothing happens, % of a core', percent(cpuTime(server.pid), before.server), {
      key: 'load.cpu_percent',
    })
    if (pid)
      report.figure('CPU of the container engine meanwhile, %', percent(cpuTime(pid), before.engine), {
        key: 'load.engine_cpu_percent',
      })

    const options = { address: server.address, paths, token: server.token, shared: true }
    const asking = wrk({ ...options, connections: LIST_CONNECTIONS, pause: LIST_PAUSE, seconds: quick ? 6 : 20 })
    const { fromEvent, inside } = await deaths(fleet, readers.length, waiting, quick ? 5 : 20)
    const paced = await asking
    report.figure(`the list, asked ${paced.rate.toFixed(0)} times a second: p50, p95, p99, max, ms`, paced.p99, {
      key: 'load.list_p99_ms',
      text: three(paced),
      budget: { below: 5 },
    })
    const pair = (times) => `${median(times).toFixed(1)}, ${percentile(times, 0.99).toFixed(1)}`
    report.figure('a change in the server to the frame at each reader: p50, p99, ms', percentile(inside, 0.99), {
      key: 'load.event_to_frame_p99_ms',
      text: pair(inside),
      budget: { below: 50 },
    })
    report.figure(
      "the engine's own event to the frame (negative: the frame was first): p50, p99, ms",
      percentile(fromEvent, 0.99),
      {
        key: 'load.engine_event_to_frame_p99_ms',
        text: pair(fromEvent),
      },
    )
    const lost = readers.reduce((sum, page) => sum + page.missing + page.resyncs, 0)
    report.figure('changes that a reader missed', lost, { key: 'load.missed', budget: { atMost: 0 } })
    const full = await wrk({ ...options, connections: 4, seconds: quick ? 2 : 4 })
    report.figure(
      `the list without pause, load and server on the same cores (${full.rate.toFixed(0)}/s): p50, p95, p99, max, ms`,
      full.p99,
      {
        key: 'load.list_full_p99_ms',
        text: three(full),
      },
    )
    const { resident, peak } = memory(server.pid)
    report.figure('memory, resident and peak, MiB', resident, {
      key: 'load.rss_mib',
      text: `${resident.toFixed(1)}, ${peak.toFixed(1)}`,
    })
  } finally {
    for (const page of pages) page.close()
  }
}

/** Thirty idle agents and three people who look. */
export async function idle({ fleet, report, quick }) {
  await fleet.relaunch()
  const { server, names } = fleet
  const pages = await Promise.all(
    names.slice(0, 3).map((name) => Page.open(server.address, server.token, topicsOf(name), () => {})),
  )
  try {
    await sleep(quick ? 1000 : 12_000) // the sampler looks closely at fresh containers
    const seconds = quick ? 4 : 20
    const before = cpuTime(server.pid)
    await sleep(seconds * 1000)
    const percent = ((cpuTime(server.pid) - before) / seconds) * 100
    report.begin(`${fleet.title} that do nothing, three open pages`)
    report.figure('CPU of trinityd, % of a core', percent, { key: 'idle.cpu_percent', budget: { below: 3 } })
  } finally {
    for (const page of pages) page.close()
  }
}

/** What the server holds with many agents and pages, after a start. */
export async function resident({ fleet, report, quick }) {
  await fleet.relaunch()
  const { server, names } = fleet
  const tokens = await adminTokens(server, 3)
  const pages = []
  try {
    // One after the other: of 10,000 agents each page first gets 6 MB.
    for (let i = 0; i < 50; i++)
      pages.push(await Page.open(server.address, tokens[i % 3], topicsOf(names[i % names.length]), () => {}))
    await sleep(quick ? 2000 : 15_000)
    const held = memory(server.pid)
    report.begin(`Memory with ${fleet.title} and 50 open pages`)
    report.figure('resident, peak, MiB', held.resident, {
      key: `memory.${fleet.size}.rss_mib`,
      text: `${held.resident.toFixed(1)}, ${held.peak.toFixed(1)}`,
      budget: fleet.size === 100 ? { below: 40 } : undefined,
    })
  } finally {
    for (const page of pages) page.close()
  }
}
