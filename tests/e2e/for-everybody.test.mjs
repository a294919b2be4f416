// Every page for everybody: the accessibility checker in both themes on a wide and a small screen, and a whole round, from
// the sign-in to the deletion of an agent, by keyboard alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const SIZES = { wide: { width: 1440, height: 900 }, small: { width: 390, height: 844 } }
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
    const wider = await browser.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (wider > 0) found.push(`${page}: ${wider} pixels wider than the screen`)
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
        ['/audit', () => heading('Audit')],
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
