// The server is killed (SIGKILL) at fifty random moments while it creates and deletes agents. After each start the list, the
// database and the engine say the same: every agent is whole or gone, and none of those that nobody touched is missing.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server, until } from './harness.mjs'
import { containersOf, volumesOf } from '../support/engine.mjs'

const KILLS = Number(process.env.TRINITY_TEST_KILLS ?? 50)
const SEED = Number(process.env.TRINITY_TEST_SEED ?? Date.now() % 2 ** 31)
/** So many agents stand at the begin of a round at most; the others are deleted in it. */
const KEPT = 2
const small = { resources: { cpu: '1', memory: '64m' } }

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

/** What the three sides know. */
async function look(server) {
  const [list, rows, keys, permissions, undecided, containers, volumes] = await Promise.all([
    server.agents(),
    server.sql('SELECT agent_name AS name FROM agent_ownership'),
    server.sql("SELECT agent_name AS name FROM mcp_api_keys WHERE scope = 'agent' AND is_active = 1"),
    server.sql('SELECT source_agent AS a, target_agent AS b FROM agent_permissions'),
    server.sql('SELECT agent_name AS name FROM trinity_cleanup'),
    containersOf(server.instance),
    volumesOf(server.instance),
  ])
  return { list, rows, keys, permissions, undecided, containers, volumes }
}

/** Everything that does not fit together; empty when all is well. */
function faultsOf({ list, rows, keys, permissions, undecided, containers, volumes }) {
  const faults = []
  const names = [...list.keys()].sort()
  const same = (what, found) => {
    if (JSON.stringify([...found].sort()) !== JSON.stringify(names))
      faults.push(`${what}: ${[...found].sort()}; the list: ${names}`)
  }
  same(
    'rows',
    rows.map((row) => row.name),
  )
  same(
    'keys',
    keys.map((row) => row.name),
  )
  same(
    'containers',
    containers.map((c) => c.Labels['trinity.agent-name']),
  )
  for (const kind of ['agent-workspace', 'agent-data']) {
    same(
      `volumes ${kind}`,
      volumes.filter((v) => v.Labels['trinity.platform'] === kind).map((v) => v.Labels['trinity.agent-name']),
    )
  }
  const known = new Set(names)
  // Of an agent that is gone a note may stay for a while: the engine may still bring its container.
  for (const { name } of undecided) if (known.has(name)) faults.push(`${name} is listed, and about to be cleaned up`)
  for (const { a, b } of permissions) if (!known.has(a) || !known.has(b)) faults.push(`a permission of ${a} with ${b}`)
  if (permissions.length !== names.length * (names.length - 1))
    faults.push(`${permissions.length} permissions among ${names.length} agents`)
  const ports = new Set([...list.values()].map((agent) => agent.port))
  if (ports.size !== names.length) faults.push(`ports: ${[...list.values()].map((agent) => agent.port)}`)
  for (const container of containers) {
    const shown = list.get(container.Labels['trinity.agent-name'])?.status
    const real = container.State === 'running' ? 'running' : 'stopped'
    if (shown !== real) faults.push(`${container.Names[0]} is ${container.State}, the list says ${shown}`)
  }
  return faults
}

