// What the fleet does now and who of it needs a person, for the mock server: turns that go from tool to tool, and a few
// agents in trouble. All of it is invented.
import { zoned } from './mock-fleet.mjs'

const MINUTE = 60_000
const TOOLS = [
  ['Bash', 'npm test --silent'],
  ['Read', '/home/developer/src/compare.py'],
  ['WebSearch', 'changes of the tariff since May'],
  ['Edit', '/home/developer/notes/day.md'],
  ['Grep', 'TODO'],
  ['mcp__tracker__list_issues', 'state=open'],
]
const ASKS = ['Count the open questions', 'Compare the two offers', 'Write the weekly note']

/** Which agents are in trouble when there are enough of them: place in the list, kind, minutes, sentence. */
const TROUBLE = [
  [2, 'waiting', 4, 'It asks: may I delete the branch “old-prices”?'],
  [8, 'waiting', 31, 'It shows a plan and waits for a yes.'],
  [5, 'failed', 12, 'Its last run failed: the answer took longer than its limit of 10 min.'],
  [13, 'failed', 95, 'Ended by itself, out of memory.'],
  [17, 'failed', 240, 'Its last run failed: the key was refused.'],
  [19, 'stuck', 7, 'No sign of life for 7 min while Bash runs.'],
  [24, 'over_budget', 50, '$5.02 of $5.00 are spent today; new runs are refused.'],
  [28, 'slow', 3, 'Held back by its CPU limit 72 % of the time.'],
  [33, 'slow', 9, 'Memory is at 97 % of its limit.'],
  [36, 'unreachable', 2, 'Its container runs, but the agent has not answered for 2 min.'],
]

export class MockWork {
  #attention = new Map()
  #turns = new Map()

  /** With `calm` nobody is in trouble at the beginning. */
  constructor({ agents, publish, calm = false }) {
    this.agents = agents
    this.publish = publish
    const names = [...agents.keys()]
    if (!calm)
      for (const [at, kind, minutes, detail] of TROUBLE) {
        const name = names[at]
        if (name === undefined || (names.length < 12 && at > 2)) continue
        this.#put(name, kind, minutes, detail)
      }
    for (const [n, name] of names.entries()) {
      const { reason, exit_code } = agents.get(name).item
      if (!calm && reason === 'exit' && exit_code !== 0)
        this.#put(name, 'failed', 3 * n, `Ended by itself with exit code ${exit_code}.`, null)
      if (n % 9 === 1 && this.#runs(name))
        this.#turns.set(name, this.#turn(name, n, 20_000 * (n + 1)))
    }
  }

  #runs(name) {
    return this.agents.get(name)?.item.status === 'running'
  }

  #put(name, kind, minutes, detail, run = `run-of-${name}`) {
    const since = zoned(Date.now() - minutes * MINUTE)
    const execution_id = ['failed', 'stuck', 'waiting'].includes(kind) ? run : null
    const items = this.#attention.get(name) ?? []
    this.#attention.set(name, [...items, { kind, since, detail, execution_id }])
  }

  #turn(name, n, back) {
    const [tool, input_summary] = TOOLS[n % TOOLS.length]
    const now = n % 3 === 2 ? 'model' : 'tool'
    return {
      name,
      execution_id: `run-of-${name}`,
      started_at: zoned(Date.now() - back),
      now,
      now_since: zoned(Date.now() - (back % 90_000)),
      tool: now === 'tool' ? { name: tool, input_summary } : null,
      step: n,
    }
  }

  #row(turn) {
    const row = { ...turn }
    delete row.step
    return row
  }

  attention() {
    return [...this.#attention].map(([name, attention]) => ({ name, attention }))
  }

  turns() {
    return [...this.#turns.values()].filter((one) => this.#runs(one.name)).map(this.#row)
  }

  /** The newest activities: those of the runs that go on. */
  activities() {
    return this.turns().map(({ name, execution_id, started_at }, n) => ({
      id: `activity-of-${name}`,
      name,
      agent_name: name,
      activity_type: 'chat_start',
      activity_state: 'started',
      parent_activity_id: null,
      started_at,
      completed_at: null,
      duration_ms: null,
      user_id: 1,
      triggered_by: 'user',
      related_chat_message_id: null,
      related_execution_id: execution_id,
      details: { message_preview: ASKS[n % ASKS.length], parallel_mode: n % 2 === 0 },
      error: null,
      created_at: started_at,
    }))
  }

  /** A few of the turns go on to their next step. */
  tick() {
    const moved = []
    const gone = []
    for (const [name, turn] of this.#turns) {
      if (!this.#runs(name)) {
        this.#turns.delete(name)
        gone.push(name)
      } else if (Math.random() < 0.25) {
        const next = { ...this.#turn(name, turn.step + 1, 0), started_at: turn.started_at }
        this.#turns.set(name, next)
        moved.push(this.#row(next))
      }
    }
    if (moved.length + gone.length > 0)
      this.publish('agents:stats', 'agents_turns_update', {
        agents: moved,
        ...(gone.length > 0 ? { gone } : {}),
      })
  }

  /** The figures of a day, so that not all agents have the same. */
  day(figures) {
    const { name } = figures
    const part = ([...name].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 10) / 6
    const scaled = Object.fromEntries(
      ['task_count_24h', 'success_count', 'failed_count'].map((key) => [
        key,
        Math.round(figures[key] * part),
      ]),
    )
    return {
      ...figures,
      ...scaled,
      total_cost: Math.round(figures.total_cost * part * 10_000) / 10_000,
      running_count: Math.max(figures.running_count, this.#turns.has(name) ? 1 : 0),
    }
  }

  /** One more agent in trouble, or one less: /dev/attend/<agent>/<kind or none>. */
  set(name, kind) {
    if (kind === 'none') this.#attention.delete(name)
    else this.#put(name, kind, 0, TROUBLE.find(([, one]) => one === kind)?.[3] ?? '')
    this.publish('agents:stats', 'agents_attention_update', {
      agents: [{ name, attention: this.#attention.get(name) ?? [] }],
    })
  }
}
