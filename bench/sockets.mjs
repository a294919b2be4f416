// Five hundred live sockets, a tenth of which never read: how long a change takes to those that keep up, and what it costs.
import net from 'node:net'
import { cpus } from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { engine, followEvents, kill } from '../tests/support/engine.mjs'
import { until } from '../tests/integration/harness.mjs'
import { median, memory, percentile, wrk } from './measure.mjs'

const SOCKETS = 500
const SLOW = SOCKETS / 10
const USERS = 26 // 20 sockets each are allowed
const RUNS = 20
const TOPICS = ['user', 'agents', 'agents:stats']

const clock = () => performance.timeOrigin + performance.now()

/** More people with the rights of the administrator; their tokens. */
async function people(server) {
  const columns = (
    await server.sql("SELECT name FROM pragma_table_info('users') WHERE name NOT IN ('id', 'username', 'email')")
  )
    .map((row) => row.name)
    .join(', ')
  const names = Array.from({ length: USERS }, (_, i) => `reader-${i + 1}`)
  for (const name of names)
    await server.sql(
      `INSERT INTO users (username, ${columns}) SELECT '${name}', ${columns} FROM users WHERE username = 'admin'`,
    )
  await server.restart()
  const tokens = []
  for (const name of names) tokens.push(await server.signIn(name))
  return tokens
}

/** A socket that tells `seen` of every text frame. */
function reader(address, token, seen) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${address}/ws`)
    let answers = 0
    socket.onerror = () => reject(new Error('no socket'))
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'auth', token }))
      socket.send(JSON.stringify({ type: 'subscribe', topics: TOPICS }))
    }
    socket.onmessage = ({ data }) => {
      if (answers < TOPICS.length && data.startsWith('{"type":"subscribed"') && ++answers === TOPICS.length)
        resolve(socket)
      seen(data)
    }
  })
}

/** A socket that subscribes and then reads nothing more. */
async function sleeper(address, token) {
  const [host, port] = address.split(':')
  const socket = net.connect(Number(port), host)
  const frame = (text) => {
    const payload = Buffer.from(text)
    return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
  }
  socket.on('error', () => {})
  socket.write(
    `GET /ws HTTP/1.1\r\nHost: ${address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  socket.write(frame(JSON.stringify({ type: 'subscribe', topics: TOPICS })))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  return socket
}

export async function sockets(server, folder, names, report) {
  const tokens = await people(server)
  const waiting = new Map()
  const seen = (data) => {
    const arrived = clock()
    for (const [name, arrivals] of waiting) {
      if (data.startsWith('{"event":"agent_status"') && data.includes(`"name":"${name}","status":"stopped"`))
        arrivals.push({ arrived, sent: Date.parse(data.match(/"ts":"([^"]+)"/)[1]) })
    }
  }
  const open = []
  for (let i = 0; i < SOCKETS; i++) {
    const token = tokens[Math.floor(i / 20)]
    open.push(i % 10 === 0 ? sleeper(server.address, token) : reader(server.address, token, seen))
    if (i % 20 === 19) await Promise.all(open)
  }
  const all = await Promise.all(open)
  const died = new Map()
  const endEvents = followEvents(
    (event) => event.Action === 'die' && died.set(event.Actor.Attributes.name, event.arrived),
  )
  const delays = []
  const inside = [] // from the moment that the server has put into the frame, whole milliseconds
  try {
    for (let i = 0; i < RUNS; i++) {
      const name = names[i % names.length]
      const container = server.containerOf(name)
      const arrivals = []
      waiting.set(name, arrivals)
      died.delete(container)
      await kill(container)
      await until('every reader has heard', () => arrivals.length === SOCKETS - SLOW, { every: 5 })
      const event = await until("the engine's event", () => died.get(container), { every: 5 })
      for (const { arrived, sent } of arrivals) {
        delays.push(arrived - event)
        inside.push(arrived - sent)
      }
      waiting.delete(name)
      await engine('POST', `/containers/${container}/start`)
      await until(`${name} runs again`, async () => (await server.agents()).get(name).status === 'running')
    }
    const pathsFile = path.join(folder, 'agents.paths')
    await writeFile(pathsFile, '/api/agents\n')
    const list = await wrk({
      url: `http://${server.address}`,
      seconds: 4,
      connections: 4,
      core: cpus()
        .map((_, i) => i)
        .join(','),
      token: server.token,
      pathsFile,
    })
    const { resident, peak } = memory(server.pid)
    const figures = (times) => `${median(times).toFixed(1)}, ${percentile(times, 0.99).toFixed(1)}`
    const among = `${SOCKETS} sockets, ${SLOW} of them slow`
    report(`engine event -> frame, ${among} (negative: the frame was first): p50, p99, ms`, figures(delays))
    const p99 = percentile(inside, 0.99)
    report(`change in the server -> frame, ${among}: p50, p99, ms`, figures(inside), 'p99 < 50', p99 < 50)
    report('GET /api/agents meanwhile, 4 connections: p99, ms', list.p99.toFixed(2), '< 5', list.p99 < 5)
    report(
      `memory with ${names.length} agents and ${SOCKETS} sockets: resident, peak, MiB`,
      `${resident.toFixed(1)}, ${peak.toFixed(1)}`,
    )
  } finally {
    endEvents()
    for (const socket of all) socket instanceof net.Socket ? socket.destroy() : socket.close()
  }
}