describe(`a server that is killed ${KILLS} times (seed ${SEED})`, () => {
  const random = randomFrom(SEED)
  let server
  /** Name -> what must be true of it: 'kept' (nobody touched it), 'new' or 'going' (either whole or gone). */
  const agents = new Map()
  /** Agents whose deletion was cut off before it took anything away: they may stand still. */
  const halted = new Set()
  let longest = 0
  let number = 0
  const counts = { created: 0, undone: 0, completed: 0, deleted: 0, survived: 0 }

  before(async () => {
    server = await Server.start({ environment: { TRINITY_STOP_GRACE_SECONDS: '1' } })
  })
  after(() => server?.dispose())

  /** Begins two creations, and the deletion of what is too many. Each promise tells how it ended; 0: nobody answered. */
  function beginRound() {
    const begun = []
    const ask = (name, call) =>
      begun.push(
        call.then(
          (answer) => ({ name, status: answer.status, text: answer.text }),
          () => ({ name, status: 0 }),
        ),
      )
    const old = [...agents.keys()]
    for (const name of old.slice(0, Math.max(0, old.length - KEPT))) {
      agents.set(name, 'going')
      ask(name, server.delete(`/api/agents/${name}`))
    }
    for (let i = 0; i < 2; i++) {
      const name = `k${++number}`
      agents.set(name, 'new')
      ask(name, server.post('/api/agents', { name, ...small }))
    }
    return Promise.all(begun)
  }

  /** What was answered holds. */
  function take(answers) {
    for (const { name, status, text } of answers) {
      const was = agents.get(name)
      assert.ok(status === 200 || status === 0, `${was} ${name}: ${status} ${text}`)
      if (status === 0) continue
      counts[was === 'new' ? 'created' : 'deleted']++
      if (was === 'new') agents.set(name, 'kept')
      else agents.delete(name)
    }
  }

  async function settled(what) {
    let faults
    try {
      await until(what, async () => !(faults = faultsOf(await look(server))).length, { ms: 20_000, every: 20 })
    } catch (error) {
      throw new Error(`${error.message}\n${faults.join('\n')}\n${await server.logEnd()}`, { cause: error })
    }
    const list = await server.agents()
    for (const [name, was] of agents) {
      if (was === 'kept') assert.ok(list.has(name), `${name} is lost`)
      else if (list.has(name)) counts[was === 'new' ? 'completed' : 'survived']++
      else counts[was === 'new' ? 'undone' : 'deleted']++
      if (was === 'going' && list.has(name)) halted.add(name)
      if (!halted.has(name))
        assert.ok(!list.has(name) || list.get(name).status === 'running', `${name} is ${list.get(name)?.status}`)
      if (list.has(name)) agents.set(name, 'kept')
      else agents.delete(name)
    }
    assert.deepEqual([...list.keys()].sort(), [...agents.keys()].sort())
  }

  it('measures a round that nobody disturbs', async () => {
    for (let i = 0; i < 2; i++) {
      const since = performance.now()
      take(await beginRound())
      longest = performance.now() - since
    }
    await settled('two rounds')
  })

  it('is whole after each start', { timeout: 280_000 }, async (t) => {
    let repair = 0
    for (let kill = 1; kill <= KILLS; kill++) {
      const answers = beginRound()
      const moment = random() * longest * 1.1
      await new Promise((resolve) => setTimeout(resolve, moment))
      assert.equal(await server.stop('SIGKILL'), 'SIGKILL')
      take(await answers)
      const since = performance.now()
      await server.launch()
      await settled(`start ${kill}, killed after ${moment.toFixed(0)} of ${longest.toFixed(0)} ms (seed ${SEED})`)
      repair = Math.max(repair, performance.now() - since)
    }
    t.diagnostic(
      `seed ${SEED}; a round takes ${longest.toFixed(0)} ms; longest start with repair ${repair.toFixed(0)} ms; ${JSON.stringify(counts)}`,
    )
    assert.ok(counts.undone > 0, 'some kills hit a creation half way')
  })

  it('has nothing left to clean up', async () => {
    await until(
      'the list of clean-ups is empty',
      async () => (await server.sql('SELECT agent_name FROM trinity_cleanup')).length === 0,
      { ms: 40_000, every: 250 },
    )
    assert.deepEqual(faultsOf(await look(server)), [])
  })

  it('still creates and deletes', async () => {
    for (const name of agents.keys()) assert.equal((await server.delete(`/api/agents/${name}`)).status, 200)
    agents.clear()
    await server.createAgent('last', small)
    assert.equal((await server.delete('/api/agents/last')).status, 200)
    await settled('the end')
    assert.deepEqual(await containersOf(server.instance), [])
    assert.deepEqual(await volumesOf(server.instance), [])
  })
})
