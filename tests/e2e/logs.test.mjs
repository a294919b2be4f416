// The Logs tab in a real browser: a real container writes, and its lines appear.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { readFile } from 'node:fs/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

describe('the logs of an agent in a browser', { timeout: 300_000 }, () => {
  let server
  let browser
  const say = (script) => runIn(server.containerOf('talker'), `{ ${script} ; } > /proc/1/fd/1`)
  const lines = () => browser.at('logs-text')
  const sees = (text) => lines().getByText(text, { exact: true }).waitFor()
  const state = (wanted) => browser.page.locator(`[data-testid="logs-state"][data-state="${wanted}"]`).waitFor()
  /** How far the view is from the newest line, in pixels. */
  const fromEnd = () => lines().evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight)
  const restCalls = () => browser.requests.filter(({ url }) => new URL(url).pathname.startsWith('/api/'))

  before(async () => {
    server = await Server.start()
    await server.createAgent('talker')
    await say('seq -f "early %.0f" 1 200')
    browser = await Browser.open(server.address)
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/talker?tab=logs')
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('show what was there and follow what comes', async () => {
    await sees('early 200')
    await state('live')
    await say('echo "hello there"')
    await sees('hello there')
    assert.ok((await fromEnd()) <= 40)
  })

  it('ask for nothing by REST while they are open', async () => {
    const before = restCalls().length
    for (let n = 0; n < 5; n += 1) await say(`echo "quiet ${n}"`)
    await sees('quiet 4')
    assert.deepEqual(restCalls().slice(before), [])
    assert.deepEqual(
      restCalls().filter(({ url }) => url.includes('/logs')),
      [],
      'not even the first lines',
    )
  })

  it('stand still when somebody scrolls up, and count what is new', async () => {
    await lines().hover()
    await browser.page.mouse.wheel(0, -900)
    await state('paused')
    const top = await lines().evaluate((box) => box.scrollTop)
    await say('seq -f "late %.0f" 1 50')
    await browser.text('logs-to-end', /50 new lines/)
    assert.equal(await lines().evaluate((box) => box.scrollTop), top)
    await browser.at('logs-to-end').click()
    await sees('late 50')
    await state('live')
  })

  it('pause and follow by keys', async () => {
    await lines().focus()
    await browser.page.keyboard.press('p')
    await state('paused')
    await say('seq -f "paused %.0f" 1 100')
    await browser.text('logs-to-end', /100 new lines/)
    await browser.page.keyboard.press('End')
    await sees('paused 100')
    await state('live')
    await until('at the end', async () => (await fromEnd()) <= 40)
  })

  it('find a text, mark it, and step from line to line', async () => {
    await browser.page.keyboard.press('/')
    await browser.page.keyboard.type('EARLY 1')
    await browser.text('logs-matches', /111 lines match/)
    await browser.page.keyboard.press('Enter')
    await browser.text('logs-matches', /111 of 111/)
    await browser.page.keyboard.press('Enter')
    await browser.text('logs-matches', /110 of 111/)
    const current = lines().locator('[data-current]')
    assert.match(await current.textContent(), /early 198/)
    assert.equal(await current.locator('mark').textContent(), 'early 1')
    await browser.page.keyboard.press('Escape')
    await browser.at('logs-to-end').click()
  })

  it('show levels, and run nothing that a line says', async () => {
    await say(
      'echo "INFO fine"; echo "ERROR <img src=x onerror=alert(1)>"; printf "\\033[31mred\\033[0m\\n"; echo "WARN slow"',
    )
    await sees('ERROR <img src=x onerror=alert(1)>')
    assert.equal(await lines().locator('img').count(), 0)
    assert.match(await lines().getByText('red', { exact: true }).getAttribute('class'), /ansi-red/)
    await browser.page.getByLabel('Level').selectOption('error')
    await browser.text('logs-count', /^\s*1 of /)
    await sees('ERROR <img src=x onerror=alert(1)>')
    await browser.page.getByLabel('Level').selectOption('all')
  })

  it('say how many lines were skipped', async () => {
    await say('seq -f "flood %.0f of a lot of quick lines that are longer than usual" 1 40000')
    await sees('flood 40000 of a lot of quick lines that are longer than usual')
    await browser.page.keyboard.press('/')
    await browser.page.keyboard.type('flood 40000 ')
    await browser.text('logs-matches', /1 line matches/)
    await browser.page.keyboard.press('Escape')
    // Up from the end until the gap is seen.
    await lines().hover()
    await until('the gap', async () => {
      await browser.page.mouse.wheel(0, -600)
      return (await lines().locator('[data-kind="skipped"]').count()) > 0
    })
    assert.match(await lines().locator('[data-kind="skipped"]').last().textContent(), /[\d,.]+ lines skipped/)
    await browser.at('logs-to-end').click()
    await state('live')
  })

  it('go on over a restart of the container', async () => {
    await say('echo "before the restart"')
    await sees('before the restart')
    await server.post('/api/agents/talker/stop')
    await state('ended')
    await sees('before the restart')
    await server.post('/api/agents/talker/start')
    await state('live')
    await say('echo "after the restart"')
    await sees('after the restart')
    assert.equal(await lines().getByText('before the restart', { exact: true }).count(), 1)
  })

  it('save what is shown as a file', async () => {
    await browser.at('logs-menu').click()
    const download = browser.page.waitForEvent('download')
    await browser.page.getByRole('menuitem', { name: /^Download the last/ }).click()
    const saved = await download
    assert.equal(saved.suggestedFilename(), 'talker.log')
    assert.match(await readFile(await saved.path(), 'utf8'), /after the restart\n$/)
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
