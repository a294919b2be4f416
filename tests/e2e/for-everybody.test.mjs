// Every page for everybody: the accessibility checker in both themes on a wide, a small and a low screen, the tabs of an
// agent where there is little room, and a whole round, from the sign-in to the deletion of an agent, by keyboard alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

// The low one is what is left of 1280 x 800 at twice the size.
const SIZES = {
  wide: { width: 1440, height: 900 },
  small: { width: 390, height: 844 },
  low: { width: 640, height: 400 },
}
const VIEWS = ['light', 'dark'].flatMap((theme) => Object.keys(SIZES).map((size) => ({ theme, size })))

describe('pages for everybody', { timeout: 480_000 }, () => {
  let server
  let browser
  before(async () => {
    server = await Server.start({ setup: false })
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser?.picture(context.name.replaceAll(/\W+/g, '-'))
    await browser?.close()
    browser = null
  })

  const open = async ({ theme, size }) => {
    browser = await Browser.open(server.address, {
      context: { viewport: SIZES[size], colorScheme: theme, bypassCSP: true, reducedMotion: 'reduce' },
    })
  }
  async function check(found, page) {
    const { lines, passed } = await findings(browser.page)
    assert.ok(passed > 5, `${page}: only ${passed} rules had something to look at`)
    found.push(...lines.map((line) => `${page}: ${line}`))
    // The page scrolls in an element of its own: the document is never too wide where it is.
    const wider = await browser.page.evaluate(() =>
      [document.documentElement, document.getElementById('content')].map((one) =>
        one === null ? 0 : one.scrollWidth - one.clientWidth,
      ),
    )
    if (Math.max(...wider) > 0) found.push(`${page}: ${Math.max(...wider)} pixels wider than the screen`)
    assert.notEqual(await browser.page.title(), '', page)
  }
  const heading = (name) => browser.page.getByRole('heading', { level: 1, name }).waitFor()

  for (const view of VIEWS)
    it(`setup has no findings: ${view.theme}, ${view.size}`, async () => {
      const found = []
      await open(view)
      await browser.go('/')
      await browser.at('setup-password').fill('short')
      await browser.at('setup-confirm').fill('other')
      await check(found, 'setup')
      assert.deepEqual(found, [])
    })

  let run
  it('setup is left by its form', async () => {
    await server.setUp()
    await server.createAgent('reader')
    await server.createAgent('resting')
    await server.createAgent('answering', { template: 'local:test-echo' })
    const done = await server.post('/api/agents/answering/task', { message: 'Say this again' })
    assert.equal(done.status, 200, done.text)
    run = (await server.get('/api/agents/answering/executions?limit=1')).body[0].id
    await server.post('/api/agents/resting/stop')
    // For the journal only: the list of credentials is empty again.
    const stored = await server.post('/api/credentials', {
      name: 'Search',
      service: 'svc',
      type: 'api_key',
      credentials: { SEARCH_KEY: 'made-up-value-1' },
    })
    assert.equal(stored.status, 200, stored.text)
    const { id } = stored.body
    const assigned = await server.post('/api/agents/reader/credentials/assign', { credential_id: id })
    assert.equal(assigned.status, 200, assigned.text)
    await server.delete(`/api/agents/reader/credentials/assign/${id}`)
    await server.delete(`/api/credentials/${id}`)
    await runIn(
      server.containerOf('reader'),
      '{ echo "INFO fine"; echo "WARN slow"; echo "ERROR bad"; printf "\\033[31mred\\033[0m \\033[90mgrey\\033[0m\\n"; } > /proc/1/fd/1',
    )
  })

  for (const view of VIEWS)
    it(`no page has findings: ${view.theme}, ${view.size}`, async () => {
      const found = []
      await open(view)
      await browser.go('/login')
      await browser.at('login-username').fill('admin')
      await browser.at('login-password').fill('not the password')
      await browser.at('login-submit').click()
      await browser.page
        .getByText(/incorrect|wrong|does not match/i)
        .first()
        .waitFor()
      await check(found, 'sign-in')
      await browser.at('login-password').fill(PASSWORD)
      await browser.at('login-submit').click()
      await browser.isLive()
      await browser.at('fleet-row-reader').waitFor()
      await browser.page.getByText('%').first().waitFor({ timeout: 40_000 })
      await check(found, 'dashboard')
      await browser.go('/agents')
      await browser.page.getByText('reader', { exact: true }).first().waitFor()
      await browser.page.getByText('%').first().waitFor({ timeout: 40_000 })
      await check(found, 'agents')
      await browser.at('create-open').first().click()
      await browser.at('create-name').fill('Not / a name')
      await browser.page.locator('[data-template]').first().waitFor()
      await check(found, 'create dialog')
      for (const [target, ready] of [
        ['/?view=graph', () => browser.at('fleet-graph').waitFor()],
        ['/?view=timeline', () => browser.at('fleet-timeline').waitFor()],
        ['/?view=grid&group=owner', () => browser.at('fleet-row-reader').waitFor()],
        [
          '/agents/reader',
          async () => {
            await browser.text('page-cpu', /\d/, 40_000)
            await browser.at('pressure').waitFor()
          },
        ],
        ['/agents/answering?tab=chat', () => browser.at('chat-input').waitFor()],
        ['/agents/answering?tab=tasks', () => browser.at(`run-row-${run}`).waitFor()],
        [`/agents/answering/executions/${run}`, () => browser.at('run-answer').waitFor()],
        ['/agents/resting', () => browser.text('page-state', /stopped/)],
        ['/agents/reader?tab=dashboard', () => browser.page.getByRole('tabpanel').waitFor()],
        ['/agents/reader?tab=files', () => browser.page.getByRole('tabpanel').waitFor()],
        ['/agents/reader?tab=info', () => browser.page.getByRole('tabpanel').waitFor()],
        ['/agents/reader?tab=logs', () => browser.at('logs-text').getByText('ERROR bad').waitFor()],
        ['/agents/reader?tab=sharing', () => browser.at('shares-empty').waitFor()],
        ['/agents/reader?tab=permissions', () => browser.at('permission-resting').waitFor()],
        ['/agents/reader?tab=git', () => browser.at('git-none').waitFor()],
        ['/agents/reader?tab=credentials', () => browser.at('inside').waitFor()],
        ['/agents/nobody', () => heading(/./)],
        ['/credentials', () => browser.at('credentials-empty').waitFor()],
        // With a row in which a link stands beside other text.
        [
          '/audit',
          () => browser.page.getByRole('listitem').filter({ hasText: '· reader' }).getByRole('link').first().waitFor(),
        ],
        ['/templates', () => browser.page.getByRole('heading', { level: 3, name: 'Demo worker' }).waitFor()],
        ['/settings', () => heading('Settings')],
        ['/nothing/here', () => heading(/./)],
      ]) {
        await browser.go(target)
        await ready()
        await check(found, target)
      }
      await browser.go('/agents/reader')
      await browser.at('page-menu').click()
      await browser.at('page-settings').click()
      await browser.at('settings-memory').selectOption('8g')
      await browser.at('settings-interrupts').waitFor()
      await check(found, 'settings of an agent')
      assert.deepEqual(found, [])
      assert.deepEqual(browser.troubles(), [])
    })

  const signedIn = async (viewport) => {
    browser = await Browser.open(server.address, { context: { viewport } })
    await browser.signIn('admin', PASSWORD)
  }
  /** The part of it that lies on the screen, in pixels of height. */
  const seen = (testId) =>
    browser.at(testId).evaluate((element) => {
      const box = element.getBoundingClientRect()
      const page = document.getElementById('content').getBoundingClientRect()
      return Math.min(box.bottom, page.bottom) - Math.max(box.top, page.top)
    })

  for (const viewport of [SIZES.low, { width: 844, height: 390 }])
    it(`an agent can be talked to, and its output and files read: ${viewport.width}x${viewport.height}`, async () => {
      await signedIn(viewport)
      await browser.go('/agents/answering?tab=chat')
      await browser.at('chat-input').waitFor()
      await until('the field in sight', async () => (await seen('chat-input')) > 30)
      await browser.at('chat-input').fill('Heard on a low screen')
      await browser.page.keyboard.press('Enter')
      await browser.at('chat-messages').getByText('Heard on a low screen').first().waitFor()
      await until('room for what was said', async () => (await seen('chat-messages')) > 90)
      // One line of figures in the header, which is there above.
      await browser.at('page-cpu').scrollIntoViewIfNeeded()
      const [cpu, memory] = await Promise.all(['page-cpu', 'page-memory'].map((id) => browser.at(id).boundingBox()))
      assert.ok(Math.abs(cpu.y - memory.y) < 2 && cpu.height < 24, JSON.stringify([cpu, memory]))

      await browser.go('/agents/reader?tab=logs')
      await browser.at('logs-text').getByText('ERROR bad').waitFor()
      await until('lines in sight', async () => (await seen('logs-text')) > 120)
      await browser.go('/agents/reader?tab=files')
      await browser.at('files').waitFor()
      await until('files in sight', async () => (await seen('files-box')) > 100)
      // The tabs stay, so the way to the next part is never out of sight.
      for (const tab of ['overview', 'tasks', 'permissions']) {
        await browser.go(`/agents/reader?tab=${tab}`)
        await browser.page.getByRole('tabpanel').waitFor()
        await browser.page.evaluate(() => document.getElementById('content').scrollTo(0, 1e6))
        await until(`the tabs over ${tab}`, async () => (await seen(`tab-${tab}`)) > 30)
      }
      assert.deepEqual(browser.troubles(), [])
    })

  it('tabs that have no room on a phone are named in a menu, and the keys go through all of them', async () => {
    await signedIn(SIZES.small)
    await browser.go('/agents/reader')
    await browser.at('tabs-more').click()
    const named = await browser.page.getByRole('menuitem').allTextContents()
    for (const tab of ['Logs', 'Permissions'])
      assert.ok(
        named.some((one) => one.trim() === tab),
        named.join(),
      )
    assert.ok(!named.some((one) => one.trim() === 'Overview'), named.join())
    await browser.page.getByRole('menuitem', { name: 'Permissions' }).click()
    await browser.at('permission-resting').waitFor()
    const strip = browser.page.getByRole('tablist')
    const inSight = (testId) =>
      browser.at(testId).evaluate((tab) => {
        const box = tab.getBoundingClientRect()
        const around = tab.parentElement.getBoundingClientRect()
        return box.left >= around.left - 1 && box.right <= around.right + 1
      })
    assert.equal(await strip.getByRole('tab').count(), 11)
    assert.ok(await inSight('tab-permissions'))
    await browser.at('tab-permissions').focus()
    await browser.page.keyboard.press('Home')
    await browser.page.waitForURL((url) => !url.searchParams.has('tab'))
    await until('the first tab in sight', () => inSight('tab-overview'))
    await browser.page.keyboard.press('End')
    await until('the last tab in sight', () => inSight('tab-permissions'))
    assert.match(await browser.page.title(), /^reader · Permissions/)
  })

  it('a run says its day on a phone too', async () => {
    await signedIn(SIZES.small)
    await browser.go(`/agents/answering/executions/${run}`)
    await browser.text('run-started', new RegExp(`${new Date().getFullYear()}.* · .*(ago|just now)`))
    assert.ok(await browser.at('run-started').isVisible())
  })

  it('what is small on a phone is hit by a finger all the same: 44 pixels high', async () => {
    await signedIn(SIZES.small)
    /** The first of them answers to a tap at its middle, and 21 pixels above and below that. */
    const isHit = (what) =>
      what.first().evaluate((element) => {
        element.scrollIntoView({ block: 'center' })
        const box = element.getBoundingClientRect()
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
        return [-21, 0, 21].every((off) => {
          const there = document.elementFromPoint(x, y + off)
          return there !== null && (element === there || element.contains(there))
        })
      })
    const missed = []
    for (const [page, ...targets] of [
      ['/', () => browser.at('view-graph'), () => browser.at('fleet-row-reader').getByRole('link')],
      ['/agents', () => browser.at('agent-row-reader').getByRole('link')],
      ['/agents/reader', () => browser.at('tab-chat'), () => browser.at('tabs-more')],
      ['/agents/reader?tab=permissions', () => browser.at('permission-resting')],
      [`/agents/answering/executions/${run}`, () => browser.at('run-back')],
      ['/audit', () => browser.page.getByRole('listitem').filter({ hasText: '· reader' }).getByRole('link')],
      ['/settings', () => browser.page.getByRole('switch')],
    ]) {
      await browser.go(page)
      for (const target of targets) {
        await target().first().waitFor()
        if (!(await isHit(target()))) missed.push(`${page}: ${await target().first().textContent()}`)
      }
    }
    assert.deepEqual(missed, [])
  })

  it('signs in, creates, opens, reads the output, gives a task, reads its run, stops and deletes by keyboard alone', async () => {
    browser = await Browser.open(server.address)
    const { keyboard } = browser.page
    const focused = () =>
      browser.page.evaluate(() => {
        const it = document.activeElement
        const shows = (element) => {
          const style = element && getComputedStyle(element)
          return Boolean(style) && (style.outlineStyle !== 'none' || style.boxShadow !== 'none')
        }
        return {
          id: it.dataset.testid ?? '',
          name: (it.getAttribute('aria-label') ?? it.labels?.[0]?.textContent ?? it.textContent)
            .trim()
            .replaceAll(/\s+/g, ' '),
          // A choice that is drawn by its label shows it there; the body has the focus at the end of the page.
          ring: shows(it) || shows(it.closest('label')) || it === document.body,
          html: it.outerHTML.slice(0, 200),
        }
      })
    /** Moves on by Tab until something with this test id or name has the focus. Every stop on the way shows that it is one. */
    async function tabTo(wanted) {
      const way = []
      for (let stop = 0; stop < 60; stop++) {
        const now = await focused()
        if (now.id === wanted || (wanted instanceof RegExp && wanted.test(now.name))) return now
        await keyboard.press('Tab')
        const next = await focused()
        way.push(next.id || next.name.slice(0, 30))
        assert.ok(next.ring, `no focus ring on ${JSON.stringify(next)}`)
      }
      throw new Error(`Tab never came to ${wanted}: ${way.join(' > ')}`)
    }

    await browser.go('/login')
    await browser.at('login-username').waitFor()
    await tabTo('login-username')
    await keyboard.press('Control+a')
    await keyboard.type('admin')
    await tabTo('login-password')
    await keyboard.type(PASSWORD)
    await keyboard.press('Enter')
    await browser.isLive()

    await browser.at('dashboard').waitFor()
    await keyboard.press('g')
    await keyboard.press('a')
    await browser.page.waitForURL('**/agents')
    await browser.at('create-open').first().waitFor()
    await tabTo('create-open')
    await keyboard.press('Enter')
    await browser.at('create-name').waitFor()
    await tabTo('create-name')
    await keyboard.type('by-keys')
    await browser.page.locator('[data-template]').first().waitFor()
    // One stop for all choices, the arrows go through them.
    await until('the choice of templates', async () => {
      await keyboard.press('Tab')
      return browser.page.evaluate(() => document.activeElement.type === 'radio')
    })
    for (let key = 0; key < 10 && !/Demo worker/.test((await focused()).name); key++) await keyboard.press('ArrowDown')
    assert.match((await focused()).name, /Demo worker/)
    await keyboard.press('Space')
    await tabTo('create-submit')
    await keyboard.press('Enter')
    await browser.at('create-name').waitFor({ state: 'detached', timeout: 30_000 })

    const listed = browser.at('agent-row-by-keys')
    if (!/agents\/by-keys/.test(browser.page.url())) {
      await listed.waitFor({ timeout: 30_000 })
      await browser.text('agent-state-by-keys', /running/, 30_000)
      await tabTo(/^by-keys/)
      await keyboard.press('Enter')
    }
    await browser.text('page-state', /running/, 30_000)

    await tabTo('tab-overview')
    for (let key = 0; key < 10 && (await focused()).id !== 'tab-logs'; key++) await keyboard.press('ArrowRight')
    await browser.text('logs-text', /\w+/, 30_000)
    await tabTo('logs-text')
    await keyboard.press('p')
    await browser.page.locator('[data-testid="logs-state"][data-state="paused"]').waitFor()

    await keyboard.press('3')
    await browser.page.waitForURL('**tab=tasks')
    await tabTo('task-message')
    await keyboard.type('A quick count, please')
    await tabTo('task-run')
    await keyboard.press('Enter')
    const row = browser.page.locator('[data-testid^=run-row]', { hasText: 'A quick count, please' })
    await row.getByText('Done').waitFor({ timeout: 60_000 })
    await tabTo(/^A quick count, please$/)
    await keyboard.press('Enter')
    await browser.at('run-answer').waitFor()
    await browser.text('run-answer', /\w+/)
    await tabTo(/^by-keys$/)
    await keyboard.press('Enter')
    await browser.text('page-state', /running/)
    await keyboard.press('1')
    await until('the overview', async () => !/tab=/.test(browser.page.url()))
    await browser.page.evaluate(() => document.getElementById('content')?.focus())
    await tabTo('page-stop')
    await keyboard.press('Enter')
    const confirm = browser.at('confirm-submit')
    await until(
      'stopping, or asked',
      async () => (await confirm.isVisible()) || /stopp/i.test(await browser.at('page-state').textContent()),
    )
    if (await confirm.isVisible()) {
      await tabTo('confirm-submit')
      await keyboard.press('Enter')
    }
    await browser.text('page-state', /stopped/, 30_000)

    await tabTo('page-menu')
    await keyboard.press('Enter')
    await browser.at('page-delete').waitFor()
    for (let key = 0; key < 10 && (await focused()).id !== 'page-delete'; key++) await keyboard.press('ArrowDown')
    assert.equal((await focused()).id, 'page-delete')
    await keyboard.press('Enter')
    await browser.at('confirm-name').waitFor()
    await tabTo('confirm-name')
    await keyboard.type('by-keys')
    await keyboard.press('Enter')
    await browser.at('confirm-name').waitFor({ state: 'detached', timeout: 30_000 })
    await until('deleted', async () => !(await server.agents()).has('by-keys'))
    assert.deepEqual(browser.troubles(), [])
  })
})
