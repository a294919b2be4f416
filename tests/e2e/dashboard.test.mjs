// What an agent shows of its work by a file of its own, in a real browser: it appears, follows the file, and says what is
// wrong with it.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const TEMPLATE = `name: shown
metrics:
  - {name: pages, type: counter, label: Pages read}
  - {name: done, type: percentage, label: Done, warning_threshold: 80}
`
const board = (value) => `title: My work
sections:
  - title: Today
    widgets:
      - {type: metric, label: Findings, value: ${value}}
      - {type: status, label: Search, value: Working, color: green}
      - {type: markdown, content: "**bold** <img src=x onerror=alert(1)> [no](javascript:alert(1))"}
      - {type: table, columns: [{key: n, label: Name}], rows: [{n: one}, {n: two}]}
`

describe('the dashboard of an agent in a browser', { timeout: 180_000 }, () => {
  let server
  let browser
  const write = (name, text) =>
    runIn(
      server.containerOf('shown'),
      `cd /home/developer && cat > ${name}.new <<'END'\n${text}\nEND\nmv ${name}.new ${name}`,
    )
  async function isFine(where) {
    const { lines, passed } = await findings(browser.page)
    assert.ok(passed > 10, where)
    assert.deepEqual(lines, [], where)
  }
  before(async () => {
    server = await Server.start()
    await server.createAgent('shown')
    browser = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/shown?tab=dashboard')
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('teaches how to make one', async () => {
    await browser.at('dashboard-none').getByText('sections:').waitFor()
    await isFine('none')
  })

  it('appears when the file does, and follows it, without asking', async () => {
    await until('its topic is there', () => browser.topics().includes('agent:shown:dashboard'))
    const from = Date.now()
    await write('dashboard.yaml', board(41))
    await browser.at('dashboard').getByText('Findings').waitFor()
    await browser.at('dashboard').getByText('41', { exact: true }).waitFor()
    await write('dashboard.yaml', board(42))
    await browser.at('dashboard').getByText('42', { exact: true }).waitFor()
    assert.deepEqual(browser.calls(from), [])
    await isFine('shown')
  })

  it('runs nothing and leads nowhere', async () => {
    const dashboard = browser.at('dashboard')
    await dashboard.locator('strong', { hasText: 'bold' }).waitFor()
    await dashboard.getByText('<img src=x onerror=alert(1)>').waitFor()
    assert.equal(await dashboard.locator('img, a').count(), 0)
  })

  it('says what is wrong with the file', async () => {
    await write('dashboard.yaml', 'sections:\n  - {columns: 9, widgets: [{type: nothing}]}')
    await browser.at('dashboard').getByText("Missing required 'title' field").waitFor()
    await browser.at('dashboard').getByText('columns must be 1-4, got 9').waitFor()
    await isFine('wrong')
    await write('dashboard.yaml', board(43))
    await browser.at('dashboard').getByText('43', { exact: true }).waitFor()
  })

  it('shows the metrics that the template declares', async () => {
    await write('template.yaml', TEMPLATE)
    await write('metrics.json', '{"pages": 1284, "done": 72.5}')
    await browser.text('metric-pages', /1,?284/, 30_000)
    await browser.text('metric-done', /72.5.*low/, 30_000)
    await isFine('metrics')
  })

  it('waits while the agent does not run', async () => {
    await server.post('/api/agents/shown/stop')
    await browser.at('dashboard-stopped').waitFor()
    await isFine('stopped')
    await server.post('/api/agents/shown/start')
    await browser.at('dashboard').getByText('43', { exact: true }).waitFor({ timeout: 30_000 })
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
