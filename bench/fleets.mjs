// The fleets that are measured: real containers, added to one server step by step, and thousands of containers of the
// scripted engine, which runs nothing.
import { Server, until } from '../tests/integration/harness.mjs'
import { ScriptedEngine } from '../tests/support/scripted.mjs'
import { populate } from '../tests/support/people.mjs'
import { SERVER_CORE, onCore } from './measure.mjs'
import { own } from './owned.mjs'

const PARALLEL_CREATIONS = 3
/** Those of the real agents that can be given tasks: their program answers at once, and rests else. */
export const WORKERS = { from: 20, to: 30, template: 'local:test-echo' }
/**
 * Containers of the scripted engine have no files of the kernel's; their figures are asked of the engine. Once at the start:
 * what is measured here is not the engine.
 */
const SELDOM_SAMPLED = { TRINITY_SAMPLE_WATCHED_MS: '60000', TRINITY_SAMPLE_IDLE_MS: '600000' }

/** `dispose` ends what was made. `real`: containers that run. */
class Fleet {
  names = []
  server = null
  dispose = own(() => this.#end())
  constructor(engine) {
    this.engine = engine
    this.real = !engine
  }
  get size() {
    return this.names.length
  }
  /** "30 real agents". */
  get title() {
    return `${this.size.toLocaleString('en')} ${this.real ? 'real agents' : 'agents on the scripted engine'}`
  }
  /** Starts the server again on one core alone, or on all; `equal`: without going before others there. */
  async relaunch({ pinned = false, equal = false, environment = {} } = {}) {
    const { server } = this
    await server.stop()
    server.wrapper = pinned ? onCore(SERVER_CORE, [], equal) : []
    server.environment = { ...this.engine?.environment, ...(this.real ? {} : SELDOM_SAMPLED), ...environment }
    await server.launch()
    await this.settled()
  }
  /** All agents are listed with their details, nothing has changed for a while, and nothing is asked of the engine. */
  async settled() {
    const { server } = this
    let last = ''
    let since = performance.now()
    await until(
      `${this.size} agents are known`,
      async () => {
        const answer = await server.get('/api/agents')
        const state = `${answer.headers.get('etag')} ${await this.#engineCalls()}`
        if (state !== last) {
          last = state
          since = performance.now()
          this.known = answer.body.length === this.size && answer.body.every((agent) => agent.started_at)
        }
        return this.known && performance.now() - since > 700
      },
      { ms: 120_000, every: 200 },
    )
  }
  /** How often the engine was asked about containers so far. */
  async #engineCalls() {
    const { text } = await this.server.get('/metrics')
    const counts = text.matchAll(
      /^trinity_engine_call_duration_seconds_count\{call="(?:inspect|statistics)"\} (\d+)$/gm,
    )
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
  }
  async #end() {
    const { server, engine } = this
    if (server) {
      // Whatever is under way does not start it again.
      server.launch = () => new Promise(() => {})
      await server.dispose()
    }
    await engine?.stop()
  }
}

export async function realFleet() {
  const fleet = new Fleet(null)
  fleet.server = await Server.start()
  return fleet
}

/** Adds agents until there are so many. */
export async function grow(fleet, size) {
  const { server } = fleet
  const wanted = Array.from({ length: size }, (_, i) => `bench-${String(i + 1).padStart(3, '0')}`)
  const missing = wanted.slice(fleet.size)
  const workers = new Set(wanted.slice(WORKERS.from, WORKERS.to))
  const creating = async () => {
    for (let name = missing.shift(); name; name = missing.shift())
      await server.createAgent(name, {
        resources: { cpu: '1', memory: '64m' },
        ...(workers.has(name) ? { template: WORKERS.template } : {}),
      })
  }
  await Promise.all(Array.from({ length: PARALLEL_CREATIONS }, creating))
  fleet.names = wanted
  await populate(server, wanted)
  await fleet.settled()
}

export async function scriptedFleet(size) {
  const engine = await ScriptedEngine.start()
  const fleet = new Fleet(engine)
  try {
    fleet.server = await Server.start({ environment: { ...engine.environment, ...SELDOM_SAMPLED } })
    fleet.names = Array.from({ length: size }, (_, i) => `bot-${i + 1}`)
    await engine.do('containers', { count: size, name: 'bot', instance: fleet.server.instance })
    await populate(fleet.server, fleet.names)
    await fleet.settled()
    return fleet
  } catch (error) {
    await fleet.dispose()
    throw error
  }
}
