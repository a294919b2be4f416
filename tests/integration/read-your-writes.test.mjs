// A change is answered on one connection; whoever asks on another one from then on sees it. On the real engine; ten thousand
// pairs over a fake one are in the unit tests (ReadYourWrites).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server } from './harness.mjs'
import { Kept } from '../support/kept.mjs'

const PAIRS = 200
const AGENTS = ['one', 'two', 'three', 'four']

describe('a change and a read on two connections', () => {
  let server
  before(async () => {
    server = await Server.start({ environment: { TRINITY_STOP_GRACE_SECONDS: '1', TRINITY_THREADS: '2' } })
    for (const name of AGENTS) await server.createAgent(name, { resources: { cpu: '1', memory: '64m' } })
  })
  after(() => server?.dispose())

  /** The status that this connection sees; the list and the page in turn. */
  async function seen(reading, name, turn) {
    if (turn % 2) {
      const { status, body } = await reading.ask('GET', `/api/agents/${name}`)
      return status === 404 ? 'gone' : body.status
    }
    const { body } = await reading.ask('GET', '/api/agents')
    return body.find((agent) => agent.name === name)?.status ?? 'gone'
  }

  it(`never disagree, ${PAIRS} times`, { timeout: 120_000 }, async (t) => {
    const stale = []
    let pairs = 0
    const one = async (name) => {
      const changing = new Kept(server.address, server.token)
      const reading = new Kept(server.address, server.token)
      const pair = async (method, target, json, expected) => {
        const { status, body } = await changing.ask(method, target, json)
        assert.equal(status, 200, `${method} ${target}: ${JSON.stringify(body)}`)
        const found = await seen(reading, name, pairs)
        if (found !== expected) stale.push(`${method} ${target}: ${found}`)
        pairs++
      }
      for (let round = 1; pairs < PAIRS; round++) {
        if (round % 10) {
          await pair('POST', `/api/agents/${name}/stop`, undefined, 'stopped')
          await pair('POST', `/api/agents/${name}/start`, undefined, 'running')
        } else {
          await pair('DELETE', `/api/agents/${name}`, undefined, 'gone')
          await pair('POST', '/api/agents', { name, resources: { cpu: '1', memory: '64m' } }, 'running')
        }
      }
      assert.equal(changing.connections + reading.connections, 2, 'both connections are kept')
      changing.close()
      reading.close()
    }
    const since = performance.now()
    await Promise.all(AGENTS.map(one))
    t.diagnostic(`${pairs} pairs in ${((performance.now() - since) / 1000).toFixed(1)} s`)
    assert.deepEqual(stale, [])
    assert.ok(pairs >= PAIRS)
  })
})
