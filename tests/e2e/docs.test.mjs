// The page that shows the API: without sign-in, from this server alone, under its strict content policy.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server } from '../integration/harness.mjs'
import { Browser } from './browser.mjs'

describe('the API in a browser', { timeout: 120_000 }, () => {
  let server
  let browser
  let described
  const shown = () => browser.page.locator('details.operation:visible').count()
  before(async () => {
    server = await Server.start({ setup: false })
    described = (await server.get('/openapi.json')).body
    browser = await Browser.open(server.address)
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })

  it('shows every operation at both addresses', async () => {
    const operations = Object.values(described.paths).flatMap((item) =>
      Object.keys(item).filter((key) => key !== 'parameters'),
    )
    for (const address of ['/docs', '/redoc']) {
      await browser.go(address)
      await browser.page.locator('details.operation').first().waitFor()
      assert.equal(await shown(), operations.length)
    }
  })

  it('opens an operation that the address names', async () => {
    await browser.go('/docs#create_agent')
    const operation = browser.page.locator('#create_agent')
    await operation.getByText('Answers').waitFor()
    assert.match(await operation.textContent(), /Body.*422/s)
  })

  it('finds operations by words and fields', async () => {
    await browser.go('/docs')
    await browser.page.locator('details.operation').first().waitFor()
    const all = await shown()
    await browser.page.fill('#search', 'delete agents')
    const found = await shown()
    assert.ok(found >= 1 && found < all / 5, `${found} of ${all} operations speak of deleting agents`)
    assert.ok(await browser.page.locator('#delete_agent').isVisible())
    await browser.page.fill('#search', 'xylophone')
    assert.equal(await shown(), 0)
    await browser.page.fill('#search', '')
  })

  it('fits a narrow screen with everything open, in light and dark', async () => {
    await browser.page.setViewportSize({ width: 380, height: 700 })
    const grounds = []
    for (const colorScheme of ['light', 'dark']) {
      await browser.page.emulateMedia({ colorScheme })
      const open = () => document.querySelectorAll('details').forEach((one) => (one.open = true))
      for (let depth = 0; depth < 3; depth++) await browser.page.evaluate(open)
      assert.equal(await browser.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0)
      grounds.push(await browser.page.evaluate(() => getComputedStyle(document.body).backgroundColor))
    }
    assert.notEqual(grounds[0], grounds[1])
  })

  it('asked nobody else, and broke no rule', () => {
    assert.deepEqual(
      browser.requests.filter((one) => !one.url.startsWith(`http://${server.address}/`)),
      [],
    )
    assert.deepEqual(browser.troubles(), [])
    assert.deepEqual(browser.refusals, [])
  })
})
