// Conversations, tasks and their records for the mock server: one slot per agent, answers that are written piece by
// piece, transcripts, stored sessions, activities and figures. All of it is invented.
import { randomUUID } from 'node:crypto'
import { MockScripts } from './mock-scripts.mjs'
import { naive, zoned } from './mock-fleet.mjs'

const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const id22 = () => randomUUID().replaceAll('-', '').slice(0, 22)
const PREVIEW = 100
const ME = 'admin@example.com'

export class MockRuns {
  /** `agents`: name to agent; `publish(topic, event, data)` tells the sockets; `pace` stretches every wait. */
  constructor({ agents, publish, pace = 1 }) {
    this.agents = agents
    this.publish = publish
    this.pace = pace
    this.scripts = new MockScripts()
    this.kept = new Map()
    this.activities = []
    this.halt = { halted: false, since: null, by: null, reason: null }
    this.fleetBudget = { cost_per_day: null, run_seconds: null }
    this.failNext = null
    this.refuseNext = null
  }

  of(agent) {
    const { name } = agent.item
    if (!this.kept.has(name)) {
      this.kept.set(name, {
        rows: [],
        logs: new Map(),
        writing: new Map(),
        waiting: [],
        current: null,
        sessions: [],
        messages: new Map(),
        model: 'sonnet',
        budget: { cost_per_day: null, run_seconds: null },
        spent: 0.4312,
        keys: new Map(),
        live: new Map(),
        context: 15_230,
      })
      this.#past(agent)
    }
    return this.kept.get(name)
  }

  // ------------------------------------------------------------------ what was before

