// What holds the agents of the mock server up: invented, and set by POST /dev/pressure/<agent>/<calm, throttled, memory,
// oom, disk, silent, tool, v1 or none>.
import { zoned } from './mock-fleet.mjs'

const NO_STALLS = { some_avg10: null, full_avg10: null }
const round = (value, digits = 1) => Number(value.toFixed(digits))

const SCENES = {
  calm: {},
  throttled: {
    cpu: { share: 0.98, throttled_percent: 62.4, throttled_ms_per_s: 480.2, some_avg10: 41.3 },
  },
  memory: { memory: { share: 0.97, max_events: 214, some_avg10: 12.8, full_avg10: 9.1 } },
  oom: { memory: { max_events: 31, oom_events: 3, oom_kills: 3 } },
  disk: { disk: { read: 210e6, write: 3.2e6, some_avg10: 71.5, full_avg10: 44.2 } },
  silent: { now: 'model', ageMs: 400_000, network: { rx: 0, tx: 0 } },
  tool: { now: 'tool', ageMs: 1_260_000 },
}

export class MockPressure {
  constructor({ publish, watched, activity }) {
    this.publish = publish
    this.watched = watched
    this.activity = activity
    this.scenes = new Map()
    this.turns = new Map()
  }

  set(agent, scene) {
    this.scenes.set(agent.item.name, scene)
    this.turns.delete(agent.item.name)
    this.#tell(agent)
  }

  tick(agent) {
    this.#turn(agent)
    this.#tell(agent)
  }

  #tell(agent) {
    const topic = `agent:${agent.item.name}:pressure`
    if (this.watched(topic)) this.publish(topic, 'agent_pressure_update', this.of(agent))
  }

  #scene(agent) {
    const own = agent.heat > 0.9 ? 'throttled' : 'calm'
    return this.scenes.get(agent.item.name) ?? own
  }

  #turn(agent) {
    const { name, status } = agent.item
    const scene = SCENES[this.#scene(agent)] ?? {}
    if (status !== 'running' || (agent.heat <= 0.1 && scene.now === undefined)) {
      this.turns.delete(name)
      return null
    }
    const now = Date.now()
    let turn = this.turns.get(name)
    if (turn === undefined) {
      const age = 71_000 + (scene.ageMs ?? 0)
      const waits = { model: 46_000, tool: 21_000, own: 4_000 }
      if (scene.now !== undefined) waits[scene.now] += scene.ageMs
      turn = {
        startedAt: now - age,
        at: now,
        waits,
        now: 'model',
        since: now - (scene.ageMs ?? 2_000),
      }
      this.turns.set(name, turn)
    }
    turn.waits[turn.now] += now - turn.at
    turn.at = now
    const tool = scene.now === 'model' ? null : this.activity.snapshot(agent).active_tool
    const doing = scene.now ?? (tool === null ? 'model' : 'tool')
    if (doing !== turn.now) {
      turn.now = doing
      turn.since = now - (scene.ageMs ?? 0)
    }
    const open = tool ?? { name: 'Bash', input_summary: 'npm test -- --run src/parser' }
    return {
      execution_id: `turn-of-${name}`,
      started_at: zoned(turn.startedAt),
      elapsed_ms: now - turn.startedAt,
      model_wait_ms: turn.waits.model,
      tool_wait_ms: turn.waits.tool,
      own_ms: turn.waits.own,
      now: doing,
      now_since: zoned(turn.since),
      tool: doing === 'tool' ? { name: open.name, input_summary: open.input_summary } : null,
    }
  }

  of(agent) {
    const { name, status, resources } = agent.item
    const runs = status === 'running'
    const which = this.#scene(agent)
    const scene = SCENES[which] ?? {}
    const { stats } = agent
    const old = which === 'v1'
    const stalls = (some, full) =>
      old ? NO_STALLS : { some_avg10: some ?? round(Math.random()), full_avg10: full ?? 0 }
    const of = (value) => (runs && which !== 'none' ? value : null)
    const used = scene.memory?.share
      ? Math.round(stats.memory_limit_bytes * scene.memory.share)
      : stats.memory_used_bytes
    return {
      name,
      status,
      sampled_at: of(zoned(Date.now())),
      cpu: {
        percent: of(
          scene.cpu ? round(scene.cpu.share * 100 * Number(resources.cpu)) : stats.cpu_percent,
        ),
        limit_cores: Number(resources.cpu) || null,
        throttled_percent: of(scene.cpu?.throttled_percent ?? 0),
        throttled_ms_per_s: of(scene.cpu?.throttled_ms_per_s ?? 0),
        ...(runs ? stalls(scene.cpu?.some_avg10, null) : NO_STALLS),
      },
      memory: {
        used_bytes: of(used),
        limit_bytes: stats.memory_limit_bytes,
        percent: of(round((used / stats.memory_limit_bytes) * 100)),
        high_events: old ? null : of(0),
        max_events: of(scene.memory?.max_events ?? 0),
        oom_events: old ? null : of(scene.memory?.oom_events ?? 0),
        oom_kills: of(scene.memory?.oom_kills ?? 0),
        ...(runs ? stalls(scene.memory?.some_avg10, scene.memory?.full_avg10) : NO_STALLS),
      },
      disk: {
        read_bytes_per_s: of(scene.disk?.read ?? Math.round(Math.random() * 40_000)),
        write_bytes_per_s: of(scene.disk?.write ?? Math.round(Math.random() * 260_000)),
        ...(runs ? stalls(scene.disk?.some_avg10, scene.disk?.full_avg10) : NO_STALLS),
      },
      network: {
        rx_bytes_per_s: of(scene.network?.rx ?? Math.round(400 + Math.random() * 20_000)),
        tx_bytes_per_s: of(scene.network?.tx ?? Math.round(200 + Math.random() * 6_000)),
      },
      turn: runs ? this.#turn(agent) : null,
    }
  }
}
