// The event socket is cut while a page is open: the page asks by REST at a low rate meanwhile, says so, stops as soon as
// the socket is back, and has missed nothing.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { CuttableRoad } from '../support/cuttable.mjs'
import { kill, runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

/** How long questions are counted, from the first one on. Away from the multiples of the intervals. */
const WATCHED_MS = 17_000
/** Longer than the longest interval, the minute of git. */
const LONGEST_MS = 65_000

describe('an outage of the event socket', { timeout: 300_000 }, () => {
  let server
  let road
  let browser
  before(async () => {
    server = await Server.start()
    await server.createAgent('worker')
    await server.createAgent('other')
    road = await CuttableRoad.to(server.address)
    browser = await Browser.open(road.address)
    // It runs as the real one until it is moved on.
    await browser.page.clock.install()
    await browser.signIn('admin', PASSWORD)
  })
  after(async () => {
    await browser?.close()
    await road?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  /** The socket is gone and stays away until mend(). The moment. */
  async function cut() {
    road.cutSockets()
    const at = Date.now()
    await browser.page.locator('[data-state="ready"] [data-testid="connection-state"]').waitFor({ state: 'detached' })
    return at
  }
  async function mend() {
    road.mend()
    // What the browser does by itself when the network is back.
    await browser.page.evaluate(() => window.dispatchEvent(new window.Event('online')))
    await browser.isLive()
    return Date.now()
  }
  /** Time goes by for the page, in steps: what it asks meanwhile is answered in between. */
  async function passes(ms) {
    for (let passed = 0; passed < ms; passed += 5000) {
      await browser.page.clock.runFor(5000)
      await sleep(200)
    }
  }
  /** The socket is back since `back`: a second later nothing is asked any more, also not by what acts once a minute. */
  async function isQuiet(back) {
    await sleep(Math.max(0, back + 1000 - Date.now()))
    await passes(LONGEST_MS)
    assert.deepEqual(browser.calls(back + 1000), [])
    assert.ok(browser.sockets.at(-1).open, 'the socket lasted')
  }
  const asked = (path, from) =>
    browser.requests.filter(({ at, url }) => at >= from && new URL(url).pathname === path).map(({ at }) => at)
  /** That since the cut just these were asked for, each once in so many seconds, the first time at once. */
  function holds(context, at, seconds) {
    const counts = {}
    for (const call of browser.calls(at)) counts[call] = (counts[call] ?? 0) + 1
    context.diagnostic(`questions in ${WATCHED_MS / 1000} s: ${JSON.stringify(counts)}`)
    const wanted = Object.entries(seconds).map(([path, every]) => [
      `GET ${path}`,
      1 + Math.floor(WATCHED_MS / 1000 / every),
    ])
    const inOrder = (entries) => Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
    assert.deepEqual(inOrder(Object.entries(counts)), inOrder(wanted))
  }

  it("is bridged on an agent's page within five seconds, at the low rates, and the page says so", async (context) => {
    await browser.go('/agents/worker?tab=logs')
    await browser.isLive()
    await browser.text('page-cpu', /\d/, 40_000)
    await browser.at('logs-text').waitFor()
    const at = await cut()
    await browser.page.getByText(/^The live connection is gone/).waitFor()
    await until('figures are asked for', () => asked('/api/agents/worker/stats', at).length > 0, { ms: 8000 })
    const first = asked('/api/agents/worker/stats', at)[0] - at
    context.diagnostic(`first question ${first} ms after the cut`)
    assert.ok(first > 3000 && first < 6000, `${first} ms`)
    await sleep(WATCHED_MS)
    // Nineteen a minute for the page, its output, and the list that every page has.
    holds(context, at, {
      '/api/agents/worker/activity': 5,
      '/api/agents/worker/stats': 10,
      '/api/agents/worker/git/status': 60,
      '/api/agents/worker/logs': 15,
      '/api/agents': 15,
    })
    assert.equal(asked('/api/agents/other/stats', at).length, 0, 'only what the page shows')
  })

  it('shows what happened meanwhile by REST', async () => {
    await runIn(server.containerOf('worker'), 'echo "said in the dark" > /proc/1/fd/1')
    await browser.at('logs-text').getByText('said in the dark', { exact: true }).waitFor({ timeout: 20_000 })
  })

  it('ends within a second after the socket is back, and nothing was missed', async () => {
    await runIn(server.containerOf('worker'), 'seq -f "late %.0f" 1 30 > /proc/1/fd/1')
    const back = await mend()
    await browser.at('logs-text').getByText('late 30', { exact: true }).waitFor({ timeout: 5000 })
    for (const line of ['said in the dark', 'late 1', 'late 30'])
      assert.equal(await browser.at('logs-text').getByText(line, { exact: true }).count(), 1, line)
    await isQuiet(back)
  })

  it('is bridged by what each tab asks, and ends for all of them', async (context) => {
    await browser.go('/agents/worker')
    await browser.isLive()
    await browser.text('page-cpu', /\d/, 40_000)
    await cut()
    await passes(10_000)
    const counts = {}
    for (const [tab, ...parts] of [
      ['overview', 'agents/worker/pressure', 'agents/worker/activities'],
      ['git', 'agents/worker/git/status'],
      ['dashboard', 'agent-dashboard/worker'],
      ['logs', 'agents/worker/logs'],
      ['tasks', 'agents/worker/executions', 'agents/worker/queue'],
    ]) {
      const opened = Date.now()
      await browser.at(`tab-${tab}`).click()
      await passes(LONGEST_MS)
      for (const part of parts) {
        counts[part] = asked(`/api/${part}`, opened).length
        assert.ok(counts[part] >= 1, `${part} is not asked for: ${browser.calls(opened).join(', ')}`)
      }
    }
    context.diagnostic(`questions in a minute each: ${JSON.stringify(counts)}`)
    await isQuiet(await mend())
  })

  it('shorter than five seconds asks for nothing, and changes of that time appear', async () => {
    await browser.go('/agents')
    await browser.text('agent-state-worker', /running/)
    await browser.isLive()
    await sleep(3000)
    const at = await cut()
    await kill(server.containerOf('worker'))
    assert.equal((await server.delete('/api/agents/other')).status, 200)
    await server.createAgent('newcomer')
    await mend()
    if (Date.now() - at < 5000) assert.deepEqual(browser.calls(at), [])
    await browser.text('agent-state-worker', /stopped/, 2000)
    await browser.text('agent-state-newcomer', /running/, 2000)
    await browser.at('agent-row-other').waitFor({ state: 'detached', timeout: 2000 })
  })

  it('on the dashboard is bridged at the low rates, and ends with the socket', async (context) => {
    await browser.go('/?view=grid')
    await browser.isLive()
    await browser.at('fleet-row-worker').waitFor()
    await sleep(2000)
    const at = await cut()
    await until('the machine is asked for', () => asked('/api/telemetry/host', at).length > 0, { ms: 8000 })
    await sleep(WATCHED_MS)
    holds(context, at, {
      '/api/agents': 15,
      '/api/agents/stats': 10,
      '/api/agents/context-stats': 10,
      '/api/agents/execution-stats': 30,
      '/api/agents/attention': 10,
      '/api/telemetry/host': 10,
    })
    // The time line asks for its own only while it is shown: what there is, and from then on what is newer.
    const turned = Date.now()
    await browser.at('view-timeline').click()
    await browser.at('fleet-timeline').waitFor()
    await sleep(WATCHED_MS)
    assert.equal(asked('/api/activities/timeline', turned).length, 3)
    const back = await mend()
    await isQuiet(back)
  })

  it('on the list is bridged too: a state changes without the socket', async () => {
    await browser.go('/agents')
    await browser.text('agent-state-worker', /stopped/)
    await browser.isLive()
    await sleep(1000)
    const at = await cut()
    await server.post('/api/agents/worker/start')
    await browser.text('agent-state-worker', /running/, 25_000)
    assert.ok(asked('/api/agents', at).length >= 1)
    const back = await mend()
    await isQuiet(back)
  })

  it('had no fault but the refused sockets', () => {
    assert.deepEqual(
      browser.troubles().filter((text) => !/WebSocket connection to/.test(text)),
      [],
    )
  })
})
