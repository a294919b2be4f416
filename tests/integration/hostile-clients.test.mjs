// Two hundred connections that send garbage, half requests and nothing, without end: others notice nothing of it, and
// the server's memory stays as it is.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { Server } from './harness.mjs'

const CLIENTS = 200
const MS = 60_000
const HEALTH_P99_MS = 10
/**
 * Where even a plain server that nobody attacks takes long, the machine is busy with something else: then the server may take
 * this many times as long as that one.
 */
const TIMES_PLAIN = 2
/** Buffers of 200 connections are a few MB; a leak of one buffer per connection that comes and goes is hundreds. */
const GROWTH_MB = 10

const head = 'GET /health HTTP/1.1\r\nHost: x\r\n'
/** What one client sends, piece by piece, until the server ends the connection. */
const habits = [
  // Bytes that are no HTTP at all.
  () => [randomBytes(512), randomBytes(4096)],
  // TLS, to a port that speaks none.
  () => [Buffer.from('160301020001000001fc0303', 'hex'), randomBytes(500)],
  // A head that never ends, a little at a time.
  () => [head, ...Array.from({ length: 40 }, (_, i) => `X-${i}: y\r\n`)],
  // A head that is too long.
  () => [head, ...Array.from({ length: 10 }, () => `X: ${'z'.repeat(8000)}\r\n`)],
  // Half a body.
  () => [
    'POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nusername=',
    'a',
  ],
  // A body larger than anybody takes.
  () => ['POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n', Buffer.alloc(16_384)],
  // Chunks that lie about their size.
  () => ['POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n', 'abc'],
  // Two lengths, the way requests are smuggled.
  () => [
    'POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\n\r\n',
  ],
  // Zero bytes, broken escapes and ways upwards.
  () => ['GET /%00%zz/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /\0 HTTP/1.1\r\n\r\n'],
  // A WebSocket that sends frames which none are.
  () => [
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    randomBytes(300),
    randomBytes(300),
  ],
  // Many requests at once, and nobody reads the answers.
  () => [`${head}\r\n`.repeat(200)],
  // Nothing.
  () => [],
]

/** Plays one habit after the other on new connections until told to stop; how many connections there were. */
function hostile(port, number, state) {
  let turn = number
  let pieces = []
  const connect = () => {
    if (state.stopped) return
    pieces = habits[turn++ % habits.length]()
    const socket = net.connect(port, '127.0.0.1')
    state.sockets.add(socket)
    state.connections++
    if (turn % 3) socket.resume()
    // Half of the connections are also left by the client, in the middle of whatever they do.
    const leave = setTimeout(() => socket.destroy(), 300 + ((number * 37) % 1700))
    const pace = setInterval(() => (pieces.length ? socket.write(pieces.shift()) : clearInterval(pace)), 20)
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(leave)
      clearInterval(pace)
      state.sockets.delete(socket)
      if (!state.stopped) setTimeout(connect, 10)
    })
  }
  connect()
}

async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
}

/** Sorted times of /health in milliseconds, from a process of its own. */
function healthTimes(address, ms) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, '../support/health-times.mjs'), [address, String(ms)])
    const guard = setTimeout(() => child.kill(), ms + 20_000)
    child.once('message', resolve)
    child.once('exit', (code) => {
      clearTimeout(guard)
      if (code !== 0) reject(new Error(`the measuring process ended with ${code}`))
    })
  })
}

/** A server without work and without enemies: {address, end}. */
function plainServer() {
  const child = fork(path.join(import.meta.dirname, '../support/plain-server.mjs'))
  return new Promise((resolve, reject) => {
    child.once('message', (port) => resolve({ address: `127.0.0.1:${port}`, end: () => child.disconnect() }))
    child.once('exit', () => reject(new Error('the plain server ended')))
  })
}
const p99Of = (times) => times[Math.floor(times.length * 0.99)]

describe('two hundred hostile clients', () => {
  let server
  let plain
  const state = { stopped: false, connections: 0, sockets: new Set() }
  before(async () => {
    server = await Server.start()
    plain = await plainServer()
  })
  after(async () => {
    plain?.end()
    state.stopped = true
    for (const socket of state.sockets) socket.destroy()
    await server?.dispose()
  })

  it('leave /health quick and the memory flat', async (t) => {
    for (let i = 0; i < CLIENTS; i++) hostile(server.port, i, state)
    // The buffers of the first round are no growth.
    await healthTimes(server.address, 2_000)
    const before = await residentMb(server.pid)
    const half = () => Promise.all([healthTimes(server.address, MS / 2), healthTimes(plain.address, MS / 2)])
    const first = await half()
    const middle = await residentMb(server.pid)
    const second = await half()
    const [times, others] = [0, 1].map((which) => [...first[which], ...second[which]].sort((a, b) => a - b))
    const end = await residentMb(server.pid)
    const [p99, plainP99] = [p99Of(times), p99Of(others)]
    t.diagnostic(
      `${state.connections} connections; /health ${times.length} times, p50 ${times[times.length >> 1].toFixed(2)} ms, ` +
        `p99 ${p99.toFixed(2)} ms, of a plain server ${plainP99.toFixed(2)} ms; memory ${[before, middle, end].map((mb) => mb.toFixed(1)).join(', ')} MB`,
    )
    assert.ok(state.connections > 2 * CLIENTS, 'clients come again')
    assert.ok(times.length > 100, `/health answered only ${times.length} times`)
    assert.ok(
      p99 < Math.max(HEALTH_P99_MS, TIMES_PLAIN * plainP99),
      `p99 of /health: ${p99} ms; of a plain server: ${plainP99} ms`,
    )
    assert.ok(end - before < GROWTH_MB, `memory grew from ${before} to ${end} MB`)
    assert.ok(end - middle < GROWTH_MB / 2, `memory goes on growing: ${before}, ${middle}, ${end} MB`)
  })

  it('leave no connection behind', async () => {
    state.stopped = true
    for (const socket of state.sockets) socket.destroy()
    const end = Date.now() + 10_000
    let open = Infinity
    while (open > 5 && Date.now() < end) {
      const { text } = await server.get('/metrics')
      open = Number(/^trinity_http_connections (\d+)$/m.exec(text)[1])
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok(open <= 5, `${open} connections are still open`)
    assert.equal((await server.get('/api/agents')).status, 200)
  })

  it('show in the figures, and only under names that we chose', async () => {
    const { status, headers, text } = await server.get('/metrics')
    assert.equal(status, 200)
    assert.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/)
    assert.match(text, /^trinity_http_requests_total\{method="any",route="none",status="4xx"\} \d+$/m)
    assert.doesNotMatch(text, /passwd/)
    const routes = new Set([...text.matchAll(/route="([^"]*)"/g)].map((match) => match[1]))
    for (const route of routes) assert.match(route, /^(web|none|\/[a-zA-Z_/{}.-]*)$/)
  })
})
