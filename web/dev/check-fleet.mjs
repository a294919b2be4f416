// What check.mjs checks of the dashboard: accessibility, nothing that jumps while figures tick, requests counted, who needs
// a person within a second, keys, and how a person left it.
import { percentile, traceTicks } from './trace.mjs'

const TOPICS = ['activities', 'agents', 'agents:stats', 'host', 'user']

/** `open`, `axeRun` and `check` are those of check.mjs. */
export async function checkFleet({ withMock, signIn, flip, heard, open, axeRun, check }) {
  const opened = async (page, base, query = '') => {
    await page.goto(`${base}/${query}`)
    await page.getByTestId('fleet-grid').getByText('%').first().waitFor()
  }
  await withMock(8865, ['--agents', '60'], async (base) => {
    for (const [theme, viewport] of [
      ['dark', undefined],
      ['light', undefined],
      ['light', { width: 390, height: 844 }],
    ]) {
      const size = viewport ? 'small' : 'wide'
      const name = (what) => `${what} ${theme} ${size}`
      const page = await open(base, theme, viewport)
      const shifts = () => page.evaluate(() => globalThis.shift)
      await signIn(page, base)
      await opened(page, base)
      await page.waitForTimeout(700)
      check(name('nothing jumps: dashboard'), (await shifts()) < 0.02, (await shifts()).toFixed(4))
      await axeRun(page, name('dashboard'))
      await opened(page, base, '?group=owner&state=attention')
      await page.getByTestId('attention-fold').click()
      await axeRun(page, name('dashboard in groups'))
      await page.getByTestId('attention-fold').click()
      await page.getByRole('searchbox').fill('zzz')
      await page.getByTestId('dashboard-clear').waitFor()
      await axeRun(page, name('dashboard, none fits'))
      await page.getByTestId('dashboard-clear').click()
      await page.getByTestId('fleet-grid').waitFor()
      check(name('clearing drops search and filter'), !/q=|state=/.test(page.url()), page.url())
      await page.context().close()
    }
  })

  await withMock(8866, ['--agents', '60', '--tick', '1000', '--calm'], async (base) => {
    const page = await open(base)
    const shifts = () => page.evaluate(() => globalThis.shift)
    await signIn(page, base)
    await page.getByTestId('agents-table').getByText('%').first().waitFor()
    page.rest.length = 0
    page.sockets = 0
    await opened(page, base)
    await page.getByTestId('attention-none').waitFor()
    await page.waitForTimeout(1500)
    check(
      'opening the dashboard takes at most 3 REST requests',
      page.rest.length <= 3,
      page.rest.join(', '),
    )
    check('and one socket', page.sockets === 1, String(page.sockets))
    page.rest.length = 0
    const before = await shifts()
    await page.waitForTimeout(10_000)
    check('an open dashboard makes no REST request', page.rest.length === 0, page.rest.join(', '))
    const moved = (await shifts()) - before
    check('no figure that ticks moves anything', moved < 0.001, moved.toFixed(5))
    const held = new Set()
    for (const frame of await heard(base)) {
      if (frame.type === 'subscribe') for (const topic of frame.topics) held.add(topic)
      if (frame.type === 'unsubscribe') for (const topic of frame.topics) held.delete(topic)
    }
    check(
      'it subscribes to what it shows and nothing else',
      [...held].sort().join() === TOPICS.join(),
      [...held].sort().join(),
    )

    const started = Date.now()
    await flip(base, 'attend/docs-keeper/waiting')
    const link = page.getByTestId('attention-item-docs-keeper')
    await link.waitFor()
    check(
      'who waits is named within 250 ms',
      Date.now() - started < 250,
      `${Date.now() - started} ms`,
    )
    check('without a REST request', page.rest.length === 0, page.rest.join(', '))
    await page.getByTestId('fleet-row-docs-keeper').getByText('Waiting for you').waitFor()
    await link.click()
    await page.waitForURL('**/agents/docs-keeper?tab=chat')
    await page.keyboard.press('g')
    await page.keyboard.press('d')
    await page.getByTestId('dashboard').waitFor()
    check('one click leads to the chat, g d back', true)
    await flip(base, 'attend/docs-keeper/none')
    await page.getByTestId('attention-none').waitFor()

    for (const key of ['j', 'j', 'ArrowDown']) await page.keyboard.press(key)
    const at = await page.evaluate(() =>
      [...document.querySelectorAll('[data-agent]')].indexOf(
        document.activeElement.closest('[data-agent]'),
      ),
    )
    check('keys go down the rows', at === 2, `row ${at}`)
    await page.getByTestId('fleet-group-by').click()
    await page.getByRole('menuitemradio', { name: 'Owner' }).click()
    await page.keyboard.press('Escape')
    await page.getByTestId('fleet-group-admin').waitFor()
    await page.goto(`${base}/templates`)
    await page.waitForTimeout(800)
    await page.goto(base)
    await page.getByTestId('fleet-group-admin').waitFor()
    check('how it was left is remembered', page.url().includes('group=owner'), page.url())
    await page.getByTestId('stop-all').click()
    await page.getByTestId('stop-all-submit').waitFor()
    check('stopping everything is two clicks away', true)
  })

  await withMock(8867, ['--agents', '1000', '--tick', '1000'], async (base) => {
    const page = await open(base)
    await signIn(page, base)
    for (const [name, query] of [
      ['', ''],
      [', in groups', '?group=template&sort=name'],
    ]) {
      await opened(page, base, query)
      await page.waitForTimeout(3000)
      const { ticks, tasks } = await traceTicks(page, 12_000)
      const drawn = await page.locator('[data-agent]').count()
      check(`1,000 agents${name}: only what is seen is drawn`, drawn < 80, `${drawn} rows`)
      // Its order is made anew every 10 s: that is no mere tick.
      const median = percentile(ticks, 0.5)
      check(
        `1,000 ticking agents${name}: script and layout per tick under 16 ms`,
        ticks.length >= 8 && median < 16,
        `median ${median?.toFixed(1)} ms, p95 ${percentile(ticks, 0.95)?.toFixed(1)} ms, ${ticks.length} ticks`,
      )
      const longest = Math.max(...tasks)
      check(`1,000 ticking agents${name}: no task over 100 ms`, longest < 100, longest.toFixed(1))
    }
  })
}
