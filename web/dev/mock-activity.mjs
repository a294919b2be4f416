// What the agents of the mock server do: tool calls that begin and end, and the figures of a conversation.
import { zoned } from './mock-fleet.mjs'

const CALLS = [
  ['Read', { file_path: '/home/developer/notes/day.md' }, '.../notes/day.md', 'one\ntwo\nthree\n'],
  [
    'Bash',
    { command: 'npm test -- --run src/parser' },
    'npm test -- --run src/parser',
    '42 passed\n',
  ],
  ['Grep', { pattern: 'TODO|FIXME', path: 'src' }, '"TODO|FIXME"', 'src/a.ts:12: TODO later\n'],
  [
    'Edit',
    {
      file_path: '/home/developer/src/parser.ts',
      old_string: 'const a = 1',
      new_string: 'const a = 2\nconst b = 3',
    },
    '.../src/parser.ts',
    'The file has been changed.',
  ],
  [
    'WebFetch',
    { url: 'https://example.com/docs', prompt: 'What is new?' },
    'example.com',
    'Version 2 is out.',
  ],
  [
    'mcp:search',
    { query: 'prices of copper', limit: 5 },
    'query: prices of copper',
    '[{"title":"Copper"}]',
  ],
  [
    'Task:reviewer',
    { description: 'Review the change', prompt: 'Look at the diff' },
    'Review the change',
    'Looks fine.',
  ],
  [
    'Bash',
    { command: 'curl -fsS https://intern.example/build/status' },
    'curl -fsS https://intern.example/build/status',
    'curl: (22) 404\n',
  ],
]
const FAILS = 7
const KEPT = 500
const IDLE = {
  status: 'idle',
  active_tool: null,
  tool_counts: {},
  timeline: [],
  totals: { calls: 0, duration_ms: 0, started_at: null },
}

export class MockActivity {
  /** `publish(topic, event, data)` tells the sockets. */
  constructor({ publish }) {
    this.publish = publish
    this.kept = new Map()
    this.nextId = 1
  }

  #of(agent) {
    const { name } = agent.item
    if (!this.kept.has(name)) {
      const made = {
        calls: [],
        counts: {},
        totals: { ...IDLE.totals },
        tokens: 9400,
        cost: 0.021,
        messages: 4,
      }
      this.kept.set(name, made)
      if (agent.heat > 0.1) this.#past(made, 64)
    }
    return this.kept.get(name)
  }

  #past(made, count) {
    for (let n = count; n > 0; n -= 1) {
      const at = Date.now() - n * 21_000
      const call = this.#begin(made, n, at)
      this.#end(made, call, at + 40 + ((n * 7919) % 9000))
    }
  }

  #begin(made, seed, at) {
    const which = seed % CALLS.length
    const [tool, input, input_summary, output] = CALLS[which]
    const call = {
      id: `toolu_${this.nextId++}`,
      tool,
      input,
      input_summary,
      output_summary: null,
      duration_ms: null,
      started_at: zoned(at),
      ended_at: null,
      success: null,
      status: 'running',
      execution_id: 'run-1',
      output,
      good: which !== FAILS,
    }
    made.calls.unshift(call)
    made.calls.splice(KEPT)
    made.counts[tool] = (made.counts[tool] ?? 0) + 1
    made.totals.calls += 1
    made.totals.started_at ??= call.started_at
    return call
  }

  #end(made, call, at) {
    call.ended_at = zoned(at)
    call.duration_ms = at - Date.parse(call.started_at)
    call.success = call.good
    call.status = 'completed'
    call.output_summary = call.output.slice(0, 500)
    made.totals.duration_ms += call.duration_ms
  }

  #shown({ output, good, ...call }, withInput) {
    void output
    void good
    if (!withInput) delete call.input
    return call
  }

  #now(made) {
    const open = made.calls.find((call) => call.status === 'running')
    return {
      status: open ? 'running' : 'idle',
      active_tool: open
        ? { name: open.tool, input_summary: open.input_summary, started_at: open.started_at }
        : null,
      tool_counts: made.counts,
      totals: made.totals,
    }
  }

  #session(made) {
    return {
      session_started: true,
      message_count: made.messages,
      total_cost_usd: made.cost,
      context_tokens: made.tokens,
      context_window: 200_000,
      context_percent: Math.round(made.tokens / 200) / 10,
      model: 'sonnet',
    }
  }

  /** One call is begun, or the one under way is ended, with every tick. */
  tick(agent) {
    const made = this.#of(agent)
    if (agent.heat <= 0.1) return
    let call = made.calls.find((one) => one.status === 'running')
    if (call === undefined) call = this.#begin(made, this.nextId, Date.now())
    else {
      this.#end(made, call, Date.now())
      made.tokens = Math.min(196_000, made.tokens + 1700)
      made.cost += 0.0042
      made.messages += 1
      this.publish(`agent:${agent.item.name}:activity`, 'agent_session_update', {
        name: agent.item.name,
        ...this.#session(made),
      })
    }
    this.publish(`agent:${agent.item.name}:activity`, 'agent_activity_update', {
      name: agent.item.name,
      ...this.#now(made),
      upsert: [this.#shown(call, false)],
    })
  }

  snapshot(agent) {
    const made = this.#of(agent)
    return {
      name: agent.item.name,
      connection: 'up',
      ...this.#now(made),
      timeline: made.calls.slice(0, 50).map((call) => this.#shown(call, false)),
      timeline_total: made.calls.length,
      session: this.#session(made),
      startup: { workspace: 'ok', workspace_error: null, setup: 'none' },
    }
  }

  /** The answer, or undefined when the call is not one of these. */
  answer(method, agent, rest) {
    const made = this.#of(agent)
    const runs = agent.item.status === 'running'
    if (rest === '/chat/session')
      return runs ? [200, this.#session(made)] : [400, { detail: 'Agent is not running' }]
    const [, id] = /^\/activity(?:\/(.+))?$/.exec(rest ?? '') ?? [null, null]
    if (id === null) return undefined
    if (method === 'DELETE') {
      Object.assign(made, { calls: [], counts: {}, totals: { ...IDLE.totals } })
      this.publish(`agent:${agent.item.name}:activity`, 'agent_activity_update', {
        name: agent.item.name,
        ...this.#now(made),
        upsert: [],
        cleared: true,
      })
      return [200, { status: 'cleared', message: 'Session activity cleared' }]
    }
    if (id === undefined)
      return [
        200,
        runs
          ? { ...this.#now(made), timeline: made.calls.map((call) => this.#shown(call, true)) }
          : IDLE,
      ]
    const call = made.calls.find((one) => one.id === id)
    if (call === undefined) return [404, { detail: `Tool call ${id} not found` }]
    const { tool, input, output, duration_ms, started_at, ended_at, success, status } = call
    return [
      200,
      {
        id,
        tool,
        input,
        output: status === 'running' ? null : output,
        duration_ms,
        started_at,
        ended_at,
        success,
      },
    ]
  }
}
