// What the owner of an agent decides, for the mock server: sharing, permissions, autonomy, limits, rights, key.
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const naive = (ms) => new Date(ms).toISOString().replace('Z', '000')

export class MockSettings {
  /** `agents`: name to agent, as the mock server keeps them. `publish(topic, event, data)` tells the sockets. */
  constructor({ agents, publish, me }) {
    this.agents = agents
    this.publish = publish
    this.me = me
    this.kept = new Map()
    this.nextId = 1
    /** "METHOD /path": what it answers instead, for checks of failures. */
    this.refusals = new Map()
    this.slowMs = 120
  }

  #of(agent) {
    const { name, resources } = agent.item
    if (!this.kept.has(name))
      this.kept.set(name, {
        shares: [],
        permitted: new Set([...this.agents.keys()].filter((_, n) => n % 3 === 0)),
        made: { memory: resources.memory, cpu: resources.cpu, full: true, key: true },
        full: null,
        key: true,
      })
    const kept = this.kept.get(name)
    kept.permitted.delete(name)
    return kept
  }

  share(agent, email, daysAgo = 0, by = this.me) {
    const made = {
      id: this.nextId++,
      agent_name: agent.item.name,
      shared_with_email: email.toLowerCase(),
      shared_by_id: 1,
      shared_by_email: by,
      created_at: naive(Date.now() - daysAgo * 86_400_000),
    }
    this.#of(agent).shares.unshift(made)
    return made
  }

  #changed(agent, area, restart_required = false) {
    const { name } = agent.item
    this.publish(`agent:${name}`, 'agent_config_changed', { name, area, restart_required })
  }

  #update(agent, fields) {
    Object.assign(agent.item, fields)
    this.publish('agents', 'agent_updated', { name: agent.item.name, ...fields })
  }

  /** A start makes the container anew where settings have changed. */
  started(agent) {
    const kept = this.#of(agent)
    const { memory_limit, cpu_limit, resources } = agent.item
    kept.made = {
      memory: memory_limit ?? resources.memory,
      cpu: cpu_limit ?? resources.cpu,
      full: kept.full ?? true,
      key: kept.key,
    }
    this.#update(agent, { resources: { memory: kept.made.memory, cpu: kept.made.cpu } })
  }

  /** The answer, or undefined when the call is not one of these. */
  async answer(method, agent, rest, body) {
    const refusal = this.refusals.get(`${method} ${rest}`)
    if (refusal !== undefined) {
      await wait(this.slowMs)
      return refusal
    }
    if (method !== 'GET') await wait(this.slowMs)
    const sent = body === '' ? {} : JSON.parse(body)
    const [, part, tail] = /^\/([a-z-]+)(?:\/(.+))?$/.exec(rest ?? '') ?? []
    switch (part) {
      case 'share':
      case 'shares':
        return this.#sharing(method, agent, tail, sent)
      case 'permissions':
        return this.#permissions(method, agent, tail, sent)
      case 'autonomy':
        return this.#autonomy(agent, sent)
      case 'resources':
        return this.#resources(method, agent, sent)
      case 'capabilities':
        return this.#capabilities(method, agent, sent)
      case 'tags':
        return this.#tags(method, agent, sent)
      case 'api-key-setting':
        return this.#apiKey(method, agent, sent)
      default:
        return undefined
    }
  }

  #sharing(method, agent, email, sent) {
    const kept = this.#of(agent)
    if (method === 'GET') return [200, kept.shares]
    if (method === 'DELETE') {
      if (!kept.shares.some((one) => one.shared_with_email === email))
        return [404, { detail: `No sharing found for ${email}` }]
      kept.shares = kept.shares.filter((one) => one.shared_with_email !== email)
      this.#changed(agent, 'sharing')
      return [200, { message: `Sharing removed for ${email}` }]
    }
    if (kept.shares.some((one) => one.shared_with_email === sent.email.toLowerCase()))
      return [409, { detail: `Agent is already shared with ${sent.email}` }]
    if (sent.email.startsWith('owner@'))
      return [400, { detail: 'Cannot share an agent with its owner' }]
    const made = this.share(agent, sent.email)
    this.#changed(agent, 'sharing')
    return [200, made]
  }

  #permissions(method, agent, target, sent) {
    const kept = this.#of(agent)
    const rows = (names) =>
      names.map((name) => ({
        name,
        status: 'running',
        type: 'x',
        permitted: kept.permitted.has(name),
      }))
    const others = [...this.agents.keys()].filter((name) => name !== agent.item.name)
    if (method === 'GET')
      return [
        200,
        {
          source_agent: agent.item.name,
          available_agents: rows(others),
          permitted_agents: rows(others.filter((name) => kept.permitted.has(name))),
          callers: rows(others.filter((_, n) => n % 4 === 1)),
        },
      ]
    if (method === 'PUT') kept.permitted = new Set(sent.permitted_agents)
    if (method === 'POST') kept.permitted.add(target)
    if (method === 'DELETE') kept.permitted.delete(target)
    this.#changed(agent, 'permissions')
    return [200, { status: 'updated', source_agent: agent.item.name }]
  }

  #autonomy(agent, sent) {
    this.#update(agent, { autonomy_enabled: sent.enabled })
    return [
      200,
      {
        status: 'updated',
        agent_name: agent.item.name,
        autonomy_enabled: sent.enabled,
        schedules_updated: 2,
        message: '',
      },
    ]
  }

  #resources(method, agent, sent) {
    const { made } = this.#of(agent)
    if (method === 'PUT') {
      this.#update(agent, { memory_limit: sent.memory ?? null, cpu_limit: sent.cpu ?? null })
      this.#changed(agent, 'resources', true)
    }
    const { memory_limit: memory, cpu_limit: cpu } = agent.item
    return [200, { memory, cpu, current_memory: made.memory, current_cpu: made.cpu }]
  }

  #tags(method, agent, sent) {
    if (method === 'PUT') {
      const tags = [...new Set(sent.tags.map((tag) => tag.trim().toLowerCase()))].sort()
      const bad = sent.tags.findIndex((tag) => !/^[a-z0-9][a-z0-9\-_.:/]{0,39}$/i.test(tag.trim()))
      if (bad >= 0 || tags.length > 20) {
        const loc = bad < 0 ? ['body', 'tags'] : ['body', 'tags', bad]
        return [
          422,
          { detail: [{ type: 'value_error', loc, msg: 'Not a tag', input: sent.tags[bad] }] },
        ]
      }
      this.#update(agent, { tags })
    }
    return [200, { agent_name: agent.item.name, tags: agent.item.tags }]
  }

  #capabilities(method, agent, sent) {
    const kept = this.#of(agent)
    if (method === 'PUT') kept.full = sent.full_capabilities
    const next = kept.full ?? true
    return [
      200,
      {
        full_capabilities: kept.full ?? false,
        current_full_capabilities: kept.made.full,
        next_full_capabilities: next,
        restart_needed: next !== kept.made.full,
      },
    ]
  }

  #apiKey(method, agent, sent) {
    const kept = this.#of(agent)
    if (method === 'PUT') kept.key = sent.use_platform_api_key
    return [
      200,
      {
        agent_name: agent.item.name,
        use_platform_api_key: kept.key,
        restart_required: kept.key !== kept.made.key,
        status: agent.item.status,
      },
    ]
  }
}
