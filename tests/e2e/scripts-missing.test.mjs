// The scripts of pages and parts are fetched when they are needed. When that fails, because the network changed or a new
// version was installed, they are fetched again; then a page is loaded again, once, and what still is missing says so.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { PASSWORD, Server } from '../integration/harness.mjs'
import { Browser } from './browser.mjs'

describe('a script that cannot be fetched', { timeout: 180_000 }, () => {
  let server
  let browser
  let page
  /** How often the next fetches fail, and what was asked for. */
  let failures = 0
  let asked = []
  before(async () => {
    server = await Server.start()
    await server.createAgent('worker')
  })
  after(() => server?.dispose())
  beforeEach(async () => {
    // Each with a memory of its own: a page is loaded again by itself only once in a while.
    browser = await Browser.open(server.address)
    page = browser.page
    failures = 0
    asked = []
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents')
    await browser.at('agent-row-worker').waitFor()
    await page.route(/\/assets\/(TemplatesPage|GitTab|SettingsDialog)-.*\.js$/, (route) => {
      asked.push(new URL(route.request().url()).pathname)
      if (failures === 0) return route.continue()
      failures -= 1
      return route.abort()
    })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
    await browser.close()
  })
  const loads = () => page.evaluate(() => performance.timeOrigin)
  const toTemplates = () => page.getByRole('link', { name: 'Templates' }).first().click()
  const templates = () => page.getByRole('heading', { level: 1, name: 'Templates' }).waitFor()

  it('is fetched again, and nobody notices', async () => {
    const before = await loads()
    failures = 1
    await toTemplates()
    await templates()
    assert.equal(asked.length, 2)
    assert.equal(await loads(), before, 'the page was not loaded again')
  })

  it('of a page has the page loaded again at its address, once', async () => {
    const before = await loads()
    failures = 2
    await toTemplates()
    await templates()
    assert.equal(new URL(page.url()).pathname, '/templates')
    assert.notEqual(await loads(), before)
  })

  it('of a page that stays away says so, and a button brings it', async () => {
    failures = Infinity
    await toTemplates()
    await browser.at('load-again').waitFor()
    const tried = asked.length
    await page.waitForTimeout(1500)
    assert.equal(asked.length, tried, 'it does not go round')
    failures = 0
    await page.getByRole('button', { name: 'Load again' }).click()
    await templates()
    assert.equal(new URL(page.url()).pathname, '/templates')
  })

  it('of a tab says so in its place, and the rest of the page stays', async () => {
    await browser.go('/agents/worker')
    await browser.at('tab-git').waitFor()
    failures = Infinity
    await browser.at('tab-git').click()
    await browser.at('load-again').waitFor()
    await browser.text('page-state', /running/)
    failures = 0
    await page.getByRole('button', { name: 'Load again' }).click()
    await page.locator('[data-testid="tab-git"][data-state="active"]').waitFor()
    await browser.at('load-again').waitFor({ state: 'detached' })
  })

  it('of a dialog says so in a notice', async () => {
    await browser.go('/agents/worker')
    failures = Infinity
    await browser.at('page-settings-open').click()
    await page.getByText('This could not be loaded').waitFor()
    await page.getByRole('button', { name: 'Load again' }).waitFor()
  })
})
