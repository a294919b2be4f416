// Credentials for the mock server: a person's own, and what agents have of them. Secrets are kept only to compare them.
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const naive = (ms) => new Date(ms).toISOString().replace('Z', '000')
const DAY = 86_400_000
const NEEDED = [
  { name: 'SEARCH_API_KEY', source: 'mcp:search' },
  { name: 'NOTION_TOKEN', source: 'template:env_file' },
  { name: 'ARCHIVE_BUCKET', source: '.env.example' },
]
const FIRST = [
  ['SEARCH_API_KEY', 'search', 'api_key', 'Team account, 10 000 requests a month', null, 40],
  ['ANTHROPIC_API_KEY', 'anthropic', 'api_key', '', null, 12],
  ['NOTION_TOKEN', 'notion', 'token', 'Reads the handbook', null, 3],
  ['Google service account', 'google', 'file', '', '.config/gcloud/service-account.json', 80],
  ['Mail archive', 'imap', 'basic_auth', 'Only reads', null, 200],
  ['Slack OAuth - 2026-03-02', 'slack', 'oauth2', '', null, 21],
  ['GITHUB_PAT', 'github', 'token', 'Fine-grained, two repositories', null, 0.2],
  ['A_RATHER_LONG_VARIABLE_NAME_THAT_NEEDS_TO_BE_CUT_SOMEWHERE', 'vendor', 'api_key', '', null, 5],
]

export class MockCredentials {
  constructor({ agents, publish, empty = false }) {
    this.agents = agents
    this.publish = publish
    this.kept = new Map()
    this.assigned = new Map()
    this.reached = new Map()
    this.pushes = new Map()
    this.slowMs = 150
    this.failApply = null
    if (!empty)
      for (const [name, service, type, description, file_path, days] of FIRST)
        this.#make({ name, service, type, description, file_path, credentials: {} }, days)
    this.populate()
  }

  populate() {
    const ids = [...this.kept.keys()]
    for (const [n, name] of [...this.agents.keys()].slice(0, 4).entries()) {
      const some = new Set(ids.slice(0, 2 + n))
      this.assigned.set(name, some)
      // The first one has everything; the second waits for a new value.
      this.reached.set(name, n === 1 ? '' : this.#fingerprint(name))
      this.pushes.set(name, { at: naive(Date.now() - 3e6 * (n + 1)), status: 'ok', error: null })
    }
  }

  #make({ name, service, type, description, file_path, credentials }, daysAgo = 0) {
    const id = `${name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}${this.kept.size}`.slice(0, 22)
    const at = naive(Date.now() - daysAgo * DAY)
    const meta = {
      id,
      name,
      service,
      type,
      description: description ?? '',
      file_path: file_path ?? null,
      created_at: at,
      updated_at: at,
      status: 'active',
    }
    this.kept.set(id, { meta, secret: JSON.stringify(credentials), version: 1 })
    return meta
  }

