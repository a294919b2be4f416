// Live logs against the real engine, which is reached through a proxy that counts and breaks log streams.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engine, runIn } from '../support/engine.mjs'
import { EngineProxy } from '../support/engine-proxy.mjs'
import { LogReader } from '../support/log-numbers.mjs'
import { Server, until } from './harness.mjs'

const TOPIC = 'agent:talker:logs'
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A socket that reads the log from its beginning. */
async function watch(server, tail = 2000, token = server.token) {
  const live = await server.live([], token)
  const reader = new LogReader()
  live.on = (frame) => {
    if (frame.topic === TOPIC) reader.take(frame)
  }
  live.send({ type: 'subscribe', topics: [TOPIC], options: { [TOPIC]: { tail } } })
  const answer = await live.next((frame) => frame.topic === TOPIC)
  return { live, reader, answer }
}

describe('live logs', () => {
  let server
  let proxy
  /** The container's init writes these lines. */
  const say = (script) => runIn(server.containerOf('talker'), `{ ${script} ; } > /proc/1/fd/1`)
  const becomes = (reader, state, ms = 15_000) => until(state, () => reader.state === state, { ms })

  before(async () => {
    proxy = await EngineProxy.start()
    server = await Server.start({ environment: { TRINITY_ENGINE: `unix://${proxy.path}` } })
    await server.createAgent('talker')
  })
  after(async () => {
    await server?.dispose()
    await proxy?.stop()
  })

  it('follow nothing before somebody looks', () => {
    assert.deepEqual(proxy.follows, [])
  })

  it('follow a container once, however many watch', async () => {
    await say('seq -f "early %.0f" 1 50')
    const one = await watch(server)
    const two = await watch(server, 10)
    try {
      await becomes(one.reader, 'following')
      await say('seq -f "shared %.0f" 1 100')
      for (const { reader } of [one, two]) await until('all lines', () => reader.numbers('shared').length >= 100)
      assert.deepEqual(one.reader.numbers('early'), range(1, 50))
      assert.deepEqual(one.reader.numbers('shared'), range(1, 100))
      assert.deepEqual(two.reader.numbers('shared'), range(1, 100))
      assert.equal(proxy.follows.length, 1)
      assert.equal(proxy.open, 1)
      const line = one.reader.lines.at(-1)
      assert.match(line.ts, /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
      assert.equal(line.stream, 'stdout')
      await runIn(server.containerOf('talker'), 'echo "to the other side" > /proc/1/fd/2')
      await until('a line on standard error', () => one.reader.lines.at(-1)?.stream === 'stderr')
    } finally {
      one.live.close()
      two.live.close()
    }
  })

  it('give a newcomer what is there, at once and without the engine', async () => {
    const asked = proxy.follows.length
    const { live, answer } = await watch(server, 5)
    live.close()
    assert.equal(answer.type, 'subscribed')
    assert.equal(answer.snapshot.lines.length, 5)
    assert.equal(answer.snapshot.tail, 5)
    assert.equal(proxy.follows.length, asked)
  })

  it('count every one of 20,000 quick lines', async () => {
    const { live, reader } = await watch(server, 1)
    try {
      const before = reader.lines.length + reader.dropped
      const from = live.frames.length
      await say('seq -f "quick %.0f" 1 20000')
      await until('the last line', () => reader.numbers('quick').at(-1) === 20_000, { ms: 30_000 })
      assert.equal(reader.lines.length + reader.dropped - before, 20_000)
      const got = reader.numbers('quick')
      for (let at = 1; at < got.length; at += 1) assert.ok(got[at] > got[at - 1], 'in order')
      const events = live.frames.slice(from).filter((frame) => frame.event === 'agent_logs_append')
      for (const event of events) assert.ok(JSON.stringify(event.data.lines).length <= 64 * 1024 + 2)
      for (let at = 1; at < events.length; at += 1)
        assert.ok(events[at].arrived - events[at - 1].arrived > 150, 'four per second')
      console.log(`20,000 lines: ${got.length} shown, ${reader.dropped} skipped, ${events.length} events`)
    } finally {
      live.close()
    }
  })

  it('lose and repeat nothing when their stream breaks', async () => {
    const { live, reader } = await watch(server, 1)
    try {
      const asked = proxy.follows.length
      for (let round = 0; round < 5; round += 1) {
        await say(`seq -f "cut %.0f" ${round * 200 + 1} ${round * 200 + 100}`)
        if (round % 2 === 0) await pause(300)
        proxy.cutLogs()
        await say(`seq -f "cut %.0f" ${round * 200 + 101} ${round * 200 + 200}`)
        await until('all lines', () => reader.numbers('cut').length >= (round + 1) * 200)
      }
      assert.deepEqual(reader.numbers('cut'), range(1, 1000))
      assert.equal(reader.counts, 1)
      assert.ok(proxy.follows.length >= asked + 5)
    } finally {
      live.close()
    }
  })

  it('go over a stop and a start', async () => {
    const { live, reader } = await watch(server, 1)
    try {
      await say('seq -f "before %.0f" 1 10')
      assert.equal((await server.post('/api/agents/talker/stop')).status, 200)
      await becomes(reader, 'ended')
      assert.deepEqual(reader.numbers('before'), range(1, 10))
      await until('no stream', () => proxy.open === 0)
      assert.equal((await server.post('/api/agents/talker/start')).status, 200)
      await becomes(reader, 'following')
      await say('seq -f "after %.0f" 1 10')
      await until('all lines', () => reader.numbers('after').length >= 10)
      assert.deepEqual(reader.numbers('after'), range(1, 10))
      assert.equal(reader.counts, 1)
      assert.equal(proxy.open, 1)
    } finally {
      live.close()
    }
  })

  it('wait for an engine that hangs', async () => {
    const { live, reader } = await watch(server, 1)
    try {
      await becomes(reader, 'following')
      proxy.hold(true)
      await becomes(reader, 'interrupted', 30_000)
      await say('echo "while it hung"')
      proxy.hold(false)
      await becomes(reader, 'following', 30_000)
      await until('the line', () => reader.texts().includes('while it hung'), { ms: 30_000 })
      assert.equal(reader.texts().filter((text) => text === 'while it hung').length, 1)
    } finally {
      live.close()
    }
  })

  it('cut what is too long and repair what is no text', async () => {
    const { live, reader } = await watch(server, 1)
    try {
      await say('head -c 100000 /dev/zero | tr "\\0" x; echo; printf "bad \\377 byte\\n"; printf "caf\\303\\251\\n"')
      await until('the lines', () => reader.texts().includes('café'))
      const [long, bad] = reader.lines.slice(-3)
      assert.equal(long.text, 'x'.repeat(16 * 1024))
      assert.equal(long.cut, 100_000 - 16 * 1024)
      assert.equal(bad.text, 'bad \ufffd byte')
    } finally {
      live.close()
    }
  })

  it('are for those who may read the agent', async () => {
    await server.stop()
    await server.sql(`insert into users (username, password_hash, role, email, created_at, updated_at)
      select 'bob', password_hash, 'user', 'bob@example.com', created_at, updated_at from users where username = 'admin'`)
    await server.launch()
    const { live, answer } = await watch(server, 1, await server.signIn('bob'))
    live.close()
    assert.equal(answer.type, 'subscribe_error')
    assert.equal(answer.status, 403)
    assert.equal(proxy.open, 0)
  })

  it('can be downloaded as text up to 10,000 lines', async () => {
    const { status, body } = await server.get('/api/agents/talker/logs?tail=10000')
    assert.equal(status, 200)
    const lines = body.logs.split('\n')
    // The engine counts its entries, of which the long line takes seven.
    assert.equal(lines.length, 10_001 - 6)
    assert.equal(lines.at(-2), 'café')
  })

  it('end with the agent, and half a minute after the last one who watched', async () => {
    await server.createAgent('other')
    const gone = await server.live(['agent:other:logs'])
    await until('a stream', () => proxy.open === 1)
    assert.equal((await server.delete('/api/agents/other')).status, 200)
    const ended = await gone.next((frame) => frame.type === 'unsubscribed')
    assert.equal(ended.reason, 'agent_deleted')
    gone.close()
    await until('no stream', () => proxy.open === 0)

    const { live } = await watch(server, 1)
    await until('a stream', () => proxy.open === 1)
    live.close()
    const left = Date.now()
    await pause(25_000)
    assert.equal(proxy.open, 1)
    await until('no stream', () => proxy.open === 0, { ms: 15_000 })
    const after = Date.now() - left
    assert.ok(after > 28_000 && after < 34_000, `${after} ms`)
  })

  it('leave the engine nothing to do afterwards', async () => {
    assert.equal((await engine('GET', `/containers/${server.containerOf('talker')}/json`)).body.State.Running, true)
    const asked = proxy.follows.length
    await pause(1500)
    assert.equal(proxy.follows.length, asked)
  })
})