  #past(agent) {
    const made = this.kept.get(agent.item.name)
    const now = Date.now()
    for (let n = 0; n < 137; n += 1) {
      const at = now - (n + 1) * 41 * 60_000
      const script = this.scripts.task(n)
      const failed = n % 11 === 4
      const row = this.#row(
        agent,
        script.message,
        ['manual', 'schedule', 'agent', 'mcp'][n % 4],
        at,
      )
      made.rows.push(row)
      made.logs.set(row.id, script.log)
      Object.assign(row, {
        status: failed ? 'failed' : 'success',
        completed_at: naive(at + script.ms),
        duration_ms: script.ms,
        response: failed ? null : script.answer,
        error: failed ? script.error : null,
        cost: script.cost,
        context_used: 9140 + n * 311,
        context_max: 200_000,
        tool_calls: script.calls,
      })
    }
    for (const [back, turns] of [
      [3 * 86_400_000, 4],
      [26 * 3_600_000, 2],
    ])
      this.#oldSession(agent, made, now - back, turns, 'closed')
    if (agent.heat > 0.1) this.#oldSession(agent, made, now - 22 * 60_000, 2, 'active')
  }

  #oldSession(agent, made, at, turns, status) {
    const session = this.#session(agent, at)
    session.status = status
    made.sessions.unshift(session)
    const list = []
    made.messages.set(session.id, list)
    for (let n = 0; n < turns; n += 1) {
      const script = this.scripts.chat(n)
      const asked = at + n * 180_000
      list.push(this.#message(session, 'user', script.message, asked))
      list.push({
        ...this.#message(session, 'assistant', script.answer, asked + script.ms),
        cost: script.cost,
        context_used: 15_230,
        context_max: 200_000,
        tool_calls: script.calls,
        execution_time_ms: script.ms,
      })
      session.total_cost += script.cost
      session.last_message_at = naive(asked + script.ms)
    }
    session.message_count = list.length
  }

  #session(agent, at) {
    return {
      id: id22(),
      agent_name: agent.item.name,
      user_id: 1,
      user_email: ME,
      started_at: naive(at),
      last_message_at: naive(at),
      message_count: 0,
      total_cost: 0,
      total_context_used: 15_230,
      total_context_max: 200_000,
      status: 'active',
    }
  }

  #message(session, role, content, at) {
    return {
      id: id22(),
      session_id: session.id,
      agent_name: session.agent_name,
      user_id: 1,
      user_email: ME,
      role,
      content,
      timestamp: naive(at),
      cost: null,
      context_used: null,
      context_max: null,
      tool_calls: null,
      execution_time_ms: null,
    }
  }

  #row(agent, message, triggered_by, at) {
    return {
      id: id22(),
      schedule_id: triggered_by === 'schedule' ? 'daily' : '__manual__',
      agent_name: agent.item.name,
      status: 'running',
      started_at: naive(at),
      completed_at: null,
      duration_ms: null,
      message,
      response: null,
      error: null,
      triggered_by,
      context_used: null,
      context_max: null,
      cost: null,
      tool_calls: null,
      execution_log: null,
    }
  }

  // ------------------------------------------------------------------ live

  topic(agent, part) {
    const made = this.of(agent)
    if (part === 'executions')
      return {
        queue: this.queue(agent),
        running: this.#running(made),
        executions: made.rows.slice(0, 50),
      }
    return null
  }

  runTopic(agent, id) {
    const made = this.of(agent)
    const row = made.rows.find((one) => one.id === id)
    if (row === undefined) return null
    const log = made.logs.get(id) ?? []
    return {
      execution: row,
      log,
      log_from: 0,
      log_total: log.length,
      partial: made.writing.get(id) ?? '',
      state: row.status === 'running' ? 'following' : 'ended',
    }
  }

  queue(agent) {
    const made = this.of(agent)
    return {
      agent_name: agent.item.name,
      is_busy: made.current !== null,
      current_execution: made.current,
      queue_length: made.waiting.length,
      queued_executions: made.waiting.map((one) => one.entry),
    }
  }

  #running(made) {
    return made.rows
      .filter((row) => row.status === 'running')
      .map((row) => ({
        execution_id: row.id,
        agent_execution_id: row.id,
        message_preview: row.message.slice(0, PREVIEW),
        started_at: row.started_at,
        triggered_by: row.triggered_by,
        chat: made.live.get(row.id)?.kind === 'chat',
      }))
  }

  #tellQueue(agent) {
    const { name } = agent.item
    const queue = this.queue(agent)
    this.publish(`agent:${name}:executions`, 'agent_queue_update', {
      name,
      ...queue,
      running: this.#running(this.of(agent)),
    })
  }

  #tellRow(agent, event, row) {
    const { name } = agent.item
    this.publish(`agent:${name}:executions`, event, { name, ...row })
    if (event === 'execution_finished')
      this.publish(`execution:${name}:${row.id}`, event, { name, ...row })
    this.#tellFigures(agent)
  }

  context(agent) {
    const made = this.of(agent)
    const busy = made.rows.some((row) => row.status === 'running')
    const runs = agent.item.status === 'running'
    return {
      name: agent.item.name,
      status: agent.item.status,
      activityState: !runs ? 'offline' : busy ? 'active' : 'idle',
      contextPercent: runs ? Math.round(made.context / 200) / 10 : 0,
      contextUsed: runs ? made.context : 0,
      contextMax: 200_000,
      lastActivityTime: made.rows[0]?.started_at ?? null,
    }
  }

  figures(agent) {
    const made = this.of(agent)
    const day = made.rows.filter(
      (row) => Date.parse(`${row.started_at}Z`) > Date.now() - 86_400_000,
    )
    const count = (status) => day.filter((row) => row.status === status).length
    return {
      name: agent.item.name,
      task_count_24h: day.length,
      success_count: count('success'),
      failed_count: count('failed'),
      running_count: count('running'),
      success_rate: day.length === 0 ? 0 : Math.round((count('success') / day.length) * 1000) / 10,
      total_cost: Math.round(day.reduce((sum, row) => sum + (row.cost ?? 0), 0) * 10_000) / 10_000,
      last_execution_at: day[0]?.started_at ?? null,
    }
  }

  #tellFigures(agent) {
    this.publish('agents:stats', 'agents_context_update', { agents: [this.context(agent)] })
    this.publish('agents:stats', 'agents_execution_stats_update', { agents: [this.figures(agent)] })
  }

  // ------------------------------------------------------------------ activities

  #activity(agent, type, triggered_by, fields = {}) {
    const one = {
      id: randomUUID(),
      agent_name: agent.item.name,
      activity_type: type,
      activity_state: 'started',
      parent_activity_id: null,
      started_at: naive(Date.now()),
      completed_at: null,
      duration_ms: null,
      user_id: 1,
      triggered_by,
      related_chat_message_id: null,
      related_execution_id: null,
      details: {},
      error: null,
      created_at: naive(Date.now()),
      ...fields,
    }
    this.activities.unshift(one)
    this.activities.splice(2000)
    this.publish('activities', 'activity_event', one)
    return one
  }

  #endActivity(one, failed, details = {}, error = null) {
    const began = Date.parse(`${one.started_at}Z`)
    Object.assign(one, {
      activity_state: failed ? 'failed' : 'completed',
      completed_at: naive(Date.now()),
      duration_ms: Math.max(1, Date.now() - began),
      details: { ...one.details, ...details },
      error,
    })
    this.publish('activities', 'activity_event', one)
  }

  #pastActivities(agent) {
    if (this.activities.some((one) => one.agent_name === agent.item.name && one.past)) return
    const made = this.of(agent)
    const list = []
    for (const [n, row] of made.rows.slice(0, 60).entries()) {
      const type = row.triggered_by === 'schedule' ? 'schedule_start' : 'chat_start'
      const parent = {
        id: randomUUID(),
        agent_name: agent.item.name,
        activity_type: type,
        activity_state:
          row.status === 'failed' ? 'failed' : row.status === 'running' ? 'started' : 'completed',
        parent_activity_id: null,
        started_at: row.started_at,
        completed_at: row.completed_at,
        duration_ms: row.duration_ms,
        user_id: 1,
        triggered_by: { schedule: 'schedule', agent: 'agent' }[row.triggered_by] ?? 'manual',
        related_chat_message_id: null,
        related_execution_id: row.id,
        details: {
          message_preview: row.message.slice(0, PREVIEW),
          source_agent: row.triggered_by === 'agent' ? 'inbox-triage' : null,
          schedule_name: 'Daily report',
          cost_usd: row.cost,
          tool_count: 2,
        },
        error: row.error,
        created_at: row.started_at,
        past: true,
      }
      list.push(parent)
      for (const tool of n % 3 === 0 ? ['Bash', 'Read'] : [])
        list.push({
          ...parent,
          id: randomUUID(),
          activity_type: 'tool_call',
          activity_state: 'completed',
          parent_activity_id: parent.id,
          duration_ms: 410,
          details: { tool_name: tool, duration_ms: 410, success: true },
          error: null,
        })
    }
    this.activities.push(...list)
    this.activities.sort((a, b) => b.created_at.localeCompare(a.created_at))
  }

  // ------------------------------------------------------------------ runs

  async #refusal(agent) {
    if (this.refuseNext !== null) {
      const answer = this.refuseNext
      this.refuseNext = null
      return answer
    }
    if (agent.item.status !== 'running') return [503, { detail: 'Agent is not running' }]
    if (this.halt.halted)
      return [
        503,
        {
          detail: `All runs are stopped by ${this.halt.by} since ${this.halt.since}; an administrator can resume them`,
        },
      ]
    const made = this.of(agent)
    if (made.budget.cost_per_day !== null && made.spent >= made.budget.cost_per_day)
      return [
        402,
        {
          detail: `The daily budget of agent '${agent.item.name}' is used up (${made.spent.toFixed(2)} of ${made.budget.cost_per_day.toFixed(2)} USD). New runs start at 00:00 UTC.`,
        },
      ]
    return null
  }

  async chat(agent, message, key) {
    const made = this.of(agent)
    if (made.keys.has(key)) return [202, made.keys.get(key), { 'Idempotency-Replayed': 'true' }]
    const refused = await this.#refusal(agent)
    if (refused !== null) return refused
    if (made.waiting.length >= 3)
      return [
        429,
        {
          detail: {
            error: 'Agent queue is full',
            agent: agent.item.name,
            queue_length: 3,
            retry_after: 30,
            message: `${agent.item.name} has 3 requests waiting already; try again in half a minute`,
          },
        },
      ]
    const row = this.#row(agent, message, 'manual', Date.now())
    const entry = this.#entry(agent, message, 'user', ME, row.id)
    made.rows.unshift(row)
    made.live.set(row.id, { kind: 'chat', stopped: false })
    made.logs.set(row.id, [])
    const session = this.#open(agent)
    const asked = this.#message(session, 'user', message, Date.now())
    made.messages.get(session.id).push(asked)
    session.message_count += 1
    session.last_message_at = asked.timestamp
    const queued = made.current !== null
    const answer = {
      execution: {
        id: entry.id,
        task_execution_id: row.id,
        queue_status: queued ? `queued:${made.waiting.length + 1}` : 'running',
        was_queued: queued,
      },
    }
    if (key) made.keys.set(key, answer)
    this.#tellRow(agent, 'execution_started', row)
    const turn = { entry, row, session, message }
    if (queued) {
      made.waiting.push(turn)
      this.#tellQueue(agent)
    } else void this.#turn(agent, turn)
    return [202, answer]
  }

  #entry(agent, message, source, who, execution_id, extra = {}) {
    return {
      id: randomUUID(),
      agent_name: agent.item.name,
      source,
      source_agent: null,
      source_user_id: '1',
      source_user_email: who,
      message: message.slice(0, PREVIEW),
      queued_at: naive(Date.now()),
      started_at: null,
      status: 'queued',
      execution_id,
      ...extra,
    }
  }

  #open(agent) {
    const made = this.of(agent)
    let session = made.sessions.find((one) => one.status === 'active' && one.user_email === ME)
    if (session === undefined) {
      session = this.#session(agent, Date.now())
      made.sessions.unshift(session)
      made.messages.set(session.id, [])
    }
    return session
  }

  async #turn(agent, { entry, row, session, message }) {
    const made = this.of(agent)
    made.current = { ...entry, started_at: naive(Date.now()), status: 'running' }
    this.#tellQueue(agent)
    const activity = this.#activity(agent, 'chat_start', 'user', {
      related_execution_id: row.id,
      details: { message_preview: message.slice(0, PREVIEW) },
    })
    const script = this.scripts.answerTo(message)
    const done = await this.#play(agent, row, script, activity)
    if (done) {
      const answered = this.#message(session, 'assistant', script.answer, Date.now())
      Object.assign(answered, {
        cost: script.cost,
        context_used: made.context,
        context_max: 200_000,
        tool_calls: script.calls,
        execution_time_ms: row.duration_ms,
      })
      made.messages.get(session.id).push(answered)
      session.message_count += 1
      session.total_cost += script.cost
      session.last_message_at = answered.timestamp
    }
    this.#finish(agent, row, activity)
    this.#next(agent, entry.id)
  }

  #next(agent, id) {
    const made = this.of(agent)
    if (made.current?.id !== id) return
    made.current = null
    const next = made.waiting.shift()
    this.#tellQueue(agent)
    if (next !== undefined) void this.#turn(agent, next)
  }

  /** Writes the transcript of a run as an agent would. False when it was stopped or failed. */
  async #play(agent, row, script, activity) {
    const made = this.of(agent)
    const state = made.live.get(row.id)
    const topic = `execution:${agent.item.name}:${row.id}`
    const log = made.logs.get(row.id)
    const failed = this.failNext
    this.failNext = null
    const put = (entry) => {
      this.publish(topic, 'execution_log_append', { entries: [entry], index: log.length })
      log.push(entry)
    }
    for (const step of script.live) {
      await wait((step.before ?? 120) * this.pace)
      if (state.stopped) break
      if (step.write !== undefined) {
        let bytes = 0
        for (const piece of step.write.match(/\S+\s*|\s+/g) ?? []) {
          if (state.stopped) break
          this.publish(topic, 'execution_text', { text: piece, at: bytes })
          bytes += Buffer.byteLength(piece)
          made.writing.set(row.id, (made.writing.get(row.id) ?? '') + piece)
          await wait(26 * this.pace)
        }
        made.writing.delete(row.id)
      }
      if (state.stopped) break
      put(step.entry)
      if (step.write !== undefined) this.publish(topic, 'execution_text', { text: '', at: 0 })
      for (const block of step.entry.message?.content ?? [])
        if (block.type === 'tool_use')
          this.#endActivity(
            this.#activity(agent, 'tool_call', activity.triggered_by, {
              parent_activity_id: activity.id,
              related_execution_id: row.id,
              details: { tool_name: block.name, success: true },
            }),
            false,
          )
      if (failed !== null && step.entry.type === 'user') {
        Object.assign(row, { status: 'failed', error: failed })
        return false
      }
    }
    if (state.stopped) {
      Object.assign(row, { status: 'failed', error: 'Execution terminated by user' })
      return false
    }
    Object.assign(row, {
      status: 'success',
      response: script.answer,
      cost: script.cost,
      context_used: made.context,
      context_max: 200_000,
      tool_calls: script.calls,
      duration_ms: Date.now() - Date.parse(`${row.started_at}Z`),
    })
    made.context = Math.min(196_000, made.context + 2100)
    made.spent += script.cost
    return true
  }

  #finish(agent, row, activity) {
    row.completed_at = naive(Date.now())
    row.duration_ms = Math.max(1, Date.now() - Date.parse(`${row.started_at}Z`))
    delete row.execution_id
    this.#endActivity(
      activity,
      row.status === 'failed',
      { cost_usd: row.cost, tool_count: 2 },
      row.error,
    )
    this.#tellRow(agent, 'execution_finished', row)
    this.#tellQueue(agent)
  }

  async task(agent, given, key) {
    const made = this.of(agent)
    if (made.keys.has(key)) return [202, made.keys.get(key)]
    const refused = await this.#refusal(agent)
    if (refused !== null) return refused
    if (given.message === '')
      return [
        422,
        { detail: [{ loc: ['body', 'message'], msg: 'Must not be empty', type: 'value_error' }] },
      ]
    const row = this.#row(agent, given.message, 'manual', Date.now())
    row.execution_id = row.id
    made.rows.unshift(row)
    made.live.set(row.id, { kind: 'task', stopped: false })
    made.logs.set(row.id, [])
    const answer = { execution: { id: null, task_execution_id: row.id } }
    if (key) made.keys.set(key, answer)
    this.#tellRow(agent, 'execution_started', row)
    this.#tellQueue(agent)
    const activity = this.#activity(agent, 'chat_start', 'manual', {
      related_execution_id: row.id,
      details: { message_preview: given.message.slice(0, PREVIEW), parallel_mode: true },
    })
    void this.#play(agent, row, this.scripts.answerTo(given.message), activity).then(() =>
      this.#finish(agent, row, activity),
    )
    return [202, answer]
  }

  async terminate(agent, id) {
    const made = this.of(agent)
    const row = made.rows.find((one) => one.id === id)
    if (row?.status !== 'running') return [404, { detail: 'Execution not found in agent' }]
    const at = made.waiting.findIndex((one) => one.row.id === id)
    if (at >= 0) {
      const [turn] = made.waiting.splice(at, 1)
      Object.assign(turn.row, { status: 'failed', error: 'Execution terminated by user' })
      this.#finish(agent, turn.row, this.#activity(agent, 'chat_start', 'user'))
    } else {
      made.live.get(id).stopped = true
      await wait(400)
    }
    return [200, { status: 'terminated', execution_id: id }]
  }

  /** Somebody else holds the slot. */
  hold(agent, who, seconds = 60) {
    const made = this.of(agent)
    const other = who.includes('@')
    const entry = this.#entry(
      agent,
      'Compare the last two releases',
      other ? 'user' : 'agent',
      who,
      null,
      other ? {} : { source_agent: who, source_user_email: null },
    )
    made.current = { ...entry, started_at: naive(Date.now() - 42_000), status: 'running' }
    this.#tellQueue(agent)
    setTimeout(() => this.#next(agent, entry.id), seconds * 1000)
  }

  crowd(agent) {
    const made = this.of(agent)
    while (made.waiting.length < 3) {
      const row = this.#row(agent, 'What is new?', 'manual', Date.now())
      const session = this.#session(agent, Date.now())
      session.user_email = 'maria@example.com'
      made.messages.set(session.id, [])
      made.live.set(row.id, { kind: 'chat', stopped: false })
      made.logs.set(row.id, [])
      made.waiting.push({
        entry: this.#entry(agent, 'What is new?', 'user', 'maria@example.com', row.id),
        row,
        session,
        message: 'What is new?',
      })
    }
    this.#tellQueue(agent)
  }

  // ------------------------------------------------------------------ REST

  /** The answer, or undefined when the call is not one of these. */
  async answer(request, agent, rest, query, body) {
    const { method } = request
    const made = this.of(agent)
    const key = request.headers['idempotency-key'] ?? ''
    const given = () => (body === '' ? {} : JSON.parse(body))
    switch (`${method} ${rest ?? ''}`) {
      case 'POST /chat':
        return this.chat(agent, given().message, key)
      case 'POST /task':
        return this.task(agent, given(), key)
      case 'GET /queue':
        return [200, this.queue(agent)]
      case 'POST /queue/clear': {
        const dropped = made.waiting.splice(0)
        for (const turn of dropped) {
          Object.assign(turn.row, {
            status: 'failed',
            error: "Request was removed from the agent's queue",
          })
          this.#finish(agent, turn.row, this.#activity(agent, 'chat_start', 'user'))
        }
        this.#tellQueue(agent)
        return [200, { status: 'cleared', agent: agent.item.name, cleared_count: dropped.length }]
      }
      case 'POST /queue/release': {
        const was_running = made.current !== null
        if (was_running) this.#next(agent, made.current.id)
        return [
          200,
          {
            status: 'released',
            agent: agent.item.name,
            was_running,
            warning: 'Queue state was reset',
          },
        ]
      }
      case 'GET /executions':
        return [200, this.#list(made, query)]
      case 'GET /chat/sessions': {
        const wanted = query.get('status')
        const sessions = made.sessions
          .filter((one) => wanted === null || one.status === wanted)
          .sort((a, b) => b.last_message_at.localeCompare(a.last_message_at))
        return [200, { agent_name: agent.item.name, session_count: sessions.length, sessions }]
      }
      case 'GET /chat/search':
        return [200, this.#search(made, query.get('q') ?? '')]
      case 'DELETE /chat/history':
        made.context = 0
        this.#tellFigures(agent)
        return [200, { status: 'cleared', session_reset: true }]
      case 'GET /model':
        return agent.item.status === 'running'
          ? [
              200,
              {
                model: made.model,
                runtime: 'claude-code',
                available_models: ['sonnet', 'opus', 'haiku', 'sonnet[1m]'],
                note: '',
              },
            ]
          : [400, { detail: 'Agent is not running' }]
      case 'PUT /model':
        made.model = given().model
        return [200, { status: 'success', model: made.model, note: '' }]
      case 'GET /budget':
        return [200, this.budgetOf(made)]
      case 'PUT /budget':
        made.budget = { ...made.budget, ...given() }
        this.publish('agents', 'agent_budget', { name: agent.item.name, ...this.budgetOf(made) })
        return [200, this.budgetOf(made)]
      case 'GET /activities':
        return [200, this.#listActivities(agent, query)]
    }
    const [, id, part = ''] = /^\/executions\/([^/]+)(\/log|\/terminate)?$/.exec(rest ?? '') ?? []
    if (id !== undefined) return this.#oneRun(agent, method, id, part)
    const [, session, doing = ''] =
      /^\/chat\/sessions\/([^/]+)(\/close|\/export)?$/.exec(rest ?? '') ?? []
    if (session !== undefined) return this.#oneSession(made, session, doing, query)
    return undefined
  }

  budgetOf(made) {
    const limit = made.budget.cost_per_day
    return {
      ...made.budget,
      spent_today: Math.round(made.spent * 10_000) / 10_000,
      day_ends_at: zoned(new Date().setUTCHours(24, 0, 0, 0)),
      reached: limit !== null && made.spent >= limit,
    }
  }

  #list(made, query) {
    const before = query.get('before')
    const at = before === null ? 0 : made.rows.findIndex((row) => row.id === before) + 1
    const [status, by, words] = [
      query.get('filter_status'),
      query.get('filter_triggered_by'),
      (query.get('q') ?? '').toLowerCase(),
    ]
    const [from, to] = ['filter_from', 'filter_to'].map((name) => query.get(name))
    return made.rows
      .slice(at)
      .filter(
        ({ started_at: at }) =>
          (from === null || `${at}Z` >= from) && (to === null || `${at}Z` <= to),
      )
      .filter(
        (row) =>
          (status === null || row.status === status) &&
          (by === null || row.triggered_by === by) &&
          `${row.message} ${row.response ?? ''} ${row.error ?? ''}`.toLowerCase().includes(words),
      )
      .slice(0, Number(query.get('limit') ?? 50))
  }

  async #oneRun(agent, method, id, part) {
    const made = this.of(agent)
    const row = made.rows.find((one) => one.id === id)
    if (part === '/terminate' && method === 'POST') return this.terminate(agent, id)
    if (row === undefined) return [404, { detail: 'Execution not found' }]
    const at = made.rows.indexOf(row)
    const [newer_id, older_id] = [at - 1, at + 1].map((n) => made.rows[n]?.id ?? null)
    if (part === '') return [200, { ...row, newer_id, older_id }]
    const log = made.logs.get(id)
    return row.status === 'running' || log === undefined || log.length === 0
      ? [200, { execution_id: id, has_log: false, log: null, message: 'No transcript' }]
      : [
          200,
          { execution_id: id, has_log: true, log, agent_name: row.agent_name, status: row.status },
        ]
  }

  #oneSession(made, id, doing, query) {
    const session = made.sessions.find((one) => one.id === id)
    if (session === undefined) return [404, { detail: 'Chat session not found' }]
    const all = made.messages.get(id) ?? []
    if (doing === '/close') {
      session.status = 'closed'
      return [200, { status: 'closed', session_id: id }]
    }
    if (doing === '/export') return [200, { session, messages: all }]
    const before = query.get('before')
    const end = before === null ? all.length : all.findIndex((one) => one.id === before)
    const limit = Number(query.get('limit') ?? 100)
    const messages = all.slice(Math.max(0, end - limit), end).reverse()
    return [200, { session, message_count: messages.length, messages }]
  }

  #search(made, words) {
    const hits = [...made.messages.values()]
      .flat()
      .filter((one) => one.content.toLowerCase().includes(words.toLowerCase()))
      .map((one) => ({
        id: one.id,
        session_id: one.session_id,
        role: one.role,
        timestamp: one.timestamp,
        user_email: one.user_email,
        excerpt: one.content.slice(0, 160),
      }))
    return { results: hits.slice(0, 30), next: null }
  }

  #listActivities(agent, query) {
    this.#pastActivities(agent)
    const [type, state, before] = ['activity_type', 'activity_state', 'before'].map((one) =>
      query.get(one),
    )
    const mine = this.activities.filter((one) => one.agent_name === agent.item.name)
    const at = before === null ? 0 : mine.findIndex((one) => one.id === before) + 1
    const activities = mine
      .slice(at)
      .filter(
        (one) =>
          (type === null || one.activity_type === type) &&
          (state === null || one.activity_state === state),
      )
      .slice(0, Number(query.get('limit') ?? 100))
    return { agent_name: agent.item.name, count: activities.length, activities }
  }

  /** Calls that are about no single agent. */
  fleet(route, body) {
    // Other calls carry files.
    const given = body !== '' && / \/api\/ops\//.test(route) ? JSON.parse(body) : {}
    const all = [...this.agents.values()]
    switch (route) {
      case 'GET /api/agents/context-stats':
        return [200, { agents: all.map((one) => this.context(one)) }]
      case 'GET /api/agents/execution-stats':
        return [200, { agents: all.map((one) => this.figures(one)) }]
      case 'GET /api/ops/budget':
        return [
          200,
          {
            ...this.fleetBudget,
            spent_today: 3.71,
            day_ends_at: zoned(new Date().setUTCHours(24, 0, 0, 0)),
            reached: false,
          },
        ]
      case 'PUT /api/ops/budget':
        this.fleetBudget = given
        return [200, this.fleetBudget]
      case 'GET /api/ops/runs':
        return [200, { ...this.halt, ...this.#counts() }]
      case 'POST /api/ops/runs/stop': {
        const { running, waiting } = this.#counts()
        this.halt = {
          halted: true,
          since: zoned(Date.now()),
          by: 'admin',
          reason: given.reason ?? null,
        }
        for (const agent of all) {
          const made = this.of(agent)
          for (const state of made.live.values()) state.stopped = true
          for (const turn of made.waiting.splice(0)) {
            Object.assign(turn.row, { status: 'failed', error: 'All runs are stopped by admin' })
            this.#finish(agent, turn.row, this.#activity(agent, 'chat_start', 'user'))
          }
        }
        this.publish('agents', 'runs_halt', this.halt)
        return [200, { ...this.halt, runs_stopped: running, waiting_dropped: waiting }]
      }
      case 'POST /api/ops/runs/resume':
        this.halt = { halted: false, since: null, by: null, reason: null }
        this.publish('agents', 'runs_halt', this.halt)
        return [200, this.halt]
    }
    return undefined
  }

  #counts() {
    let running = 0
    let waiting = 0
    for (const made of this.kept.values()) {
      running += made.rows.filter((row) => row.status === 'running').length
      waiting += made.waiting.length
    }
    return { running, waiting }
  }
}
