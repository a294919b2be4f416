// Who may see an agent, and what it costs that many look at it. A person without access is refused and hears nothing;
// access that ends takes the page with it.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

/** Its answer is the message: to a question it gives a question, which waits for a person. */
const ASKER = `name: asker
display_name: Asker
description: Asks what it is asked.
type: test
resources: {cpu: "1", memory: 128m}
runtime:
  type: command
  command: [cat]
`
/** All that may be subscribed without a right to any agent. */
const COMMON = ['agents', 'agents:stats', 'activities', 'host', 'user']
const idOf = (username) => `(SELECT id FROM users WHERE username = '${username}')`
/** Rows of another program are noticed this soon. */
const ROWS_MS = 200

describe('access to an agent', { timeout: 240_000 }, () => {
  let server
  let browser
  let stranger
  let templates
  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-access-'))
    await mkdir(path.join(templates, 'asker'))
    await writeFile(path.join(templates, 'asker/template.yaml'), ASKER)
    server = await Server.start({
      templatesDir: templates,
      environment: { TRINITY_DATABASE_WATCH_MS: String(ROWS_MS) },
    })
    // Other people, with the administrator's password. Accounts are read at the start.
    await server.sql(
      `INSERT INTO users (username, password_hash, role, email, created_at, updated_at)
       SELECT n, u.password_hash, r, n || '@example.com', u.created_at, u.updated_at FROM users u,
       (SELECT 'bob' AS n, 'user' AS r UNION SELECT 'carol', 'admin' UNION SELECT 'dave', 'admin' UNION SELECT 'erin', 'user') WHERE u.username = 'admin'`,
    )
    await server.restart()
    server.token = await server.signIn()
    for (const name of ['secret', 'secret-two']) await server.createAgent(name, { template: 'local:asker' })
    stranger = await server.signIn('bob')
    browser = await Browser.open(server.address)
    await browser.signIn('bob', PASSWORD)
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await rm(templates, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  const heard = () => browser.sockets.flatMap((socket) => socket.received)
  /** That nothing was heard means something only after it would have come: another one has. */
  async function makeNoise() {
    const witness = await server.live(['agents', 'agent:secret', 'agent:secret:logs'])
    await runIn(server.containerOf('secret'), 'echo "a secret word" > /proc/1/fd/1')
    await witness.next((frame) => JSON.stringify(frame).includes('a secret word'))
    const from = witness.frames.length
    await server.post('/api/agents/secret/stop')
    await server.post('/api/agents/secret/start')
    await witness.next((frame) => frame.event === 'agent_status' && frame.data.status === 'running', { from })
    witness.close()
    await sleep(300)
  }

  it('is refused with 403 on every topic and call to a person who has none', async () => {
    const client = await server.live([], stranger)
    const parts = ['stats', 'pressure', 'logs', 'activity', 'git', 'executions', 'dashboard', 'files']
    const topics = ['agent:secret', ...parts.map((part) => `agent:secret:${part}`), 'execution:secret:any']
    client.send({ type: 'subscribe', topics })
    for (const topic of topics) {
      const refused = await client.next((frame) => frame.topic === topic)
      assert.equal(refused.type, 'subscribe_error', topic)
      assert.equal(refused.status, 403, topic)
    }
    // What tells of all agents tells nothing of this one.
    client.send({ type: 'subscribe', topics: ['agents', 'agents:stats', 'activities', 'host'] })
    for (const topic of ['agents', 'agents:stats', 'activities', 'host']) {
      const given = await client.next((frame) => frame.topic === topic)
      assert.equal(given.type, 'subscribed', topic)
      assert.doesNotMatch(JSON.stringify(given), /secret/, topic)
    }
    client.close()
    for (const part of ['', '/info', '/stats', '/pressure', '/logs', '/activity', '/executions', '/git/status'])
      assert.equal((await server.get(`/api/agents/secret${part}`, { token: stranger })).status, 403, part)
    for (const whole of ['/api/agents', '/api/agents/stats', '/api/agents/attention', '/api/activities/timeline']) {
      const { status, text } = await server.get(whole, { token: stranger })
      assert.equal(status, 200, whole)
      assert.doesNotMatch(text, /secret/, whole)
    }
  })

  it('that is missing shows a page that says so, and no event about the agent comes', async () => {
    await browser.go('/agents/secret?tab=logs')
    await browser.isLive()
    await browser.page.getByRole('heading', { level: 1 }).waitFor()
    await makeNoise()
    assert.deepEqual(
      heard().filter((frame) => frame.type !== 'subscribe_error' && JSON.stringify(frame).includes('secret')),
      [],
    )
    assert.equal(await browser.page.getByText('a secret word').count(), 0)
    assert.equal(await browser.at('page-state').count(), 0)
  })

  /** A run, a message of one agent to another, and a question that waits for a person. Whoever may sees each of them. */
  async function makeWork(message) {
    const witness = await server.live(COMMON)
    const classic = await server.live([])
    const task = await server.post('/api/agents/secret/task', { message })
    assert.equal(task.status, 200, task.text)
    const said = await server.post(
      '/api/agents/secret-two/chat',
      { message },
      { headers: { 'X-Source-Agent': 'secret' } },
    )
    assert.equal(said.status, 200, said.text)
    const about = (topic, event) => (frame) =>
      frame.topic === topic && frame.event === event && JSON.stringify(frame).includes('secret')
    await witness.next(about('activities', 'activity_event'))
    await witness.next(about('activities', 'agent_collaboration'))
    await witness.next(about('agents:stats', 'agents_attention_update'))
    await witness.next(about('agents:stats', 'agents_execution_stats_update'))
    await classic.next((frame) => frame.type === 'agent_collaboration' && frame.source_agent === 'secret')
    await classic.next((frame) => JSON.stringify(frame).includes(message))
    for (const client of [witness, classic]) client.close()
  }

  it('is needed for every word about its runs, its messages and what it waits for', async () => {
    const created = await server.post(
      '/api/agents',
      { name: 'known', template: 'local:asker', resources: { cpu: '1', memory: '128m' } },
      { token: stranger },
    )
    assert.equal(created.status, 200, created.text)
    const listener = await server.live(COMMON, stranger)
    const classic = await server.live([], stranger)
    await browser.go('/?view=timeline')
    await browser.isLive()
    await browser.at('fleet-timeline').waitFor()
    await until('the time line is subscribed', () => browser.topics().includes('activities'))
    await makeWork('What do they hide?')
    // What comes later, on the same topics, shows that the earlier would have come.
    const own = await server.post('/api/agents/known/task', { message: 'Is that mine?' }, { token: stranger })
    assert.equal(own.status, 200, own.text)
    const mine = (topic, event) => (frame) =>
      frame.topic === topic && frame.event === event && JSON.stringify(frame).includes('known')
    for (const [topic, event] of [
      ['activities', 'activity_event'],
      ['agents:stats', 'agents_attention_update'],
      ['agents:stats', 'agents_execution_stats_update'],
    ]) {
      await listener.next(mine(topic, event))
      await until(`${event} in the page`, () => heard().some(mine(topic, event)))
    }
    await classic.next((frame) => JSON.stringify(frame).includes('known'))
    for (const frames of [listener.frames, classic.frames, heard()])
      assert.deepEqual(
        frames.filter((frame) => frame.type !== 'subscribe_error' && /secret|they hide/.test(JSON.stringify(frame))),
        [],
      )
    for (const client of [listener, classic]) client.close()
    for (const whole of ['/api/agents/attention', '/api/activities/timeline', '/api/agents/execution-stats']) {
      const { status, text } = await server.get(whole, { token: stranger })
      assert.equal(status, 200, whole)
      assert.match(text, /known/, whole)
      assert.doesNotMatch(text, /secret|they hide/, whole)
    }
    assert.equal((await server.delete('/api/agents/known')).status, 200)
  })

  // Trinity itself changes neither a role nor an owner; another program that writes to its database may.
  for (const [how, who, row, given, taken] of [
    ['role', 'erin', `UPDATE users SET role = ? WHERE username = 'erin'`, `'admin'`, `'user'`],
    [
      'ownership',
      'bob',
      `UPDATE agent_ownership SET owner_id = ? WHERE agent_name = 'secret'`,
      idOf('bob'),
      idOf('admin'),
    ],
  ]) {
    it(`ends within a second with the ${how}`, async () => {
      const token = await server.signIn(who)
      await server.sql(row.replace('?', given))
      await until('the agent is seen', async () => (await server.get('/api/agents/secret', { token })).status === 200)
      const topics = ['agent:secret', 'agent:secret:stats', 'agent:secret:logs']
      const client = await server.live([...topics, ...COMMON], token)
      assert.ok(
        client.frames.find(({ topic }) => topic === 'agents').snapshot.agents.some(({ name }) => name === 'secret'),
      )
      const from = Date.now()
      await server.sql(row.replace('?', taken))
      for (const topic of topics) {
        const ended = await client.next((frame) => frame.type === 'unsubscribed' && frame.topic === topic, { ms: 5000 })
        assert.equal(ended.reason, 'access_revoked', topic)
        assert.ok(ended.arrived - from < 1000 + ROWS_MS, `${topic}: ${ended.arrived - from} ms`)
      }
      // The list is told anew, or without it.
      const gone = await client.next(
        (frame) =>
          (frame.event === 'agent_deleted' && frame.data.name === 'secret') ||
          (frame.topic === 'agents' && frame.type === 'resync' && !JSON.stringify(frame).includes('secret')),
      )
      console.log(`without the ${how}: out of the list ${Math.round(gone.arrived - from)} ms after the row`)
      assert.ok(gone.arrived - from < 1000 + ROWS_MS)
      // What was said of it in rows of many is taken back with the next ones.
      await sleep(2500)
      const since = client.frames.length
      await makeWork('What do they hide now?')
      await makeNoise()
      assert.deepEqual(
        client.frames.slice(since).filter((frame) => /secret|they hide/.test(JSON.stringify(frame))),
        [],
      )
      assert.equal((await server.get('/api/agents/secret', { token })).status, 403)
      client.close()
    })
  }

  it('ends within a second with the deletion of the agent', async () => {
    const created = await server.post('/api/agents', { name: 'own' }, { token: stranger })
    assert.equal(created.status, 200, created.text)
    await browser.go('/agents/own')
    await browser.text('page-state', /running/, 30_000)
    await until('its topics are there', () => browser.topics().includes('agent:own:stats'))
    const frames = browser.sockets.at(-1).received
    const began = Date.now()
    const deleted = server.delete('/api/agents/own')
    const ended = await until('the end of its topic', () =>
      frames.find((frame) => frame.type === 'unsubscribed' && frame.topic === 'agent:own'),
    )
    assert.equal((await deleted).status, 200)
    const gone = Date.now()
    await browser.at('page-state').waitFor({ state: 'detached', timeout: 2000 })
    assert.equal(ended.reason, 'agent_deleted')
    console.log(`topic ended ${ended.at - began} ms after the order, ${ended.at - gone} ms after its answer`)
    assert.ok(ended.at - gone < 1000)
    assert.deepEqual(
      browser.topics().filter((topic) => topic.startsWith('agent:')),
      [],
    )
  })

  it('ends within a second with the sign-out, in the other tab too', async () => {
    const other = await browser.page.context().newPage()
    const ends = []
    other.on('websocket', (socket) => socket.on('close', () => ends.push(Date.now())))
    await other.goto(`http://${server.address}/agents`)
    await other.locator('[data-state="ready"] [data-testid="connection-state"]').first().waitFor({ state: 'attached' })
    await browser.go('/agents')
    await browser.isLive()
    await browser.at('person').first().click()
    await browser.page.getByRole('menuitem', { name: /sign out/i }).click()
    const began = Date.now()
    await browser.at('login-password').waitFor()
    await until('the other socket ends', () => ends.length > 0, { ms: 3000 })
    assert.ok(ends[0] - began < 1000, `${ends[0] - began} ms`)
    await other.getByTestId('login-password').waitFor()
    await other.close()
  })

  it('of fifty at once costs no more samples than of one', async () => {
    const rounds = async () => {
      const text = (await server.get('/metrics')).text
      const value = (name) => Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1] ?? NaN)
      return { rounds: value('trinity_sampler_rounds_total'), read: value('trinity_sampler_containers_total') }
    }
    async function over(ms) {
      const before = await rounds()
      await sleep(ms)
      const now = await rounds()
      return { rounds: now.rounds - before.rounds, read: now.read - before.read }
    }
    await browser.page.goto('about:blank')
    const tokens = await Promise.all(['admin', 'carol', 'dave'].map((name) => server.signIn(name)))
    const topics = ['agent:secret', 'agent:secret:stats', 'agent:secret:logs']
    const clients = [await server.live(topics, tokens[0])]
    await sleep(3000)
    const one = await over(8_000)
    for (let n = 1; n < 50; n++) clients.push(await server.live(topics, tokens[n % 3]))
    await sleep(2000)
    const fifty = await over(8_000)
    console.log(`in 8 s: one ${JSON.stringify(one)}, fifty ${JSON.stringify(fifty)}`)
    assert.ok(one.rounds > 0 && one.read > 0, JSON.stringify(one))
    assert.ok(Math.abs(fifty.rounds - one.rounds) <= 1, JSON.stringify({ one, fifty }))
    assert.ok(Math.abs(fifty.read - one.read) <= 1, JSON.stringify({ one, fifty }))
    // All of them got the figures' beginning and the lines.
    await runIn(server.containerOf('secret'), 'echo "for all fifty" > /proc/1/fd/1')
    await Promise.all(clients.map((client) => client.next((f) => JSON.stringify(f).includes('for all fifty'))))
    for (const client of clients) client.close()
    await sleep(2000)
    const none = await over(8_000)
    console.log(`nobody looks: ${JSON.stringify(none)}`)
    assert.ok(none.read * 2 < one.read, JSON.stringify(none))
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
