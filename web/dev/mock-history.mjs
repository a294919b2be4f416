// What the fleet did in the last days, for the mock server: runs of all kinds, and agents that ask each other in teams. All
// of it is invented, and the same for the same agents and number.
import { naive } from './mock-fleet.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TEAM = 7
const ASKS = [
  'Compare the two offers and say which one is cheaper over three years',
  'Count the open questions of the week',
  'Write the weekly note for the team',
  'Look through the logs of last night',
  'Translate the release notes into German',
  'Check the invoice 2291 against the order',
  'Summarise the meeting in five points',
  'Update the dependency list and run the tests',
]
const PLANS = ['Daily report', 'Nightly tests', 'Inbox every quarter of an hour', 'Weekly digest']
const ERRORS = [
  'The answer took longer than its limit of 10 min.',
  'The model did not answer: overloaded (529).',
  'The tool Bash failed three times.',
]

/** Chance that is the same every time. */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296
    return state / 4294967296
  }
}

export class MockHistory {
  #rows = []
  #made = 0

  /** `others()` are the rows that other parts of the mock keep; they are told, too. */
  constructor({ agents, publish, count, others }) {
    this.agents = agents
    this.publish = publish
    this.others = others
    this.chance = seeded(7)
    const names = [...agents.keys()]
    if (names.length > 0) while (this.#rows.length < count) this.#event(names)
    this.#rows.sort((a, b) => b.created_at.localeCompare(a.created_at) || (a.id < b.id ? 1 : -1))
  }

  #pick(list) {
    return list[Math.floor(this.chance() * list.length)]
  }

  /** More of it lately, and more by day. */
  #moment() {
    const back = this.chance() < 0.6 ? this.chance() ** 1.4 * DAY : DAY + this.chance() * 6 * DAY
    const at = Date.now() - back - 20_000
    const hour = new Date(at).getHours()
    return (hour < 7 || hour > 20) && this.chance() < 0.6 ? this.#moment() : at
  }

  #row(agent, type, at, took, fields) {
    this.#made += 1
    const failed = this.chance() < 0.05
    const ended = at + took < Date.now()
    const row = {
      id: `h${String(this.#made).padStart(6, '0')}`,
      name: agent,
      agent_name: agent,
      activity_type: type,
      activity_state: !ended ? 'started' : failed ? 'failed' : 'completed',
      parent_activity_id: null,
      started_at: naive(at),
      completed_at: ended ? naive(at + took) : null,
      duration_ms: ended ? Math.round(took) : null,
      user_id: 1,
      triggered_by: 'user',
      related_chat_message_id: null,
      related_execution_id: `run-${this.#made}`,
      details: { message_preview: this.#pick(ASKS) },
      error: ended && failed ? this.#pick(ERRORS) : null,
      created_at: naive(at),
      ...fields,
    }
    this.#rows.push(row)
    return row
  }

  #event(names) {
    // Few do most of the work; every fifth does nothing at all.
    const at = Math.floor(this.chance() ** 1.6 * names.length)
    if (at % 5 === 4) return
    const agent = names[at]
    const when = this.#moment()
    const took = 8_000 + this.chance() ** 3 * 24 * MINUTE
    const kind = this.chance()
    if (kind < 0.3) this.#ask(names, at, when, took)
    else if (kind < 0.6)
      this.#row(agent, 'schedule_start', when, took, {
        triggered_by: 'schedule',
        details: { schedule_name: this.#pick(PLANS), message_preview: this.#pick(ASKS) },
      })
    else
      this.#row(agent, 'chat_start', when, took, {
        triggered_by: kind < 0.8 ? 'user' : 'manual',
        details: { message_preview: this.#pick(ASKS), parallel_mode: kind >= 0.8 },
      })
  }

  /** Mostly the head of a team asks its members; now and then another head. */
  #ask(names, at, when, took) {
    const head = at - (at % TEAM)
    const member = head + 1 + Math.floor(this.chance() * (TEAM - 2))
    const far = (head + TEAM * (1 + Math.floor(this.chance() * 3))) % names.length
    const [source, target] = [names[head], names[this.chance() < 0.85 ? member : far]]
    if (source !== undefined && target !== undefined && source !== target)
      this.#asked(source, target, when, took)
  }

  #asked(source, target, when, took) {
    const details = { source_agent: source, target_agent: target, action: 'parallel_task' }
    const message_preview = this.#pick(ASKS)
    const call = this.#row(source, 'agent_collaboration', when, took, {
      triggered_by: 'agent',
      details: { ...details, message_preview },
    })
    const run = this.#row(target, 'chat_start', when + 300, took - 400, {
      triggered_by: 'agent',
      parent_activity_id: call.id,
      related_execution_id: call.related_execution_id,
      activity_state: call.activity_state,
      error: call.error,
      details: { source_agent: source, parallel_mode: true, message_preview },
    })
    if (call.activity_state === 'started')
      Object.assign(run, { completed_at: null, duration_ms: null })
    return [call, run]
  }

  /** One agent asks another just now: /dev/ask/<source>/<target>. */
  ask(source, target) {
    const rows = this.#asked(source, target, Date.now(), 90_000)
    this.#rows = [...rows.reverse(), ...this.#rows.slice(0, -2)]
    for (const row of rows) this.publish('activities', 'activity_event', row)
    this.publish('activities', 'agent_collaboration', {
      source_agent: source,
      target_agent: target,
      action: 'parallel_task',
      timestamp: naive(Date.now()),
    })
  }

  /** As GET /api/activities/timeline tells it. */
  answer(query) {
    const from = Date.parse(query.get('start_time') ?? '2020-01-01T00:00:00Z')
    const types = (query.get('activity_types') ?? '').split(',').filter(Boolean)
    const moment = (text) => Date.parse(/Z$/.test(text) ? text : `${text}Z`)
    const time = (row) => moment(row.started_at)
    const ended = (row) => moment(row.completed_at)
    const known = [...this.#rows, ...this.others()]
      .filter((row) => types.length === 0 || types.includes(row.activity_type))
      .filter((row) => this.agents.has(row.agent_name))
      .sort((a, b) => time(b) - time(a) || (a.id < b.id ? 1 : -1))
    const fit = known.filter((row) => time(row) >= from)
    const before = query.get('before')
    const at = before === null ? 0 : fit.findIndex((row) => row.id === before) + 1
    if (before !== null && at === 0) return [422, { detail: 'No such activity' }]
    const activities = fit.slice(at, at + Number(query.get('limit') ?? 100))
    const extent = {
      total: fit.length,
      counted_all: true,
      open: known.filter((row) => row.activity_state === 'started' && time(row) < from),
      reaching: known.filter((row) => row.completed_at && time(row) < from && ended(row) >= from),
    }
    return [
      200,
      {
        count: activities.length,
        activities,
        ...(query.get('extent') === 'true' ? extent : {}),
      },
    ]
  }
}
