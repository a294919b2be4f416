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

describe('pages left open', { timeout: 240_000 + OPEN_MS }, () => {
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
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('ten agents visited one after the other leave nothing subscribed', async () => {
    for (const name of AGENTS) {
      await browser.at(`agent-row-${name}`).getByRole('link').first().click()
      await until(`figures of ${name} are subscribed`, () => browser.topics().includes(`agent:${name}:stats`))
      await browser.at('tab-logs').click()
      await until(`the output of ${name} is subscribed`, () => browser.topics().includes(`agent:${name}:logs`))
      await browser.page.goBack()
      await browser.page.goBack()
      await browser.at('agents-table').waitFor()
    }
    await browser.page.getByRole('link', { name: 'Templates' }).first().click()
    await browser.page.getByRole('heading', { level: 1, name: 'Templates' }).waitFor()
    // The list with the states belongs to every page; the figures belong to none that does not show them.
    await until('only what every page needs is subscribed', () => browser.topics().join() === 'agents,user')
    assert.equal(browser.sockets.length, 1)
  })

  it('ask for nothing, have one socket, and open with three calls at most', async (context) => {
    const open = async (name, target, event, ready) => {
      const tab = await browser.tab()
      await tab.go(target)
      await tab.isLive()
      await ready(tab)
      return { name, tab, event }
    }
    const hasFigures = (tab) => tab.text('page-cpu', /\d/, 40_000)
    const pages = [
      await open('agent page', '/agents/quiet-0', 'agent_stats_update', hasFigures),
      await open('its tab Info', '/agents/quiet-0?tab=info', 'agent_stats_update', hasFigures),
      await open('tab Files of one at rest', '/agents/quiet-1?tab=files', 'agent_stats_update', (tab) =>
        tab.at('file-tree').waitFor(),
      ),
      await open('its tab Logs', '/agents/quiet-0?tab=logs', 'agent_stats_update', (tab) =>
        tab.at('logs-text').waitFor(),
      ),
      await open('page Agents', '/agents', 'agents_stats_update', (tab) => tab.text('agent-cpu-quiet-0', /\d/, 40_000)),
    ]
    await sleep(SETTLE_MS)
    const from = Date.now()
    const opening = pages.map(({ tab }) => tab.calls())
    await sleep(OPEN_MS)
    const since = (tab) => tab.sockets.at(-1).received.filter(({ at }) => at >= from)
    for (const [n, { name, tab, event }] of pages.entries()) {
      const said = since(tab).filter((frame) => frame.event === event).length
      context.diagnostic(
        `${name}: ${opening[n].length} calls to open (${opening[n].join(', ')}), ${tab.calls(from).length} in ${OPEN_MS / 1000} s, ${said} ${event}`,
      )
      assert.ok(opening[n].length <= 3, `${name}: ${opening[n].join(', ')}`)
      assert.deepEqual(tab.calls(from), [], name)
      assert.equal(tab.sockets.length, 1, name)
      assert.ok(tab.sockets[0].open, name)
      // The silence means something only while there is something to tell.
      assert.ok(said > 0, `${name}: no ${event}`)
      assert.deepEqual(tab.troubles(), [], name)
      await tab.page.close()
    }
    // The tab that was left on Templates heard of no agent's figures or output meanwhile.
    assert.deepEqual(browser.calls(from), [])
    assert.deepEqual(
      since(browser).filter((frame) => frame.topic?.startsWith('agent:') || frame.topic === 'agents:stats'),
      [],
    )
    assert.deepEqual(browser.topics(), ['agents', 'user'])
    assert.equal(browser.sockets.length, 1)
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
