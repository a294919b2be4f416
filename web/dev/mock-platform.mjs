// Platform keys, the vault and the journal, for the mock server.
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const naive = (ms) => new Date(ms).toISOString().replace('Z', '000')

const ACTS = [
  ['credential_push', 'agent', 'research-desk', 'research-desk', { variables: 3, files: 1 }, 'ok'],
  [
    'credential_read',
    'credential',
    'searchapikey0',
    'research-desk',
    { name: 'SEARCH_API_KEY' },
    'ok',
  ],
  [
    'credential_assign',
    'credential',
    'searchapikey0',
    'research-desk',
    { name: 'SEARCH_API_KEY' },
    'ok',
  ],
  [
    'git_pull',
    'git',
    'acme/research-desk',
    'research-desk',
    { strategy: 'clean' },
    'local_uncommitted',
  ],
  [
    'git_sync',
    'git',
    'acme/research-desk',
    'research-desk',
    { strategy: 'normal', files_changed: 4 },
    'ok',
  ],
  ['platform_key_set', 'key', 'anthropic', null, {}, 'ok'],
  [
    'credential_create',
    'credential',
    'notiontoken2',
    null,
    { name: 'NOTION_TOKEN', service: 'notion', type: 'token' },
    'ok',
  ],
  ['agent_share', 'agent', 'release-notes', 'release-notes', { email: 'ann@example.com' }, 'ok'],
  ['vault_rotate', 'vault', '', null, { rewrapped: 12 }, 'ok'],
  ['setting_set', 'setting', 'trinity_prompt', null, {}, 'ok'],
]

export class MockPlatform {
  constructor() {
    this.keys = {
      anthropic: { configured: true, masked: '...x9Qz', source: 'settings' },
      github: { configured: true, masked: '...4kTm', source: 'env' },
      google: { configured: false, masked: null, source: null },
      openai: { configured: false, masked: null, source: null },
    }
    this.vault = { backend: 'sqlite', key_id: 'k2026a1', key_source: 'file', secrets: 12, older: 3 }
    const people = ['admin', 'maria@example.com', 'ann@example.com', null]
    this.entries = Array.from({ length: 130 }, (_, n) => {
      const [action, object_kind, object_id, agent, detail, result] = ACTS[n % ACTS.length]
      return {
        id: 1000 - n,
        at: naive(Date.now() - n * n * 9000 - 40_000),
        request_id: `r${(9_000_000 - n * 7919).toString(16)}`,
        user: people[n % 7 === 3 ? 3 : n % 3],
        user_id: n % 3,
        by: null,
        by_agent: n % 9 === 4 ? 'inbox-triage' : null,
        action,
        object_kind,
        object_id,
        agent,
        result,
        detail,
      }
    })
    this.none = false
  }

  async answer(method, path, query, body) {
    if (path === '/api/vault/rotate') {
      await wait(500)
      Object.assign(this.vault, { key_id: 'k2026b7', older: 0 })
      return [200, { key_id: this.vault.key_id, rewrapped: this.vault.secrets }]
    }
    if (path === '/api/audit') return [200, this.#page(query)]
    if (path === '/api/settings/api-keys')
      return [200, { ...this.keys, vault: this.vault, vault_error: null }]
    const [, key, test] = /^\/api\/settings\/api-keys\/([a-z]+)(\/test)?$/.exec(path) ?? []
    if (key === undefined) return undefined
    await wait(300)
    if (method === 'DELETE') {
      this.keys[key] = { configured: false, masked: null, source: null }
      return [
        200,
        { success: true, deleted: true, fallback_configured: false, agents_to_restart: 2 },
      ]
    }
    const { api_key: sent } = JSON.parse(body || '{}')
    if (test && sent === undefined && !this.keys[key].configured)
      return [400, { detail: 'api_key: No key is stored. Send the one that is to be tried' }]
    const value = sent ?? 'sk-ant-stored'
    const good = key !== 'anthropic' || value.startsWith('sk-ant-')
    const why = "Invalid format. Anthropic keys start with 'sk-ant-'"
    if (test)
      return [
        200,
        good
          ? {
              valid: true,
              ...(key === 'github' ? { username: 'octocat', has_repo_access: false } : {}),
            }
          : { valid: false, error: why },
      ]
    if (!good) return [400, { detail: why }]
    const masked = `...${value.slice(-4)}`
    this.keys[key] = { configured: true, masked, source: 'settings' }
    return [200, { success: true, masked, agents_to_restart: 3 }]
  }

  #page(query) {
    const before = Number(query.get('before') ?? Infinity)
    const limit = Number(query.get('limit') ?? 50)
    const fits = (key) => (one) => !query.get(key) || one[key] === query.get(key)
    const all = this.none
      ? []
      : this.entries
          .filter((one) => one.id < before)
          .filter(fits('user'))
          .filter(fits('agent'))
          .filter(fits('action'))
    const entries = all.slice(0, limit)
    return { entries, next: all.length > limit ? entries.at(-1).id : null }
  }
}