  #of = (agent) => this.assigned.get(agent) ?? new Set()
  #fingerprint = (agent) =>
    [...this.#of(agent)]
      .sort()
      .map((id) => `${id}:${this.kept.get(id)?.version}`)
      .join(' ')
  #pending = (agent) => this.#fingerprint(agent) !== (this.reached.get(agent) ?? '')
  #listed = (one) => {
    const agents = [...this.assigned]
      .filter(([, ids]) => ids.has(one.meta.id))
      .map(([name]) => name)
    return { ...one.meta, agents, pending_agents: agents.filter((name) => this.#pending(name)) }
  }
  #news(agent) {
    this.publish(`agent:${agent}`, 'agent_config_changed', {
      name: agent,
      area: 'credentials',
      restart_required: false,
    })
  }

  /** Calls that are no agent's; undefined when it is none of these. */
  async answer(method, path, body) {
    if (path === '/api/oauth/providers')
      return [
        200,
        {
          providers: ['google', 'slack', 'github', 'notion'].map((name) => ({
            name,
            display_name: name[0].toUpperCase() + name.slice(1),
            configured: name === 'slack' || name === 'notion',
            scopes: [],
          })),
        },
      ]
    if (!path.startsWith('/api/credentials')) return undefined
    if (method !== 'GET') await wait(this.slowMs)
    const sent = body === '' ? {} : JSON.parse(body)
    if (path === '/api/credentials/bulk/preview') return [200, this.#preview(sent.content)]
    if (path === '/api/credentials/bulk') return this.#import(sent.content)
    if (path === '/api/credentials' && method === 'GET')
      return [200, [...this.kept.values()].map(this.#listed).reverse()]
    if (path === '/api/credentials') {
      const made = this.#make(sent)
      return [200, made]
    }
    return this.#one(method, path.split('/').at(-1), sent)
  }

  #one(method, id, sent) {
    const one = this.kept.get(id)
    if (one === undefined) return [404, { detail: 'Credential not found' }]
    if (method === 'DELETE') {
      this.kept.delete(id)
      for (const [agent, ids] of this.assigned) if (ids.delete(id)) this.#news(agent)
      return [200, { message: `Credential ${id} deleted` }]
    }
    if (sent.name) one.meta.name = sent.name
    if (typeof sent.description === 'string') one.meta.description = sent.description
    if (sent.credentials) {
      one.secret = JSON.stringify(sent.credentials)
      one.version += 1
    }
    one.meta.updated_at = naive(Date.now())
    for (const [agent, ids] of this.assigned) if (ids.has(id)) this.#news(agent)
    return [200, one.meta]
  }

  #pairs(content) {
    const pairs = []
    const ignored = []
    for (const [n, line] of content.split('\n').entries()) {
      const text = line.trim()
      if (text === '' || text.startsWith('#')) continue
      const [, name, value] = /^([^=]*)=(.*)$/.exec(text) ?? []
      if (name === undefined) ignored.push({ line: n + 1, reason: 'There is no “=” in it.' })
      else if (!/^[A-Z][A-Z0-9_]*$/.test(name))
        ignored.push({ line: n + 1, reason: `“${name}” is not written in capitals.` })
      else if (value === '') ignored.push({ line: n + 1, reason: `${name} has no value.` })
      else
        pairs.push({
          line: n + 1,
          name,
          value,
          service: name.split('_')[0].toLowerCase(),
          type: 'api_key',
        })
    }
    return { pairs, ignored }
  }

  #status({ name, value }) {
    const same = [...this.kept.values()].filter((one) => one.meta.name === name)
    if (same.length === 0) return 'new'
    return same.some((one) => one.secret === JSON.stringify({ api_key: value }))
      ? 'same'
      : 'differs'
  }

  #preview(content) {
    const { pairs, ignored } = this.#pairs(content)
    return {
      pairs: pairs.map(({ value, ...pair }) => ({
        ...pair,
        status: this.#status({ ...pair, value }),
      })),
      ignored,
    }
  }

  #import(content) {
    const { pairs } = this.#pairs(content)
    if (pairs.length === 0) return [400, { detail: 'No valid KEY=VALUE pairs found in content' }]
    const fresh = pairs.filter((pair) => this.#status(pair) !== 'same')
    const credentials = fresh.map((pair) =>
      this.#make({ ...pair, credentials: { api_key: pair.value } }),
    )
    return [
      200,
      { created: fresh.length, skipped: pairs.length - fresh.length, errors: [], credentials },
    ]
  }

