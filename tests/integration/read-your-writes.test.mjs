// A change is answered on one connection; whoever asks on another one from then on sees it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server } from './harness.mjs'
import { Kept } from '../support/kept.mjs'
import { ScriptedEngine } from '../support/scripted.mjs'

const small = { resources: { cpu: '1', memory: '64m' } }
/** Two I/O threads: connections go to them in turn, so that two which are opened one after the other never share one. */
const settings = { TRINITY_STOP_GRACE_SECONDS: '1', TRINITY_THREADS: '2' }

/** The status that this connection sees; on the page and in the list in turn. */
async function seen(reading, name, turn) {
  if (turn % 2) {
    const { status, body } = await reading.ask('GET', `/api/agents/${name}`)
    return status === 404 ? 'gone' : body.status
  }
  const { body } = await reading.ask('GET', '/api/agents')
  return body.find((agent) => agent.name === name)?.status ?? 'gone'
}

/** Changes an agent on one connection and reads on another, `pairs` times. What was read that was not so any more. */
async function changeAndRead(server, name, pairs) {
  const [changing, reading] = [new Kept(server.address, server.token), new Kept(server.address, server.token)]
  const stale = []
  let turn = 0
  const pair = async (method, target, json, expected) => {
    const { status, body } = await changing.ask(method, target, json)
    assert.equal(status, 200, `${method} ${target}: ${JSON.stringify(body)}`)
    const found = await seen(reading, name, turn++)
    if (found !== expected) stale.push(`${method} ${target}: ${found}`)
  }
  while (turn < pairs && stale.length < 10) {
    if (turn % 20 === 18) {
      await pair('DELETE', `/api/agents/${name}`, undefined, 'gone')
      await pair('POST', '/api/agents', { name, ...small }, 'running')
    } else {
      await pair('POST', `/api/agents/${name}/stop`, undefined, 'stopped')
      await pair('POST', `/api/agents/${name}/start`, undefined, 'running')
    }
  }
  assert.equal(changing.connections + reading.connections, 2, 'both connections are kept')
  changing.close()
  reading.close()
  return { stale, turn }
}

describe('a change and a read on two connections', () => {
  it('never disagree: 200 times on the real engine, four agents at a time', { timeout: 120_000 }, async (t) => {
    const server = await Server.start({ environment: settings })
    try {
      const names = ['one', 'two', 'three', 'four']
      for (const name of names) await server.createAgent(name, small)
      const since = performance.now()
      const results = await Promise.all(names.map((name) => changeAndRead(server, name, 50)))
      t.diagnostic(`${((performance.now() - since) / 1000).toFixed(1)} s`)
      assert.deepEqual(
        results.flatMap((result) => result.stale),
        [],
      )
    } finally {
      await server.dispose()
    }
  })

  describe('with an engine that only pretends', () => {
    let engine, server
    before(async () => {
      engine = await ScriptedEngine.start()
      server = await Server.start({ environment: { ...engine.environment, ...settings } })
      await server.createAgent('bot', small)
    })
    after(async () => {
      await server?.dispose()
      await engine?.stop()
    })

    it('never disagree: 10,000 times', { timeout: 200_000 }, async (t) => {
      const since = performance.now()
      const { stale, turn } = await changeAndRead(server, 'bot', 10_000)
      t.diagnostic(`${turn} pairs in ${((performance.now() - since) / 1000).toFixed(1)} s`)
      assert.deepEqual(stale, [])
      assert.ok(turn >= 10_000)
    })
  })
})
