// Pages that are left open ask for nothing: everything comes over the one event socket. Counted from the browser's own
// network log. TRINITY_E2E_MINUTES lengthens how long a page is left open (default: one).
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { kill } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const OPEN_MS = Number(process.env.TRINITY_E2E_MINUTES ?? 1) * 60_000
/** What a page may still do after it was opened does not count: its first figures, its late parts. */
const SETTLE_MS = 5_000
const AGENTS = Array.from({ length: 10 }, (_, n) => `quiet-${n}`)

describe('pages left open', { timeout: 360_000 + 2 * OPEN_MS }, () => {
  let server
  let browser
  before(async () => {
    server = await Server.start()
    // The first one works, so that there are figures to tell; the others rest.
    await server.createAgent(AGENTS[0], { template: 'local:demo-worker' })
    for (const name of AGENTS.slice(1)) await server.createAgent(name, { resources: { cpu: '1', memory: '64m' } })
    browser = await Browser.open(server.address)
    await browser.signIn('admin', PASSWORD)
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (!context.error && context.passed !== false) return
    for (const fact of browser.account()) context.diagnostic(fact)
    await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  async function toTemplates() {
    await browser.page.getByRole('link', { name: 'Templates' }).first().click()
    await browser.page.getByRole('heading', { level: 1, name: 'Templates' }).waitFor()
    // The list with the states belongs to every page; the figures belong to none that does not show them.
    await until('only what every page needs is subscribed', () => browser.topics().join() === 'agents,user')
  }

  it('ten agents visited one after the other leave nothing subscribed', async () => {
    await browser.page.getByRole('link', { name: 'Agents' }).first().click()
    for (const name of AGENTS) {
      await browser.at(`agent-row-${name}`).getByRole('link').first().click()
      await until(`figures of ${name} are subscribed`, () => browser.topics().includes(`agent:${name}:stats`))
      await browser.at('tab-logs').click()
      await until(`the output of ${name} is subscribed`, () => browser.topics().includes(`agent:${name}:logs`))
      await browser.page.goBack()
      await browser.page.goBack()
      await browser.at('agents-table').waitFor()
    }
    await toTemplates()
    assert.equal(browser.sockets.length, 1)
  })

  const hasFigures = (tab) => tab.text('page-cpu', /\d/, 40_000)
  const shows = (id) => (tab) => tab.at(id).first().waitFor()
  const heading = (name) => (tab) => tab.page.getByRole('heading', { level: 1, name }).waitFor()

  /** Who the person is, is asked once when the program is loaded, whichever page comes first. */
  const isSession = (call) => call === 'POST /api/auth/session'
  /**
   * Opens all these pages beside each other and leaves them open, while an agent is given a task. Of each: its address, how it
   * shows that it is there, and an event that it hears of meanwhile, where it shows something that changes.
   */
  async function leftOpen(context, wanted) {
    const pages = []
    for (const [name, target, ready, event] of wanted) {
      const tab = await browser.tab()
      await tab.go(target)
      await tab.isLive()
      await ready(tab)
      pages.push({ name, tab, event })
    }
    await sleep(SETTLE_MS)
    const from = Date.now()
    const opening = pages.map(({ tab }) => tab.calls())
    await sleep(OPEN_MS / 2)
    assert.equal((await server.post('/api/agents/quiet-0/task', { message: 'A quick count' })).status, 200)
    await sleep(OPEN_MS / 2)
    const wrong = []
    const must = (holds, what) => holds || wrong.push(what)
    for (const [n, { name, tab, event }] of pages.entries()) {
      const said = heardBy(tab, from).filter((frame) => frame.event === event).length
      const since = tab.calls(from)
      const story = `${name}: ${opening[n].length} calls to open (${opening[n].join(', ')}), ${since.length} in ${OPEN_MS / 1000} s`
      context.diagnostic(event ? `${story}, ${said} ${event}` : story)
      must(opening[n].filter(isSession).length === 1, `${name}: ${opening[n].filter(isSession).length} sessions`)
      must(opening[n].length <= 3, `${name}: opened with ${opening[n].join(', ')}`)
      must(since.length === 0, `${name}: asked for ${since.join(', ')}`)
      must(tab.sockets.length === 1 && tab.sockets[0].open, `${name}: ${tab.sockets.length} sockets`)
      // The silence means something only while there is something to tell.
      must(!event || said > 0, `${name}: no ${event}`)
      must(tab.troubles().length === 0, `${name}: ${tab.troubles().join('; ')}`)
      await tab.page.close()
    }
    assert.deepEqual(wrong, [])
    return from
  }
  const heardBy = (tab, from) => tab.sockets.at(-1).received.filter(({ at }) => at >= from)

  it("ask for nothing, have one socket, and open with three calls at most: an agent's page, every tab", async (context) => {
    await toTemplates()
    assert.equal((await server.post('/api/agents/quiet-0/task', { message: 'A quick count' })).status, 200)
    const [done] = (await server.get('/api/agents/quiet-0/executions?limit=1')).body
    const tab = (name) => `/agents/quiet-0?tab=${name}`
    const ticks = 'agent_stats_update'
    const from = await leftOpen(context, [
      ['Overview', '/agents/quiet-0', async (tab) => (await hasFigures(tab), shows('pressure')(tab)), ticks],
      ['Chat', tab('chat'), shows('chat-input'), ticks],
      ['Tasks', tab('tasks'), shows(`run-row-${done.id}`), ticks],
      ['Dashboard', tab('dashboard'), (tab) => tab.page.getByRole('tabpanel').waitFor(), ticks],
      ['Files of one at rest', '/agents/quiet-1?tab=files', shows('file-tree'), ticks],
      ['Git', tab('git'), shows('git-none'), ticks],
      ['Logs', tab('logs'), shows('logs-text'), ticks],
      ['Info', tab('info'), hasFigures, ticks],
      ['Credentials', tab('credentials'), shows('inside'), ticks],
      ['Sharing', tab('sharing'), shows('shares-empty'), ticks],
      ['Permissions', tab('permissions'), shows('permission-quiet-1'), ticks],
      ['a run that has ended', `/agents/quiet-0/executions/${done.id}`, shows('run-answer')],
    ])
    // The tab that was left on Templates heard of no agent's figures or output meanwhile.
    assert.deepEqual(browser.calls(from), [])
    assert.deepEqual(
      heardBy(browser, from).filter((frame) => frame.topic?.startsWith('agent:') || frame.topic === 'agents:stats'),
      [],
    )
    assert.deepEqual(browser.topics(), ['agents', 'user'])
    assert.equal(browser.sockets.length, 1)
  })

  it('ask for nothing, have one socket, and open with three calls at most: every other page', async (context) => {
    await leftOpen(context, [
      ['Dashboard', '/', shows('fleet-row-quiet-0'), 'agents_stats_update'],
      ['Dashboard, graph', '/?view=graph', shows('fleet-graph'), 'host_telemetry_update'],
      ['Dashboard, time line', '/?view=timeline', shows('fleet-timeline'), 'activity_event'],
      ['Agents', '/agents', (tab) => tab.text('agent-cpu-quiet-0', /\d/, 40_000), 'agents_stats_update'],
      ['Templates', '/templates', heading('Templates')],
      ['Credentials', '/credentials', shows('credentials-empty')],
      ['Audit', '/audit', heading('Audit')],
      ['Settings', '/settings', heading('Settings'), 'host_telemetry_update'],
      ['no such agent', '/agents/nobody', heading(/./)],
    ])
  })

  it('show a kill from outside at once', async (context) => {
    await browser.go('/agents')
    await browser.text('agent-state-quiet-0', /running/)
    const changed = []
    const painted = []
    for (let round = 0; round < 20; round++) {
      const name = AGENTS[round % AGENTS.length]
      const watched = await browser.watch(`agent-state-${name}`, /stopped/)
      const began = performance.timeOrigin + performance.now()
      await kill(server.containerOf(name))
      const at = await watched()
      changed.push(at.changed - began)
      painted.push(at.painted - began)
      if (round < 10) {
        await server.post(`/api/agents/${name}/start`)
        await browser.text(`agent-state-${name}`, /running/, 30_000)
      }
    }
    const figures = (times) => {
      const sorted = times.map(Math.round).sort((a, b) => a - b)
      return `median ${sorted[10]} ms, p95 ${sorted[18]} ms, most ${sorted[19]} ms`
    }
    context.diagnostic(`kill to page: changed ${figures(changed)}; painted ${figures(painted)}`)
    // A generous bound: other things may keep the machine busy here.
    assert.ok(changed.sort((a, b) => a - b)[18] < 1000, changed.join(', '))
  })

  it('had no fault', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