  /** Calls of one agent; undefined when it is none of these. */
  async ofAgent(method, agent, rest, body) {
    if (!rest?.startsWith('/credentials')) return undefined
    const { name, status } = agent.item
    const sent = body === '' ? {} : JSON.parse(body)
    if (method !== 'GET') await wait(this.slowMs)
    const part = rest.slice('/credentials'.length)
    if (part === '/status') return [200, this.#inside(agent)]
    if (part === '/assignments')
      return [200, { ...this.#assignments(name), requirements: this.#required(agent) }]
    if (part === '/assign/bulk') {
      const known = sent.credential_ids.filter((id) => this.kept.has(id))
      this.assigned.set(name, new Set([...this.#of(name), ...known]))
      this.#news(name)
      const count = known.length
      return [
        200,
        {
          message: `Assigned ${count} credentials to agent`,
          assigned_count: count,
          assigned_ids: known,
          failed_ids: sent.credential_ids.filter((id) => !this.kept.has(id)),
        },
      ]
    }
    if (part.startsWith('/assign/')) {
      this.#of(name).delete(part.slice('/assign/'.length))
      this.#news(name)
      return [200, { message: 'Credential unassigned from agent', agent_name: name }]
    }
    if (status !== 'running')
      return [400, { detail: `Agent is not running (status: ${status}). Start the agent first.` }]
    return part === '/apply' ? this.#apply(name) : this.#paste(name, sent.credentials_text)
  }

  #required(agent) {
    const { name, template } = agent.item
    if (!/researcher|writer/.test(template ?? ''))
      return { agent_name: name, template: template ?? null, required_credentials: [] }
    const own = new Set([...this.kept.values()].map((one) => one.meta.name))
    return {
      agent_name: name,
      template,
      required_credentials: NEEDED.map((one) => ({ ...one, configured: own.has(one.name) })),
    }
  }

  #inside(agent) {
    const { name, status } = agent.item
    if (status !== 'running')
      return { agent_name: name, status: 'agent_not_running', message: 'Start the agent first' }
    const modified = this.pushes.get(name)?.at
    return {
      agent_name: name,
      files: {
        '.env': { exists: true, size: 812, modified },
        '.mcp.json': { exists: true, size: 402, modified },
        '.mcp.json.template': { exists: false },
      },
      credential_count: this.#of(name).size,
    }
  }

  #assignments(name) {
    const short = ({ meta: { id, name, service, type, file_path } }) => ({
      id,
      name,
      service,
      type,
      file_path,
    })
    const all = [...this.kept.values()]
    const mine = this.#of(name)
    return {
      agent_name: name,
      assigned: all.filter((one) => mine.has(one.meta.id)).map(short),
      available: all.filter((one) => !mine.has(one.meta.id)).map(short),
      pending: this.#pending(name),
      others: name === 'release-notes' ? 2 : 0,
      last_push: this.pushes.get(name) ?? null,
    }
  }

  #apply(name) {
    if (this.failApply !== null) return [503, { detail: this.failApply }]
    this.reached.set(name, this.#fingerprint(name))
    this.pushes.set(name, { at: naive(Date.now()), status: 'ok', error: null })
    this.#news(name)
    return [
      200,
      {
        message: `Applied ${this.#of(name).size} credentials to agent ${name}`,
        credential_count: this.#of(name).size,
        file_count: 0,
        file_paths: [],
        updated_files: ['/home/developer/.env'],
        files_written: [],
        note: 'Restart MCP servers to use the new values.',
      },
    ]
  }

  #paste(name, pasted) {
    const { pairs } = this.#pairs(pasted)
    if (pairs.length === 0)
      return [400, { detail: 'No valid credentials found in the provided text' }]
    const saved = pairs.map((pair) => {
      const status = this.#status(pair)
      const as = status === 'differs' ? `${pair.name}_2` : pair.name
      if (status !== 'same') {
        const made = this.#make({ ...pair, name: as, credentials: { api_key: pair.value } })
        this.assigned.set(name, new Set([...this.#of(name), made.id]))
      }
      const words = { new: 'created', same: 'reused', differs: 'renamed' }
      return { name: as, status: words[status], original: status === 'differs' ? pair.name : null }
    })
    this.#apply(name)
    return [
      200,
      {
        message: `Hot-reloaded ${pairs.length} credentials on agent ${name}`,
        credential_count: pairs.length,
        credential_names: pairs.map((pair) => pair.name),
        updated_files: ['/home/developer/.env'],
        saved_to_redis: saved,
        note: '',
      },
    ]
  }

  /** What a template needs, and which of the own ones fit. */
  needs(template_id, names) {
    return {
      template_id,
      required: names.map((name) => ({
        name,
        source: 'mcp:search',
        credentials: [...this.kept.values()]
          .filter((one) => one.meta.name === name)
          .map(({ meta: { id, name, service, type } }) => ({ id, name, service, type })),
      })),
    }
  }
}
