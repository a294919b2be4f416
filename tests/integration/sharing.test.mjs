// Who may use an agent and whom an agent may call: what the next read, the live socket and the log say of a change, and
// of rows that another program has written.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { Server, timing, until } from './harness.mjs'
import { ScriptedEngine } from '../support/scripted.mjs'

const small = { resources: { cpu: '1', memory: '64m' } }
/** Within this a person learns of what they gain or lose, and the server of other programs' rows. */
const soon = 1000

describe('sharing and permissions', () => {
  let engine, server
  const tokens = {}
  before(async () => {
    engine = await ScriptedEngine.start()
    server = await Server.start({
      environment: { ...engine.environment, TRINITY_DATABASE_WATCH_MS: '300' },
    })
    for (const name of ['ann', 'bob']) {
      // The administrator's password is theirs too.
      await server.sql(
        `INSERT INTO users (username, password_hash, role, email, created_at, updated_at)
         SELECT '${name}', password_hash, 'user', '${name}@example.org', 't', 't' FROM users WHERE username = 'admin'`,
      )
      await until(`${name} can sign in`, () => server.signIn(name).catch(() => null))
      tokens[name] = await server.signIn(name)
    }
    for (const name of ['lead', 'worker', 'writer'])
      assert.equal((await server.post('/api/agents', { name, ...small }, { token: tokens.ann })).status, 200)
  })
  after(async () => {
    await server?.dispose()
    await engine?.stop()
  })

  const as = (who) => ({ token: tokens[who] })
  const share = (email, who = 'ann', agent = 'lead') => server.post(`/api/agents/${agent}/share`, { email }, as(who))
  const unshare = (email, who = 'ann') => server.delete(`/api/agents/lead/share/${encodeURIComponent(email)}`, as(who))
  const sees = async (who, name) => (await server.agents(as(who))).has(name)
  const set = (permitted_agents, who = 'ann') =>
    server.request('PUT', '/api/agents/lead/permissions', {
      json: { permitted_agents },
      ...as(who),
    })
  const permitted = async (who = 'ann') =>
    (await server.get('/api/agents/lead/permissions', as(who))).body.permitted_agents.map(({ name }) => name).sort()

  it('reaches the person within a second, and the next read at once', async () => {
    const bob = await server.live(['agents'], tokens.bob)
    assert.equal((await server.get('/api/agents/lead', as('bob'))).status, 403)
    const answer = await share('BOB@example.org')
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.shared_with_email, 'bob@example.org')
    assert.ok(await sees('bob', 'lead'))
    const created = await bob.next((f) => f.event === 'agent_created', {
      ms: soon,
    })
    assert.equal(created.data.name, 'lead')
    assert.equal(created.data.is_shared, true)
    assert.equal(created.data.is_owner, false)
    const item = (await server.agents(as('bob'))).get('lead')
    assert.deepEqual([item.owner, item.is_owner, item.is_shared], ['ann', false, true])
    const { body: list } = await server.get('/api/agents/lead/shares', as('ann'))
    assert.deepEqual(list, [answer.body])

    const page = await server.live(['agents', 'agent:lead', 'agent:lead:stats'], tokens.bob)
    assert.equal((await unshare('Bob@example.org')).status, 200)
    assert.equal((await server.get('/api/agents/lead', as('bob'))).status, 403)
    assert.equal(await sees('bob', 'lead'), false)
    for (const client of [bob, page]) {
      const deleted = await client.next((f) => f.event === 'agent_deleted', {
        ms: soon,
      })
      assert.equal(deleted.data.name, 'lead')
    }
    for (const topic of ['agent:lead', 'agent:lead:stats']) {
      const ended = await page.next((f) => f.type === 'unsubscribed' && f.topic === topic, { ms: soon })
      assert.equal(ended.reason, 'access_revoked')
    }
    bob.close()
    page.close()
  })

  it('is told to the owner’s page and to sockets of the old kind', async () => {
    const page = await server.live(['agents', 'agent:lead'], tokens.ann)
    const classic = await server.live([], tokens.bob)
    const since = page.frames.length
    await share('bob@example.org')
    const shared = await classic.next((f) => f.event === 'agent_shared', {
      ms: soon,
    })
    assert.deepEqual(shared.data, {
      name: 'lead',
      shared_with: 'bob@example.org',
    })
    await unshare('bob@example.org')
    const unshared = await classic.next((f) => f.event === 'agent_unshared', {
      ms: soon,
    })
    assert.deepEqual(unshared.data, {
      name: 'lead',
      removed_user: 'bob@example.org',
    })
    await set(['worker'])
    await page.next((f) => f.event === 'agent_config_changed' && f.data.area === 'permissions', {
      from: since,
      ms: soon,
    })
    const areas = page.frames.slice(since).map((f) => `${f.event} ${f.data?.area}`)
    assert.deepEqual(areas, [
      'agent_config_changed sharing',
      'agent_config_changed sharing',
      'agent_config_changed permissions',
    ])
    page.close()
    classic.close()
  })

  it('keeps each in their place', async () => {
    assert.equal((await share('carl@example.org', 'bob')).status, 403)
    assert.equal((await share('ann@example.org')).status, 400)
    assert.equal(
      (
        await server.post('/api/agents/lead/share', {
          email: 'ann@example.org',
        })
      ).status,
      400,
    )
    assert.equal((await server.post('/api/agents/none/share', { email: 'x@y.z' })).status, 404)
    const { status, body } = await share('not an address')
    assert.equal(status, 422)
    assert.deepEqual(body.detail[0].loc, ['body', 'email'])
    assert.equal((await unshare('nobody@example.org')).status, 404)
    assert.equal((await share('carl@example.org')).status, 200)
    assert.equal((await share('Carl@example.org')).status, 409)
    assert.equal((await server.sql('SELECT * FROM email_whitelist')).length, 0, 'a plain user invites nobody')
    assert.equal(
      (
        await server.post('/api/agents/lead/share', {
          email: 'dora@example.org',
        })
      ).status,
      200,
    )
    const invited = await server.sql('SELECT email, source FROM email_whitelist')
    assert.deepEqual(invited, [{ email: 'dora@example.org', source: 'agent_sharing' }])
  })

  it('replaces permissions as a whole, or changes one', async () => {
    const answer = await set(['writer', 'worker', 'lead', 'writer'])
    assert.deepEqual(answer.body, {
      status: 'updated',
      source_agent: 'lead',
      permitted_count: 2,
    })
    assert.deepEqual(await permitted(), ['worker', 'writer'])
    const refused = await set(['worker', 'none'])
    assert.equal(refused.status, 400)
    assert.equal(refused.body.detail, "Agent 'none' does not exist or is not accessible")
    assert.deepEqual(await permitted(), ['worker', 'writer'])
    const one = (method) => server.request(method, '/api/agents/lead/permissions/worker', as('ann'))
    assert.equal((await one('DELETE')).body.status, 'removed')
    assert.deepEqual(await permitted(), ['writer'])
    assert.equal((await one('DELETE')).body.status, 'not_found')
    assert.equal((await one('POST')).body.status, 'added')
    assert.equal((await one('POST')).body.status, 'already_exists')
    assert.equal((await set(['worker'], 'bob')).status, 403)
    const odd = await server.request('PUT', '/api/agents/lead/permissions', {
      json: { permitted_agents: ['worker', 7] },
      ...as('ann'),
    })
    assert.equal(odd.status, 422)
    assert.deepEqual(odd.body.detail[0].loc, ['body', 'permitted_agents', 1])
    const { headers } = await server.get('/api/agents/lead/permissions', as('ann'))
    assert.equal(timing(headers).sql, 0)
    assert.equal(timing(headers).engine, 0)
  })

  it('never shows an older state behind a newer one', async () => {
    for (let i = 0; i < 100; i++) {
      assert.equal((await share('bob@example.org')).status, 200)
      assert.equal(await sees('bob', 'lead'), true)
      assert.equal((await unshare('bob@example.org')).status, 200)
      assert.equal(await sees('bob', 'lead'), false)
    }
  })

  it('writes one line for each change', async () => {
    const lines = (await readFile(server.log, 'utf8')).split('\n').filter((line) => line.includes(' audit: '))
    const about = (text) => lines.filter((line) => line.includes(text)).length
    assert.equal(about('action=share agent=lead target=dora@example.org user=admin'), 1)
    assert.equal(about('action=whitelist_add target=dora@example.org'), 1)
    assert.equal(about('action=share agent=lead target=bob@example.org user=ann'), 102)
    assert.equal(about('action=unshare agent=lead target=bob@example.org user=ann'), 102)
    assert.equal(about('action=remove_permission agent=lead target=worker'), 1)
    assert.equal(about('not an address'), 0)
  })

  it('notices rows that another program has written, and none of its own', async (t) => {
    const bob = await server.live(['agents'], tokens.bob)
    const since = performance.now()
    await server.sql(
      `INSERT INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) VALUES ('worker', 'bob@example.org', 1, 't')`,
    )
    await bob.next((f) => f.event === 'agent_created' && f.data.name === 'worker', { ms: 2 * soon })
    t.diagnostic(`${(performance.now() - since).toFixed(0)} ms, looking every 300 ms`)
    assert.ok(await sees('bob', 'worker'))
    await server.sql(`DELETE FROM agent_sharing WHERE agent_name = 'worker'`)
    await bob.next((f) => f.event === 'agent_deleted' && f.data.name === 'worker', { ms: 2 * soon })
    assert.equal((await server.get('/api/agents/worker', as('bob'))).status, 403)
    await server.sql(
      `INSERT INTO agent_git_config (id, agent_name, github_repo, working_branch, instance_id, created_at)
       VALUES ('g', 'lead', 'acme/lead', 'main', 'i', 't')`,
    )
    await until('the repository shows', async () => (await server.agents()).get('lead').github_repo === 'acme/lead')
    await server.sql(`UPDATE users SET username = 'anna' WHERE username = 'ann'`)
    await until('the new name shows', async () => (await server.agents()).get('lead').owner === 'anna')
    const readings = async () =>
      (await readFile(server.log, 'utf8')).split('\n').filter((line) => line.includes('another program has changed'))
        .length
    const before = await readings()
    for (let i = 0; i < 20; i++) {
      assert.equal(
        (
          await server.post('/api/agents/lead/share', {
            email: `u${i}@example.org`,
          })
        ).status,
        200,
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.equal(await readings(), before)
    assert.equal(timing((await server.get('/api/agents', as('bob'))).headers).sql, 0)
    bob.close()
  })
})
