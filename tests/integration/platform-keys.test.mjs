// Keys of the platform and system settings: what is stored, what is shown, and what other companies are asked. They are
// servers of this file.
import assert from 'node:assert/strict'
import http from 'node:http'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Server, until } from './harness.mjs'

/** One company: `answer(request, response)` may leave the request hanging. Remembers what it was asked. */
class Company {
  asked = []
  static async start(answer) {
    const company = new Company()
    company.answer = answer
    company.server = http.createServer((request, response) => {
      company.asked.push({ url: request.url, headers: request.headers })
      company.answer(request, response)
    })
    await new Promise((resolve) => company.server.listen(0, '127.0.0.1', resolve))
    company.url = `http://127.0.0.1:${company.server.address().port}`
    return company
  }
  says(status, body = {}, headers = {}) {
    this.asked = []
    this.answer = (_, response) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
  }
  hangs() {
    this.asked = []
    this.answer = () => {}
  }
  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

const ANTHROPIC = 'sk-ant-api03-planted-anthropic-0001'
const GITHUB = 'ghp_planted-github-0002'
let anthropic, github, server

before(async () => {
  anthropic = await Company.start()
  github = await Company.start()
  server = await Server.start({
    environment: {
      ANTHROPIC_BASE_URL: anthropic.url,
      GITHUB_API_URL: github.url,
      GITHUB_PAT: 'ghp_planted-environment-0003',
    },
  })
})
after(async () => {
  await server?.dispose()
  anthropic?.stop()
  github?.stop()
})

const put = (target, json, options) => server.request('PUT', target, { json, ...options })
const tryKey = async (name, key) => (await server.post(`/api/settings/api-keys/${name}/test`, { api_key: key })).body

test('an Anthropic key is tried at the address that is configured', async () => {
  anthropic.says(200, { data: [] })
  assert.deepEqual(await tryKey('anthropic', ` ${ANTHROPIC}\n`), { valid: true })
  assert.equal(anthropic.asked.length, 1)
  assert.equal(anthropic.asked[0].url, '/v1/models')
  assert.equal(anthropic.asked[0].headers['x-api-key'], ANTHROPIC)
  assert.equal(anthropic.asked[0].headers['anthropic-version'], '2023-06-01')

  anthropic.says(401)
  assert.deepEqual(await tryKey('anthropic', ANTHROPIC), { valid: false, error: 'Invalid API key' })
  anthropic.says(503)
  assert.deepEqual(await tryKey('anthropic', ANTHROPIC), { valid: false, error: 'API returned status 503' })
  anthropic.says(302, {}, { Location: `${github.url}/elsewhere` })
  github.says(200)
  assert.deepEqual(await tryKey('anthropic', ANTHROPIC), { valid: false, error: 'API returned status 302' })
  assert.equal(github.asked.length, 0, 'redirects are not followed: the key would go along')

  anthropic.says(200)
  const refused = await tryKey('anthropic', 'sk-other')
  assert.deepEqual(refused, { valid: false, error: "Invalid format. Anthropic keys start with 'sk-ant-'" })
  assert.equal(anthropic.asked.length, 0)
})

test('a company that hangs costs ten seconds and nobody else anything', { timeout: 40_000 }, async () => {
  anthropic.hangs()
  const began = Date.now()
  const waiting = tryKey('anthropic', ANTHROPIC)
  await until('the key arrives', () => anthropic.asked.length === 1)
  const others = Date.now()
  for (let i = 0; i < 20; i += 1) assert.equal((await server.get('/api/settings/api-keys')).status, 200)
  assert.ok(Date.now() - others < 5_000, 'others are served meanwhile')
  assert.deepEqual(await waiting, { valid: false, error: 'Request timed out. Please try again.' })
  const took = Date.now() - began
  assert.ok(took >= 9_500 && took < 20_000, `${took} ms`)
})

test('GitHub tokens of both kinds', async () => {
  github.says(200, { login: 'octocat' }, { 'X-OAuth-Scopes': 'repo, user' })
  assert.deepEqual(await tryKey('github', GITHUB), {
    valid: true,
    username: 'octocat',
    token_type: 'classic',
    has_repo_access: true,
    scopes: ['repo', 'user'],
  })
  assert.equal(github.asked[0].headers.authorization, `Bearer ${GITHUB}`)
  assert.equal(github.asked[0].headers['x-github-api-version'], '2022-11-28')
  assert.deepEqual((await tryKey('github', 'github_pat_x')).scopes, ['fine-grained-pat'])
  assert.equal(github.asked.at(-1).url, '/user/repos?per_page=1')
  github.says(401, { message: 'Bad credentials' })
  assert.deepEqual(await tryKey('github', GITHUB), { valid: false, error: 'Invalid Personal Access Token' })
})

test('a stored key is masked everywhere, wins over the environment, and is in no file', async () => {
  const saved = await put('/api/settings/api-keys/anthropic', { api_key: ANTHROPIC })
  assert.equal(saved.status, 200, saved.text)
  assert.deepEqual(saved.body, { success: true, masked: '...0001', agents_to_restart: 0 })
  assert.equal((await put('/api/settings/github_pat', { value: GITHUB })).body.value, '...0002')
  const status = (await server.get('/api/settings/api-keys')).body
  assert.deepEqual(status.anthropic, { configured: true, masked: '...0001', source: 'settings' })
  assert.deepEqual(status.github, { configured: true, masked: '...0002', source: 'settings' })
  assert.deepEqual(status.openai, { configured: false, masked: null, source: null })
  let said = ''
  for (const target of ['/api/settings', '/api/settings/anthropic_api_key', '/api/settings/api-keys', '/api/audit'])
    said += (await server.get(target)).text
  assert.doesNotMatch(said, /planted/)
  const forgotten = (await server.delete('/api/settings/api-keys/github')).body
  assert.deepEqual(forgotten, { success: true, deleted: true, fallback_configured: true, agents_to_restart: 0 })
  assert.equal((await server.get('/api/settings/api-keys')).body.github.source, 'env')

  for (const name of await readdir(server.home)) {
    if (!/^trinity\.db|\.log$/.test(name)) continue
    const bytes = await readFile(path.join(server.home, name), 'latin1')
    assert.doesNotMatch(bytes, /planted-(anthropic|github|environment)/, name)
  }
  const commandLine = await readFile(`/proc/${server.pid}/cmdline`, 'latin1')
  assert.doesNotMatch(commandLine, /planted/)
})

test('keys outlive a restart', async () => {
  await put('/api/settings/api-keys/openai', { api_key: 'sk-planted-openai-0004' })
  await server.stop()
  await server.launch()
  server.token = await server.signIn()
  assert.equal((await server.get('/api/settings/api-keys')).body.openai.masked, '...0004')
  await server.delete('/api/settings/api-keys/openai')
})

test('the journal says who changed what, also after a restart', async () => {
  await put('/api/settings/trinity_prompt', { value: '## Rules of the house' })
  const { entries } = (await server.get('/api/audit?object=setting:trinity_prompt')).body
  assert.equal(entries.length, 1)
  assert.equal(entries[0].action, 'setting_set')
  assert.equal(entries[0].user, 'admin')
  assert.equal(entries[0].by, 'session')
  assert.doesNotMatch(JSON.stringify(entries), /Rules of the house/)
  await server.stop()
  await server.launch()
  server.token = await server.signIn()
  const all = (await server.get('/api/audit?action=platform_key_set')).body.entries
  assert.ok(all.length >= 2)
  const one = (await server.get('/api/audit?limit=1')).body
  assert.equal((await server.get(`/api/audit?limit=1&before=${one.next}`)).body.entries[0].id < one.next, true)
})

test('operations settings are checked and come back to their defaults', async () => {
  const bad = await put('/api/settings/ops/config', { settings: { ops_context_warning_threshold: '101' } })
  assert.equal(bad.status, 422)
  assert.match(bad.text, /ops_context_warning_threshold/)
  const good = await put('/api/settings/ops/config', { settings: { ssh_access_enabled: 'true', other: 'x' } })
  assert.deepEqual(good.body, { success: true, updated: ['ssh_access_enabled'], ignored: ['other'] })
  assert.equal((await server.get('/api/settings/ops/config')).body.ssh_access_enabled, 'true')
  assert.deepEqual((await server.post('/api/settings/ops/reset')).body.reset, ['ssh_access_enabled'])
})
