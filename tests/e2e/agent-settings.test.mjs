// What the owner of an agent decides, seen by two people at once: who sees the agent, which agents it may call, whether
// it runs its schedules by itself, and what it may use.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { Browser } from './browser.mjs'

const BOB = 'bob@example.com'

describe('settings of an agent', { timeout: 300_000 }, () => {
  let server
  let owner
  let other
  before(async () => {
    server = await Server.start()
    // Another person, with the administrator's password. Accounts are read at the start.
    await server.sql(
      `INSERT INTO users (username, password_hash, role, email, created_at, updated_at)
       SELECT 'bob', password_hash, 'user', '${BOB}', created_at, updated_at FROM users WHERE username = 'admin'`,
    )
    await server.restart()
    server.token = await server.signIn()
    await server.createAgent('lead')
    for (const name of ['helper-one', 'helper-two', 'scout']) {
      await server.createAgent(name)
      await server.post(`/api/agents/${name}/stop`)
    }
    owner = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await owner.signIn('admin', PASSWORD)
    other = await Browser.open(server.address)
    await other.signIn('bob', PASSWORD)
  })
  after(async () => {
    await owner?.close()
    await other?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (!context.error && context.passed !== false) return
    await owner.picture(`${context.name.replaceAll(/\W+/g, '-')}-owner`)
    await other.picture(`${context.name.replaceAll(/\W+/g, '-')}-other`)
  })

  async function isFine(where) {
    const { lines, passed } = await findings(owner.page)
    assert.ok(passed > 5, `${where}: only ${passed} rules had something to look at`)
    assert.deepEqual(lines, [], where)
  }
  /** Milliseconds from the answer of the owner's call to the change on the other person's screen. */
  async function apart(answered, changed) {
    const [from, to] = await Promise.all([answered.then(() => Date.now()), changed.then(({ painted }) => painted)])
    return to - from
  }
  const answerOf = (method, part) =>
    owner.page.waitForResponse((answer) => {
      const { pathname } = new URL(answer.url())
      return answer.request().method() === method && pathname.startsWith(part) && answer.status() === 200
    })

  it('are asked for by the tab that shows them, once, and by nothing else', async () => {
    const from = Date.now()
    await owner.go('/agents/lead')
    await owner.text('page-state', /running/)
    await sleep(1000)
    // What has happened is shown by the overview itself.
    const parts = () =>
      owner.calls(from).filter((call) => call.includes('/api/agents') && !call.endsWith('/activities'))
    assert.deepEqual(parts(), [])
    await owner.at('tab-sharing').click()
    await owner.at('shares-empty').waitFor()
    await owner.at('tab-permissions').click()
    await owner.at('permission-scout').waitFor()
    await sleep(1000)
    assert.deepEqual(parts(), ['GET /api/agents/lead/shares', 'GET /api/agents/lead/permissions'])
  })

  it('sharing shows the agent to the other person within a second', async () => {
    await other.go('/agents')
    await other.isLive()
    assert.equal(await other.at('agent-row-lead').count(), 0)
    await owner.at('tab-sharing').click()
    await isFine('sharing, empty')
    await owner.at('share-email').fill('bob@')
    await owner.at('share-submit').click()
    await owner.page.getByText('not a whole address').waitFor()
    assert.deepEqual(
      owner.calls().filter((call) => call.endsWith('/share')),
      [],
    )
    await owner.at('share-email').fill('Bob@Example.com')
    const changed = await other.watch('agent-state-lead', /running/)
    const answered = answerOf('POST', '/api/agents/lead/share')
    await owner.page.keyboard.press('Enter')
    const ms = await apart(answered, changed())
    console.log(`shared: on the other screen ${Math.round(ms)} ms after the answer`)
    assert.ok(ms < 1000, `${ms} ms`)
    await owner.at(`share-${BOB}`).getByText('Shared by you').waitFor()
    await isFine('sharing, one person')
    assert.equal(await owner.at('share-email').inputValue(), '')
  })

  it('an address that sees the agent already is refused beside its field', async () => {
    const calls = owner.calls().length
    await owner.at('share-email').fill(BOB)
    await owner.page.getByText(`${BOB} sees it already.`).waitFor()
    await owner.at('share-submit').click()
    await sleep(200)
    assert.equal(owner.calls().length, calls)
    await owner.at('share-email').fill('')
  })

  it('a person it is shared with has no tabs to manage it, and hears so at their address', async () => {
    await other.go('/agents/lead?tab=permissions')
    await other.text('page-state', /running/)
    await other.at('managers-only').getByText('is decided by its owner, admin').waitFor()
    for (const id of ['tab-sharing', 'tab-permissions', 'page-autonomy', 'page-settings-open'])
      assert.equal(await other.at(id).count(), 0, id)
    assert.deepEqual(
      other.calls().filter((call) => /permissions|shares/.test(call)),
      [],
    )
    await other.page.getByRole('button', { name: 'To the overview' }).click()
    await other.at('managers-only').waitFor({ state: 'detached' })
  })

  it('autonomy switched by the owner shows on the other screen', async () => {
    await other.go('/agents')
    await other.at('agent-row-lead').waitFor()
    assert.equal(await other.at('autonomy-lead').count(), 0)
    await owner.go('/agents/lead')
    await owner.at('page-autonomy').click()
    assert.equal(await owner.at('page-autonomy').getAttribute('aria-checked'), 'true')
    await other.at('autonomy-lead').waitFor({ timeout: 1000 })
    assert.equal((await server.get('/api/agents/lead/autonomy')).body.autonomy_enabled, true)
    // And back, from the list: another window of the owner has it, too.
    const tab = await owner.tab()
    await tab.go('/agents')
    await tab.at('autonomy-lead').click()
    await until(
      'the switch of the first window',
      async () => (await owner.at('page-autonomy').getAttribute('aria-checked')) === 'false',
    )
    await other.at('autonomy-lead').waitFor({ state: 'detached', timeout: 1000 })
    await tab.page.close()
  })

  it('permissions are saved switch by switch, seen in the other window, and all at once', async () => {
    const permitted = async () =>
      (await server.get('/api/agents/lead/permissions')).body.permitted_agents.map(({ name }) => name).sort()
    const isOn = async (browser, name) =>
      (await browser.at(`permission-${name}`).getAttribute('aria-checked')) === 'true'
    await owner.go('/agents/lead?tab=permissions')
    await owner.at('permission-scout').waitFor()
    await isFine('permissions')
    // New agents of one owner may call each other.
    await owner.at('callers').getByText('scout').waitFor()
    const scout = server.delete('/api/agents/scout/permissions/lead')
    await owner.at('callers').getByText('scout').waitFor({ state: 'detached', timeout: 1000 })
    assert.equal((await scout).status, 200)
    const tab = await owner.tab()
    await tab.go('/agents/lead?tab=permissions')
    await tab.at('permission-scout').waitFor()
    const before = await isOn(owner, 'scout')
    await owner.at('permission-scout').click()
    assert.equal(await isOn(owner, 'scout'), !before)
    await owner.text('permissions-saved', /saved/)
    await until('the other window follows', async () => (await isOn(tab, 'scout')) === !before, { ms: 2000 })
    assert.equal((await permitted()).includes('scout'), !before)
    await tab.page.close()

    await owner.at('permissions-none').click()
    await until('none is permitted', async () => (await permitted()).length === 0)
    await owner.page.getByRole('searchbox', { name: 'Search agents' }).fill('helper')
    await owner.at('permissions-all').click()
    await until('two are permitted', async () => (await permitted()).join() === 'helper-one,helper-two')
    await owner.text('permissions-saved', /saved/)
  })

  it('a permission that cannot be saved goes back and says why', async () => {
    await owner.go('/agents/lead?tab=permissions')
    const row = owner.at('permission-scout')
    await row.waitFor()
    await owner.page.route('**/api/agents/lead/permissions/*', (route) =>
      route.fulfill({ status: 503, json: { detail: 'The database is busy.' } }),
    )
    await row.click()
    await owner.page.getByText('A change was not saved. The database is busy.').waitFor()
    assert.equal(await row.getAttribute('aria-checked'), 'false')
    await isFine('permissions, refused')
    await owner.page.unroute('**/api/agents/lead/permissions/*')
    await owner.at('permissions-retry').click()
    await owner.text('permissions-saved', /saved/)
    assert.equal(await row.getAttribute('aria-checked'), 'true')
  })

  it('limits say what a restart ends, wait when saved alone, and come with it', async () => {
    await owner.go('/agents/lead')
    await owner.text('page-state', /running/)
    await owner.at('page-settings-open').click()
    await owner.at('settings-memory').waitFor()
    assert.equal(await owner.at('settings-interrupts').count(), 0)
    await isFine('settings')
    await owner.at('settings-memory').selectOption('1g')
    await owner.at('settings-interrupts').getByText('A restart ends what it is doing').waitFor()
    await isFine('settings, changed')
    await owner.at('settings-save').click()
    await owner.at('page-limits-wait').waitFor()
    const stored = (await server.get('/api/agents/lead/resources')).body
    assert.deepEqual([stored.memory, stored.current_memory === '1g'], ['1g', false])
    await owner.text('page-state', /running/)

    await owner.at('page-limits-wait').click()
    await owner.at('settings-restart').click()
    await owner.at('settings-steps').waitFor()
    const states = []
    await until(
      'the restart is done',
      async () => {
        const text = await owner.at('page-state').textContent()
        if (states.at(-1) !== text) states.push(text)
        return (await owner.at('settings-steps').count()) === 0
      },
      { ms: 60_000 },
    )
    console.log(`states seen: ${states.join(', ')}`)
    assert.ok(states.includes('Stopping') && states.includes('Starting'), states.join())
    await owner.text('page-state', /running/)
    const now = (await server.get('/api/agents/lead/resources')).body
    assert.equal(now.current_memory, '1g')
    await owner.at('page-limits-wait').waitFor({ state: 'detached' })
  })

  it('that were taken back by the server are not lost from the form', async () => {
    await owner.go('/agents/lead')
    await owner.at('page-settings-open').click()
    await owner.at('settings-cpu').selectOption('1')
    await owner.at('key-own').click()
    await owner.page.route('**/api/agents/lead/resources', (route) =>
      route.request().method() === 'PUT'
        ? route.fulfill({ status: 503, json: { detail: 'The database is busy.' } })
        : route.continue(),
    )
    await owner.at('settings-save').click()
    await owner.page.getByText('The database is busy.').waitFor()
    assert.equal(await owner.at('settings-cpu').inputValue(), '1')
    assert.equal((await server.get('/api/agents/lead/api-key-setting')).body.use_platform_api_key, false)
    await owner.page.keyboard.press('Escape')
    await owner.page.getByText('Throw away what you typed?').waitFor()
    await owner.page.getByRole('button', { name: 'Throw away' }).click()
    await owner.at('settings-cpu').waitFor({ state: 'detached' })
    await owner.page.unroute('**/api/agents/lead/resources')
  })

  it('unsharing takes the agent from the other person within a second, its open page too', async () => {
    await other.go('/agents/lead?tab=logs')
    await other.text('page-state', /running|stopped/)
    await until('its topics are there', () => other.topics().includes('agent:lead'))
    await owner.go('/agents/lead?tab=sharing')
    await owner.at(`unshare-${BOB}`).click()
    await owner.at('unshare-submit').waitFor()
    await isFine('unshare dialog')
    const answered = answerOf('DELETE', '/api/agents/lead/share/').then(() => Date.now())
    await owner.at('unshare-submit').click()
    await other.page.getByText('You may not see this agent any more').waitFor()
    const ms = Date.now() - (await answered)
    console.log(`unshared: the other page closed ${ms} ms after the answer`)
    assert.ok(ms < 1000, `${ms} ms`)
    assert.deepEqual(
      other.topics().filter((topic) => topic.startsWith('agent:')),
      [],
    )
    await owner.at('shares-empty').waitFor()
    // One press shares it again.
    await owner.page.getByRole('button', { name: 'Share again' }).click()
    await owner.at(`share-${BOB}`).waitFor()
    await other.at('page-state').waitFor({ timeout: 2000 })
    // The 503 were this test's own.
    assert.deepEqual(
      owner.troubles().filter((text) => !text.includes('status of 503')),
      [],
    )
    assert.deepEqual(other.troubles(), [])
  })
})
