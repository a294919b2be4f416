// What the server does for pages that are open it does for nobody else: without viewers it takes no more than the slow samples
// of the history and listens to the streams that its agents keep open. Counted at the engine's socket, in the server's metrics,
// and in the containers' own network counters.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { docker } from '../support/agent-container.mjs'
import { runIn } from '../support/engine.mjs'
import { EngineProxy } from '../support/engine-proxy.mjs'
import { Server, until } from './harness.mjs'

const AGENTS = ['first', 'second', 'third']
/** Longer than this test: what the server asks the engine by itself would be counted too. */
const QUIET = { TRINITY_PROBE_SECONDS: '600', TRINITY_RECONCILE_SECONDS: '3600' }
const TOPICS = [
  ...['agents:stats', 'activities', 'host'],
  ...AGENTS.flatMap((name) =>
    ['stats', 'pressure', 'logs', 'activity', 'git', 'dashboard', 'files'].map((part) => `agent:${name}:${part}`),
  ),
]
const WINDOW = 20_000
/** The history has a point each 10 s. */
const HISTORY = 10_000
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a server that nobody looks at', { timeout: 240_000 }, () => {
  let server
  let proxy
  before(async () => {
    proxy = await EngineProxy.start()
    server = await Server.start({ environment: { ...QUIET, TRINITY_ENGINE: `unix://${proxy.path}` } })
    for (const name of AGENTS) await server.createAgent(name)
  })
  after(async () => {
    await server?.dispose()
    await proxy?.stop()
  })

  /** What has come into an agent's container by TCP so far: connections, and pieces on all of them. */
  async function trafficOf(name) {
    const { stdout } = await docker('exec', server.containerOf(name), 'cat', '/proc/net/snmp')
    const [head, values] = stdout
      .split('\n')
      .filter((line) => line.startsWith('Tcp:'))
      .map((line) => line.split(' '))
    return ['PassiveOpens', 'InSegs'].map((field) => Number(values[head.indexOf(field)]))
  }
  async function counts() {
    const { text } = await server.get('/metrics')
    const metric = (name) => Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))[1])
    const traffic = await Promise.all(AGENTS.map(trafficOf))
    const sum = (which) => traffic.reduce((all, one) => all + one[which], 0)
    return {
      samples: metric('trinity_sampler_containers_total'),
      calls: proxy.calls,
      connections: sum(0),
      pieces: sum(1),
    }
  }
  async function over(ms, begin = () => {}) {
    const before = await counts()
    await begin()
    await pause(ms)
    const now = await counts()
    return Object.fromEntries(Object.keys(now).map((key) => [key, now[key] - before[key]]))
  }
  const writing = (ms) =>
    Promise.all(
      AGENTS.map((name) =>
        runIn(
          server.containerOf(name),
          `i=0; while [ $i -lt ${ms / 1000} ]; do echo "line $i" > /proc/1/fd/1; i=$((i+1)); sleep 1; done`,
        ),
      ),
    )

  it('samples seldom, follows no log and asks no agent, although they write and work', async (t) => {
    let watching, lines
    const looked = await over(WINDOW, async () => {
      watching = await server.live(TOPICS)
      await until('every log is followed', () => proxy.open === AGENTS.length)
      lines = writing(WINDOW)
    })
    await lines
    watching.close()
    await until('no log is followed', () => proxy.open === 0, { ms: 40_000, every: 250 })
    // The engine's calls of what ends now are not counted.
    await pause(2000)
    const follows = proxy.follows.length
    const unseen = writing(WINDOW)
    await pause(1000)
    const alone = await over(WINDOW - 2000)
    await unseen
    t.diagnostic(`watched ${JSON.stringify(looked)}, alone ${JSON.stringify(alone)}`)
    const seldom = AGENTS.length * (Math.ceil(WINDOW / HISTORY) + 1)
    // That the counters count is seen while somebody looks.
    assert.ok(looked.samples > 2 * seldom, `watched: ${looked.samples} samples`)
    assert.ok(looked.calls >= AGENTS.length, `watched: ${looked.calls} calls of the engine`)
    assert.ok(looked.pieces > 2 * alone.pieces, `watched: ${looked.pieces} pieces to agents, alone ${alone.pieces}`)
    assert.ok(alone.samples <= seldom, `alone: ${alone.samples} samples`)
    assert.equal(alone.connections, 0, 'connections to agents')
    assert.equal(proxy.follows.length, follows, 'logs that were asked for')
    assert.equal(proxy.open, 0)
    assert.equal(alone.calls, 0, 'calls of the engine')
  })

  it('answers the first one who looks at once, from the history that it kept', async () => {
    const client = await server.live(['agent:first:stats'])
    const { snapshot } = client.frames.find((frame) => frame.type === 'subscribed')
    client.close()
    assert.equal(snapshot.status, 'running')
    assert.ok(snapshot.history.length >= 2, JSON.stringify(snapshot.history))
  })
})
