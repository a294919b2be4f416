// The dashboard on a real server: what agents do appears in the grid, the graph and the time line without asking, the tables say
// the same as the drawings, and looking back shows what really happened.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { kill } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const ROUNDS = 3

describe('the fleet at a glance', { timeout: 300_000 }, () => {
  let server
  let browser
  const give = async (name, message, headers = {}) => {
    const answer = await server.post(`/api/agents/${name}/task`, { message }, { headers })
    assert.equal(answer.status, 200, answer.text)
  }
  const isFine = async (where) => {
    const { lines, passed } = await findings(browser.page)
    assert.ok(passed > 5, where)
    assert.deepEqual(lines, [], where)
  }
  const focused = () => browser.page.evaluate(() => document.activeElement?.getAttribute('data-testid'))
  /** Runs in the page: what the graph says at this zoom, and how large it is on the screen. */
  function textOfGraph() {
    const world = document.querySelector('[data-testid=graph-box] [data-detail]')
    const scale = new globalThis.DOMMatrix(getComputedStyle(world).transform).a
    const sizes = []
    for (const one of world.querySelectorAll('.name, .line, .label text, .frame-title')) {
      const words = one.closest('.words')
      const isHidden = one.getClientRects().length === 0 || (words && getComputedStyle(words).clipPath !== 'none')
      const grown = one.closest('.label')
        ? new globalThis.DOMMatrix(getComputedStyle(one.closest('.label')).transform).a
        : 1
      if (!isHidden) sizes.push([one.textContent.trim(), parseFloat(getComputedStyle(one).fontSize) * scale * grown])
    }
    return { detail: world.dataset.detail, sizes }
  }
  before(async () => {
    server = await Server.start()
    for (const name of ['alpha', 'beta']) await server.createAgent(name, { template: 'local:test-echo' })
    await server.createAgent('gamma')
    for (let round = 1; round <= ROUNDS; round++) await give('alpha', `Round ${round}`)
    await give('beta', 'Please help', { 'X-Source-Agent': 'alpha' })
    browser = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await browser.signIn('admin', PASSWORD)
    await browser.at('dashboard').waitFor()
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('shows a run and a death in the grid as they happen, and asks for nothing', async () => {
    await browser.text('fleet-runs-alpha', new RegExp(`${ROUNDS}`))
    await browser.at('attention-none').waitFor()
    const from = Date.now()
    await give('alpha', 'Once more')
    await browser.text('fleet-runs-alpha', new RegExp(`${ROUNDS + 1}`), 10_000)
    await kill(server.containerOf('gamma'))
    await browser.at('attention-item-gamma').waitFor({ timeout: 5000 })
    assert.equal(await browser.at('attention-item-gamma').getAttribute('data-kind'), 'failed')
    await server.post('/api/agents/gamma/start')
    await browser.at('attention-item-gamma').waitFor({ state: 'detached' })
    assert.deepEqual(browser.calls(from), [])
  })

  it('groups by tag what another page has tagged at that moment, filters by it, and asks for nothing', async () => {
    await browser.at('fleet-group-by').click()
    await browser.page.getByRole('menuitemradio', { name: 'Tag' }).click()
    await browser.page.keyboard.press('Escape')
    await browser.page.getByRole('menu').waitFor({ state: 'detached' })
    await browser.at('fleet-group-').getByText('No tag').waitFor()
    const other = await browser.tab()
    await other.go('/agents/alpha?tab=info')
    const field = other.page.getByRole('combobox', { name: 'Tags' })
    await field.fill('Prod')
    const from = Date.now()
    await field.press('Enter')
    const head = browser.at('fleet-group-prod')
    await head.waitFor({ timeout: 5000 })
    await browser.page.locator('[data-row="prod/alpha"]').waitFor()
    assert.equal(await browser.page.locator('[data-row="/alpha"]').count(), 0)
    await isFine('the grid by tag')
    // A second tag is a second line; what was tagged outside of any page comes the same way.
    const put = await server.request('PUT', '/api/agents/alpha/tags', { json: { tags: ['prod', 'billing'] } })
    assert.equal(put.status, 200, put.text)
    await browser.page.locator('[data-row="billing/alpha"]').waitFor({ timeout: 5000 })
    await other.at('agent-tags').getByText('billing').waitFor()
    await browser.at('tag-filter').click()
    await browser.at('tag-filter-prod').click()
    await browser.page.keyboard.press('Escape')
    await browser.at('fleet-group-').waitFor({ state: 'detached' })
    await browser.at('view-graph').click()
    await browser.at('graph-node-alpha').waitFor()
    assert.equal(await browser.at('graph-node-beta').count(), 0)
    // The graph reads its history once; nothing else was asked for.
    assert.deepEqual(
      browser.calls(from).filter((call) => !call.includes('/activities')),
      [],
    )
    const bad = await server.request('PUT', '/api/agents/alpha/tags', { json: { tags: ['a b'] } })
    assert.equal(bad.status, 422)
    assert.deepEqual(bad.body.detail[0].loc, ['body', 'tags', 0])
    await server.request('PUT', '/api/agents/alpha/tags', { json: { tags: [] } })
    await browser.page.getByRole('button', { name: 'Clear filters' }).click()
    await browser.at('view-grid').click()
    await browser.at('fleet-group-by').click()
    await browser.page.getByRole('menuitemradio', { name: 'None' }).click()
    await browser.page.keyboard.press('Escape')
    assert.deepEqual(other.troubles(), [])
    await other.page.close()
  })

  it('has every agent in the time line, also one that did nothing, and the runs in its table', async () => {
    await browser.at('view-timeline').click()
    for (const name of ['alpha', 'beta', 'gamma']) await browser.at(`timeline-row-${name}`).waitFor()
    await browser.at('timeline-as-table').click()
    const table = browser.at('timeline-table')
    for (const words of ['Round 1', 'Round 3', 'Once more', 'Please help'])
      await table.getByText(words).first().waitFor()
    const from = Date.now()
    await give('beta', 'By itself')
    await table.getByText('By itself').first().waitFor()
    assert.deepEqual(browser.calls(from), [])
    await isFine('time line as a table')
    await browser.at('timeline-as-table').click()
    await table.waitFor({ state: 'detached' })
  })

  it('draws who works with whom, and says the same in a table', async () => {
    await browser.at('view-graph').click()
    for (const name of ['alpha', 'beta', 'gamma']) await browser.at(`graph-node-${name}`).waitFor()
    await browser.at('graph-as-table').click()
    await browser.at('graph-table').waitFor()
    const row = browser.at('graph-table').getByRole('row').filter({ hasText: 'alpha' }).filter({ hasText: 'beta' })
    assert.ok((await row.count()) > 0, await browser.at('graph-table').textContent())
    await isFine('graph as a table')
    await browser.at('graph-as-table').click()
    await browser.at('graph-node-alpha').waitFor()
  })

  it('says nothing in the graph that is too small to read, however far away, and fits into the screen', async () => {
    await browser.at('view-graph').click()
    await browser.at('graph-node-alpha').waitFor()
    await browser.at('graph-fit').click()
    const box = await browser.at('graph-box').boundingBox()
    assert.ok(box.y + box.height <= browser.page.viewportSize().height, `the picture ends at ${box.y + box.height}`)
    const seen = new Set()
    for (let step = 0; step < 9; step++) {
      await browser.page.waitForTimeout(400)
      const { detail, sizes } = await browser.page.evaluate(textOfGraph)
      seen.add(detail)
      for (const [words, size] of sizes) assert.ok(size >= 11.9, `"${words}" has ${size} px (${detail})`)
      await browser.at('graph-node-alpha').focus()
      await browser.page.getByRole('button', { name: 'Zoom out' }).click()
    }
    assert.deepEqual([...seen], ['near', 'mid', 'far', 'dots', 'specks'])
    await browser.at('graph-fit').click()
  })

  for (const view of ['graph', 'timeline'])
    it(`looks back in the ${view}, by play, step and scrubber, and returns to now`, async () => {
      await browser.at(`view-${view}`).click()
      await browser.at('replay-start').focus()
      await browser.page.keyboard.press('Enter')
      await browser.at('replay').waitFor()
      assert.equal(await focused(), 'replay-play')
      await browser.at('replay').getByRole('status').first().waitFor()
      const from = Date.now()
      const at = () => browser.at('replay-at').textContent()
      await browser.at('replay-stop').click()
      const beginning = await at()
      await browser.at('replay-next').click()
      await until('the next event', async () => (await at()) !== beginning)
      await browser.at('replay-scrubber').focus()
      const stepped = await at()
      await browser.page.keyboard.press('End')
      await until('the end of it', async () => (await at()) !== stepped)
      await browser.at('replay-stop').click()
      await browser.at('replay-play').click()
      await until('it plays', async () => (await at()) !== beginning)
      await isFine(`looking back in the ${view}`)
      assert.deepEqual(browser.calls(from), [])
      await browser.at('replay-leave').focus()
      await browser.page.keyboard.press('Enter')
      await browser.at('replay').waitFor({ state: 'detached' })
      assert.equal(await focused(), 'replay-start')
    })

  it('remembers the view, and opens with three calls at most', async () => {
    const from = Date.now()
    await browser.go('/')
    await browser.at('fleet-timeline').waitFor()
    await browser.page.waitForTimeout(1500)
    const calls = browser.calls(from)
    assert.ok(calls.length <= 3, calls.join(', '))
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
