// Accounts at other companies: the whole way of a browser through all four providers, which are servers of this file.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import http from 'node:http'
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Server } from './harness.mjs'

const NAMES = ['google', 'slack', 'github', 'notion']
const clientOf = (name) => ({ id: `${name}-client`, secret: `planted-client-secret-of-${name}` })

/** One provider: a page that consents at once, and a token address that checks what it is given. */
class Provider {
  grants = new Map()
  refused = []
  static async start(name) {
    const provider = new Provider()
    provider.name = name
    provider.server = http.createServer((request, response) => provider.serve(request, response))
    await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', resolve))
    provider.url = `http://127.0.0.1:${provider.server.address().port}`
    return provider
  }
  async serve(request, response) {
    const url = new URL(request.url, this.url)
    if (url.pathname === '/authorize') return this.consent(url, response)
    let body = ''
    for await (const piece of request) body += piece
    const answer = this.tokens(request, body)
    response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(answer.body))
  }
  consent(url, response) {
    const query = Object.fromEntries(url.searchParams)
    const code = `code-${this.grants.size}-of-${this.name}`
    this.grants.set(code, query)
    const back = new URL(query.redirect_uri)
    back.searchParams.set('state', query.state)
    if (this.denies) back.searchParams.set('error', 'access_denied')
    else back.searchParams.set('code', code)
    response.writeHead(302, { Location: back.href })
    response.end()
  }
  tokens(request, body) {
    const refuse = (why) => {
      this.refused.push(why)
      return this.name === 'slack' ? { body: { ok: false, error: why } } : { status: 400, body: { error: why } }
    }
    const client = clientOf(this.name)
    const json = this.name === 'notion'
    const given = json ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
    if (json) {
      const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
      if (request.headers.authorization !== basic) return refuse('invalid_client')
    } else if (given.client_id !== client.id || given.client_secret !== client.secret) return refuse('invalid_client')
    const grant = this.grants.get(given.code)
    this.grants.delete(given.code)
    if (!grant || grant.redirect_uri !== given.redirect_uri) return refuse('invalid_grant')
    if (grant.code_challenge) {
      const digest = createHash('sha256')
        .update(given.code_verifier ?? '')
        .digest('base64url')
      if (digest !== grant.code_challenge) return refuse('invalid_verifier')
    }
    const token = `planted-token-of-${this.name}`
    if (this.name === 'slack')
      return { body: { ok: true, access_token: token, authed_user: { access_token: `${token}-person` } } }
    return { body: { access_token: token, token_type: 'bearer', refresh_token: 'planted-refresh', expires_in: 3600 } }
  }
  stop() {
    this.server.closeAllConnections()
    this.server.close()
  }
}

let providers, server

before(async () => {
  providers = Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, await Provider.start(name)])))
  const environment = { FRONTEND_URL: 'http://ui.example' }
  for (const name of NAMES) {
    const upper = name.toUpperCase()
    environment[`${upper}_CLIENT_ID`] = clientOf(name).id
    environment[`${upper}_CLIENT_SECRET`] = clientOf(name).secret
    environment[`OAUTH_${upper}_AUTHORIZE_URL`] = `${providers[name].url}/authorize`
    environment[`OAUTH_${upper}_TOKEN_URL`] = `${providers[name].url}/token`
  }
  server = await Server.start({ environment })
})
after(async () => {
  await server?.dispose()
  for (const provider of Object.values(providers ?? {})) provider.stop()
})

/** The way of one browser: begins, consents, comes back with the cookie. The server's own address stands for BACKEND_URL. */
async function begin(name) {
  const begun = await server.post(`/api/oauth/${name}/init`)
  assert.equal(begun.status, 200, begun.text)
  const cookie = begun.headers.get('set-cookie')
  assert.match(cookie, /^trinity_oauth=[\w-]{43}; Path=\/api\/oauth; Max-Age=600; HttpOnly; SameSite=Lax$/)
  const page = await fetch(begun.body.auth_url, { redirect: 'manual' })
  const back = new URL(page.headers.get('location'))
  assert.equal(back.pathname, `/api/oauth/${name}/callback`)
  return { ...begun.body, cookie: cookie.split(';')[0], target: back.pathname + back.search }
}
const comeBack = (flow, headers = {}) =>
  server.get(flow.target, { token: null, headers: { Cookie: flow.cookie, ...headers } })

test('all four are offered', async () => {
  const all = (await server.get('/api/oauth/providers', { token: null })).body.providers
  assert.deepEqual(
    all.map(({ name, configured }) => [name, configured]),
    NAMES.map((name) => [name, true]),
  )
})

for (const name of NAMES) {
  test(`${name}: consent becomes a credential`, async () => {
    const flow = await begin(name)
    const made = await comeBack(flow)
    assert.equal(made.status, 200, made.text)
    assert.equal(made.body.message, 'OAuth authentication successful')
    assert.equal(made.body.redirect, 'http://ui.example/credentials')
    assert.match(made.body.credential_id, /^[\w-]{22}$/)
    assert.deepEqual(providers[name].refused, [])
    const again = await comeBack(flow)
    assert.equal(again.status, 400)
    assert.equal(again.body.detail, 'Invalid or expired OAuth state')
  })
}

test('only Google is asked for offline access; PKCE where it is known', async () => {
  for (const name of NAMES) {
    const query = new URL((await server.post(`/api/oauth/${name}/init`)).body.auth_url).searchParams
    assert.equal(query.get('access_type'), name === 'google' ? 'offline' : null, name)
    assert.equal(query.get('code_challenge_method'), ['google', 'github'].includes(name) ? 'S256' : null, name)
  }
})

test('a browser is sent to the page', async () => {
  const sent = await comeBack(await begin('github'), { Accept: 'text/html' })
  assert.equal(sent.status, 303)
  assert.equal(sent.headers.get('location'), 'http://ui.example/credentials')
})

test('another browser cannot end a flow', async () => {
  const flow = await begin('google')
  assert.equal((await comeBack({ ...flow, cookie: 'other=1' })).status, 400)
  const mine = await begin('google')
  const theirs = await begin('google')
  assert.equal((await comeBack({ ...mine, cookie: theirs.cookie })).status, 400)
})

test('a denied consent is a clear 400', async () => {
  providers.google.denies = true
  const denied = await comeBack(await begin('google'))
  providers.google.denies = false
  assert.equal(denied.status, 400)
  assert.equal(denied.body.detail, 'Google did not grant access: access_denied')
})

test('a code that the provider does not know is a failure', async () => {
  for (const name of ['slack', 'notion']) {
    const flow = await begin(name)
    const wrong = await comeBack({ ...flow, target: flow.target.replace(/code=[^&]*/, 'code=forged') })
    assert.equal(wrong.status, 500, name)
    assert.equal(wrong.body.detail, 'Failed to exchange OAuth code')
  }
})

test('neither tokens nor client secrets are in any file, log or answer', async () => {
  const journal = await server.get('/api/audit?limit=200')
  assert.match(journal.text, /oauth_finish/)
  assert.doesNotMatch(journal.text, /planted/)
  for (const name of await readdir(server.home)) {
    if (!/^trinity\.db|\.log$/.test(name)) continue
    const bytes = await readFile(path.join(server.home, name), 'latin1')
    assert.doesNotMatch(bytes, /planted-|code-\d-of-/, name)
  }
})
