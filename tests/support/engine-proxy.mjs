// Stands between the server and the container engine: counts the calls and the log streams that are open, and breaks or
// holds them.
import net from 'node:net'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomBytes } from 'node:crypto'

const ENGINE = '/var/run/docker.sock'
const CALL = /^(GET|HEAD|POST|PUT|DELETE) \//
const FOLLOW = /^GET \/v[\d.]+\/containers\/([^/]+)\/logs\?follow=1&/

export class EngineProxy {
  #server
  #pairs = new Set()
  #held = false
  /** Containers whose log was asked for with follow, one entry per call. */
  follows = []
  /** Calls of the engine so far. */
  calls = 0
  #behind

  /** `behind`: the socket of the engine. */
  static async start(behind = ENGINE) {
    const proxy = new EngineProxy()
    proxy.#behind = behind
    proxy.path = path.join(tmpdir(), `trinity-engine-${randomBytes(4).toString('hex')}.sock`)
    proxy.#server = net.createServer({ allowHalfOpen: true }, (socket) => proxy.#serve(socket))
    await new Promise((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen(proxy.path, resolve)
    })
    return proxy
  }

  /** Log streams that are open now. */
  get open() {
    return [...this.#pairs].filter((pair) => pair.follows).length
  }

  /** Every open log stream breaks. */
  cutLogs() {
    for (const pair of this.#pairs) if (pair.follows) this.#end(pair)
  }

  /** The engine hangs: connections stay, nothing comes through. */
  hold(held) {
    this.#held = held
    for (const { client, engine } of this.#pairs) {
      for (const socket of [client, engine]) held ? socket.pause() : socket.resume()
    }
  }

  async stop() {
    for (const pair of this.#pairs) this.#end(pair)
    await new Promise((resolve) => this.#server.close(resolve))
    await rm(this.path, { force: true })
  }

  #serve(client) {
    const engine = net.connect({ path: this.#behind, allowHalfOpen: true })
    const pair = { client, engine, follows: false }
    this.#pairs.add(pair)
    client.on('data', (bytes) => {
      const begin = bytes.toString('latin1', 0, 300)
      // The server sends a call's head in one piece.
      if (CALL.test(begin)) this.calls++
      const follow = FOLLOW.exec(begin)
      pair.follows = follow !== null
      if (follow) this.follows.push(follow[1])
      engine.write(bytes)
    })
    engine.on('data', (bytes) => {
      // The last chunk: the answer has ended, the connection is kept for the next request.
      if (bytes.subarray(-5).toString('latin1') === '0\r\n\r\n') pair.follows = false
      client.write(bytes)
    })
    for (const socket of [client, engine]) {
      socket.on('error', () => this.#end(pair))
      socket.on('close', () => this.#end(pair))
    }
    client.on('end', () => engine.end())
    engine.on('end', () => client.end())
    if (this.#held) client.pause()
  }

  #end(pair) {
    this.#pairs.delete(pair)
    pair.client.destroy()
    pair.engine.destroy()
  }
}
