// The server is killed (SIGKILL) at random moments while it gives agents new containers. After each start every agent has
// exactly one container with its own name, port and volumes, and what ran runs.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server, until } from './harness.mjs'
import { containersOf, volumesOf } from '../support/engine.mjs'

const KILLS = Number(process.env.TRINITY_TEST_KILLS ?? 25)
const SEED = Number(process.env.TRINITY_TEST_SEED ?? Date.now() % 2 ** 31)
const NAMES = ['a', 'b']
/** Three, so that the next one differs from that of the container, whichever it is. */
const SIZES = ['1g', '2g', '4g']

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

describe(`a server that is killed ${KILLS} times in replacements (seed ${SEED})`, () => {
  const random = randomFrom(SEED)
  let server
  let ports
  const counts = { before: 0, after: 0 }
  const sizes = new Map(NAMES.map((name) => [name, '128m']))

  before(async () => {
    server = await Server.start({ environment: { TRINITY_STOP_GRACE_SECONDS: '1' } })
    for (const name of NAMES) await server.createAgent(name)
    ports = new Map([...(await server.agents()).values()].map((agent) => [agent.name, agent.port]))
  })
  after(() => server?.dispose())

  /** Every agent wants another size, and is started for it. */
  const begin = async () => {
    for (const [name, size] of sizes) {
      const memory = SIZES[(SIZES.indexOf(size) + 1) % SIZES.length]
      sizes.set(name, memory)
      const set = await server.request('PUT', `/api/agents/${name}/resources`, { json: { memory } })
      assert.equal(set.status, 200, set.text)
    }
    return NAMES.map((name) => server.post(`/api/agents/${name}/start`).then(({ status, text }) => ({ status, text })))
  }

  async function faults() {
    const [list, containers, volumes, left] = await Promise.all([
      server.agents(),
      containersOf(server.instance),
      volumesOf(server.instance),
      server.sql('SELECT agent_name, last_error FROM trinity_cleanup'),
    ])
    const found = []
    const names = containers.map((one) => one.Names[0].slice(1)).sort()
    const wanted = NAMES.map((name) => server.containerOf(name))
    if (JSON.stringify(names) !== JSON.stringify(wanted)) found.push(`containers: ${names}`)
    if (volumes.length !== 2 * NAMES.length) found.push(`${volumes.length} volumes`)
    for (const one of containers) if (one.State !== 'running') found.push(`${one.Names[0]} is ${one.State}`)
    for (const name of NAMES) {
      const shown = list.get(name)
      const real = containers.find((one) => one.Names[0] === `/${server.containerOf(name)}`)
      if (shown?.status !== 'running') found.push(`${name} is shown as ${shown?.status}`)
      if (shown?.port !== ports.get(name)) found.push(`${name} has port ${shown?.port}`)
      if (shown?.container_id !== real?.Id) found.push(`${name} is shown with another container`)
    }
    for (const { agent_name, last_error } of left) found.push(`left of ${agent_name}: ${last_error}`)
    return found
  }

  it('keeps every agent whole', { timeout: 280_000 }, async (t) => {
    let since = performance.now()
    for (const answer of await Promise.all(await begin())) assert.equal(answer.status, 200, answer.text)
    const longest = performance.now() - since
    let repair = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const answers = (await begin()).map((answer) => answer.catch(() => ({ status: 0 })))
      const moment = random() * longest * 1.1
      await new Promise((resolve) => setTimeout(resolve, moment))
      await server.stop('SIGKILL')
      await Promise.all(answers)
      since = performance.now()
      await server.launch()
      let found
      // A container that the engine was asked for, and that may still come, is looked for for 15 s.
      await until('whole', async () => !(found = await faults()).length, { ms: 30_000, every: 50 }).catch(async () => {
        throw new Error(
          `kill ${kill} after ${moment.toFixed(0)} of ${longest.toFixed(0)} ms (seed ${SEED}): ${found.join('; ')}\n${await server.logEnd()}`,
        )
      })
      repair = Math.max(repair, performance.now() - since)
      for (const agent of (await server.agents()).values())
        counts[agent.resources.memory === sizes.get(agent.name) ? 'after' : 'before']++
    }
    t.diagnostic(
      `seed ${SEED}; a round takes ${longest.toFixed(0)} ms; longest repair ${repair.toFixed(0)} ms; ${JSON.stringify(counts)}`,
    )
    assert.ok(counts.before > 0 && counts.after > 0, JSON.stringify(counts))
  })

  it('brings the change in at the next start', async () => {
    for (const answer of await Promise.all(await begin())) assert.equal(answer.status, 200, answer.text)
    for (const agent of (await server.agents()).values())
      assert.equal(agent.resources.memory, sizes.get(agent.name), agent.name)
    assert.deepEqual(await faults(), [])
  })
})
