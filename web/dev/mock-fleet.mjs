// The agents of the mock server: their states, invented figures and logs.
import { NAMES, TEMPLATES } from './mock-data.mjs'

export const naive = (ms) =>
  new Date(ms)
    .toISOString()
    .replace('Z', '')
    .replace(/(\.\d{3})$/, '$1000')
export const zoned = (ms) => new Date(ms).toISOString()

/** `publish(topic, event, data)` tells the sockets, `watched(topic)` says whether anybody listens. */
export function mockFleet({ role, publish, watched }) {
  const agents = new Map()

  function addAgent(name, given = {}) {
    const template = TEMPLATES.find((one) => one.id === given.template)
    const agent = {
      item: {
        name,
        type: 'business-assistant',
        status: 'running',
        port: 2222 + agents.size,
        created: naive(Date.now() - (given.age ?? 0)),
        resources: template?.resources ?? given.resources ?? { cpu: '2', memory: '4g' },
        container_id: [...name]
          .map((c) => c.charCodeAt(0).toString(16))
          .join('')
          .padEnd(64, '0')
          .slice(0, 64),
        template: given.template ?? null,
        runtime: given.runtime ?? 'command',
        base_image_version: '0.1.0',
        owner: given.owner ?? 'admin',
        is_owner: role === 'admin',
        is_shared: role !== 'admin',
        is_system: false,
        autonomy_enabled: false,
        github_repo: null,
        memory_limit: null,
        cpu_limit: null,
        tags: given.tags ?? [],
        started_at: zoned(Date.now() - (given.age ?? 0)),
      },
      wave: Math.random() * 6,
      heat: given.heat ?? Math.random() ** 3,
      rx: 4000,
      tx: 2000,
      history: [],
      follow: `${Date.now()}-1`,
      lines: [],
      lineCount: 0,
    }
    agents.set(name, agent)
    for (let back = 60; back > 0; back -= 1) sample(agent, Date.now() - back * 5000)
    for (let n = 0; n < 140; n += 1) log(agent, Date.now() - (140 - n) * 2000)
    return agent
  }

  function bytes(text) {
    const unit = { m: 1024 ** 2, g: 1024 ** 3 }[text.slice(-1)] ?? 1
    return Number.parseFloat(text) * unit
  }

  function sample(agent, at) {
    agent.wave += 0.25 + Math.random() * 0.1
    const cores = Number(agent.item.resources.cpu)
    const burst = Math.max(0, Math.sin(agent.wave)) ** 3 * agent.heat
    const cpu = Math.round((0.3 + burst * cores * 92 + Math.random() * 2) * 10) / 10
    const limit = bytes(agent.item.resources.memory)
    const used = Math.round(
      limit * (0.06 + agent.heat * 0.72 + Math.sin(agent.wave / 3) * 0.04 + Math.random() * 0.004),
    )
    agent.rx += Math.round(Math.random() * 9000 * (1 + burst * 20))
    agent.tx += Math.round(Math.random() * 4000 * (1 + burst * 8))
    agent.stats = {
      cpu_percent: cpu,
      memory_used_bytes: used,
      memory_limit_bytes: limit,
      memory_percent: Math.round((used / limit) * 1000) / 10,
      network_rx_bytes: agent.rx,
      network_tx_bytes: agent.tx,
      uptime_seconds: Math.round(
        (Date.now() - Date.parse(agent.item.started_at ?? zoned(Date.now()))) / 1000,
      ),
      status: 'running',
    }
    agent.history.push([at, cpu, agent.stats.memory_percent])
    agent.history = agent.history.slice(-60)
  }

  function log(agent, at) {
    const stamp = new Date(at).toISOString().slice(11, 23)
    const lines = [
      `\u001b[90m${stamp}\u001b[0m \u001b[32mINFO\u001b[0m  step ${Math.round(at / 2000) % 1000} done in ${Math.round(Math.random() * 400)} ms`,
      `\u001b[90m${stamp}\u001b[0m \u001b[32mINFO\u001b[0m  wrote /home/developer/notes/day.md (${Math.round(Math.random() * 9000)} bytes)`,
      `\u001b[90m${stamp}\u001b[0m \u001b[33mWARN\u001b[0m  the search answered slowly, trying the next page with a smaller window so that the round still fits its time`,
      `\u001b[90m${stamp}\u001b[0m \u001b[1;31mERROR\u001b[0m could not parse <script>alert(1)</script> in page 3: unexpected token`,
      `\u001b[90m${stamp}\u001b[0m \u001b[36mDEBUG\u001b[0m {"turn":${Math.round(at / 1000) % 97},"tokens":${Math.round(Math.random() * 4000)}}`,
    ]
    const pick = Math.random()
    const line = {
      ts: new Date(at).toISOString().replace('Z', '000000Z'),
      stream: pick < 0.96 ? 'stdout' : 'stderr',
      text: lines[pick < 0.45 ? 0 : pick < 0.75 ? 1 : pick < 0.88 ? 4 : pick < 0.96 ? 2 : 3],
    }
    agent.lines.push(line)
    agent.lineCount += 1
    if (agent.lines.length > 2000) agent.lines.shift()
    return line
  }

  function setStatus(agent, status, reason, exit_code = null) {
    const previous_status = agent.item.status
    agent.item.status = status
    agent.item.started_at = status === 'running' ? zoned(Date.now()) : null
    const changed_at = zoned(Date.now())
    Object.assign(agent.item, { reason, exit_code, changed_at })
    if (status === 'running') {
      agent.history = []
      sample(agent, Date.now())
    }
    publish('agents', 'agent_status', {
      name: agent.item.name,
      status,
      previous_status,
      reason,
      exit_code,
      started_at: agent.item.started_at,
      changed_at,
    })
    const topic = `agent:${agent.item.name}:stats`
    if (watched(topic)) publish(topic, 'agent_stats_update', statsOf(agent))
    if (status !== 'running')
      publish('agents:stats', 'agents_stats_update', { agents: [], gone: [agent.item.name] })
  }

  const running = () => [...agents.values()].filter((one) => one.item.status === 'running')

  function rowOf(agent) {
    const { cpu_percent, memory_used_bytes, memory_limit_bytes, memory_percent } = agent.stats
    return {
      name: agent.item.name,
      cpu_percent,
      memory_used_bytes,
      memory_limit_bytes,
      memory_percent,
    }
  }

  function statsOf(agent) {
    const { name, status } = agent.item
    const stats =
      status === 'running'
        ? agent.stats
        : Object.fromEntries(Object.keys(agent.stats).map((key) => [key, 0]))
    return { name, cpu: stats.cpu_percent, memory: stats.memory_used_bytes, ...stats, status }
  }

  function logsOf(agent, tail) {
    const kept = agent.lines.slice(-tail)
    return {
      name: agent.item.name,
      follow: agent.follow,
      first: agent.lineCount - kept.length,
      dropped: 0,
      lines: kept,
      cursor: '1',
      state: agent.item.status === 'running' ? 'following' : 'ended',
      tail,
    }
  }

  function tellLines(agent, lines, dropped = 0) {
    const { name } = agent.item
    if (!watched(`agent:${name}:logs`)) return
    publish(`agent:${name}:logs`, 'agent_logs_append', {
      name,
      follow: agent.follow,
      first: agent.lineCount - lines.length,
      dropped,
      lines,
      cursor: String(agent.lineCount),
      state: 'following',
    })
  }

  /** Writes `count` lines and leaves out `dropped` before them, `times` times, four times a second. */
  function flood(agent, count, times, dropped) {
    agent.lineCount += dropped
    tellLines(
      agent,
      Array.from({ length: count }, () => log(agent, Date.now())),
      dropped,
    )
    if (times > 1) setTimeout(() => flood(agent, count, times - 1, dropped), 250)
  }

  /** That many agents, some of them stopped. */
  function populate(count) {
    for (let n = 0; n < count; n += 1) {
      const name = NAMES[n] ?? `agent-${n + 1}`
      const agent = addAgent(name, {
        template: n % 5 === 4 ? undefined : TEMPLATES[n % 3].id,
        age: 7.4e6 * (n + 0.3),
        owner: n % 6 === 5 ? 'maria' : 'admin',
        heat: [0.35, 0.04, 0.98, 0.15, 0.6][n % 5],
        runtime: n % 4 === 3 ? 'claude-code' : 'command',
        tags: [['prod'], ['billing', 'prod'], [], ['staging', 'team:maria']][n % 4],
      })
      if (n % 7 === 3) agent.item.github_repo = n % 2 === 0 ? 'acme/prices' : 'acme/site'
      if (n % 10 === 9) agent.item.type = 'code-assistant'
      if (n > 3 && n % 4 === 2)
        setStatus(agent, 'stopped', n % 8 === 6 ? 'exit' : 'user', n % 8 === 6 ? 1 : 0)
    }
  }

  return {
    agents,
    addAgent,
    sample,
    log,
    setStatus,
    running,
    rowOf,
    statsOf,
    logsOf,
    tellLines,
    flood,
    populate,
  }
}
