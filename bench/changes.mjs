// How soon something that happens in a fleet of thousands is to be read, and how soon a server with many agents is there.
import { until } from '../tests/integration/harness.mjs'
import { median, percentile, sleep, spread } from './measure.mjs'

/** From the command that ends a container to the first answer that says so. */
export async function changes({ fleet, report, quick }) {
  await fleet.relaunch()
  await sleep(3000) // after a start the engine is asked about each container
  const { server, engine, size } = fleet
  const live = await server.live(['agents'])
  const shown = []
  const told = []
  try {
    for (let i = 0; i < (quick ? 4 : 20); i++) {
      const name = fleet.names[(i * 397) % size]
      const from = live.frames.length
      await sleep(300)
      await engine.do('die', { container: `agent-${name}`, exit_code: 3 })
      const begin = performance.timeOrigin + performance.now()
      const frame = live.next((f) => f.event === 'agent_status' && f.data.name === name, { from })
      await until(
        `the death of ${name} is shown`,
        async () => (await server.get(`/api/agents/${name}/stats`)).status === 400,
        {
          every: 1,
        },
      )
      shown.push(performance.timeOrigin + performance.now() - begin)
      told.push((await frame).arrived - begin)
      await engine.do('start', { container: `agent-${name}` })
      await until(
        `${name} runs again`,
        async () => (await server.get(`/api/agents/${name}`)).body.status === 'running',
        { every: 20 },
      )
    }
  } finally {
    live.close()
  }
  report.begin(`A death among ${fleet.title}`)
  const pair = (times) => `${median(times).toFixed(1)}, ${percentile(times, 0.99).toFixed(1)}`
  report.figure("the engine's event to the frame: p50, p99, ms", percentile(told, 0.99), {
    key: `changes.${size}.frame_p99_ms`,
    text: pair(told),
  })
  report.figure("the engine's event to the first answer that shows it: p50, p99, ms", percentile(shown, 0.99), {
    key: `changes.${size}.shown_p99_ms`,
    text: pair(shown),
  })
}

export async function start({ fleet, report, quick }) {
  const { server } = fleet
  const times = []
  for (let i = 0; i < (quick ? 2 : 5); i++) {
    await server.stop()
    const begin = performance.now()
    await server.launch()
    times.push(performance.now() - begin)
  }
  report.begin(`Start of trinityd with ${fleet.title}`)
  report.figure('until /health answers, ms', median(times), {
    key: `start.${fleet.size}.ms`,
    text: spread(times, 0),
    budget: { below: 500 },
  })
}
