// What check.mjs checks of the graph and the time line: accessibility, requests, how many of how many, keys, replay, places
// kept by hand, and frames while 200 agents and 5,000 events are moved.
import { percentile } from './trace.mjs'

/** Lengths of the frames while something is done, milliseconds. */
async function framesOf(page, act) {
  await page.evaluate(() => {
    globalThis.frames_ = []
    globalThis.counting = true
    let last = performance.now()
    const turn = (time) => {
      globalThis.frames_.push(time - last)
      last = time
      if (globalThis.counting) requestAnimationFrame(turn)
    }
    requestAnimationFrame(turn)
  })
  await act()
  return page.evaluate(() => {
    globalThis.counting = false
    return globalThis.frames_.slice(2)
  })
}

async function drag(page, x, y, moves = 120) {
  await page.mouse.move(x, y)
  await page.mouse.down()
  for (let n = 0; n < moves; n += 1)
    await page.mouse.move(x + Math.sin(n / 12) * 220, y + Math.cos(n / 12) * 20)
  await page.mouse.up()
}

const VIEWS = ['timeline', 'graph']

/** `open`, `axeRun` and `check` are those of check.mjs. */
export async function checkViews({ withMock, signIn, flip, open, axeRun, check }) {
  const opened = async (page, base, view, range = '24h') => {
    await page.goto(`${base}/?view=${view}&range=${range}`)
    await page.getByTestId('history-note').waitFor()
    await page.waitForTimeout(700)
    await page.getByTestId(`fleet-${view}`).evaluate((one) => one.scrollIntoView())
  }

  await withMock(8868, ['--agents', '30'], async (base) => {
    for (const [theme, viewport] of [
      ['dark', undefined],
      ['light', undefined],
      ['light', { width: 390, height: 844 }],
    ]) {
      const page = await open(base, theme, viewport)
      await signIn(page, base)
      for (const view of VIEWS) {
        const name = (what) => `${view}${what} ${theme} ${viewport ? 'small' : 'wide'}`
        await opened(page, base, view)
        await axeRun(page, name(''))
        await page.getByTestId(`${view}-as-table`).click()
        await page.getByTestId(`${view}-table`).waitFor()
        await axeRun(page, name(' as a table'))
        await page.getByTestId(`${view}-as-table`).click()
        await page.getByTestId('replay-start').click()
        await page.getByTestId('replay-next').click()
        await axeRun(page, name(' replayed'))
        await page.getByTestId('replay-leave').click()
      }
      await page.locator('[data-node=research-desk]').focus()
      await page.keyboard.press('Enter')
      await page.getByTestId('graph-permissions').click()
      await page.getByTestId('graph-allow').waitFor()
      await axeRun(page, `graph with permissions ${theme} ${viewport ? 'small' : 'wide'}`)
      await page.context().close()
    }
  })

  await withMock(8869, ['--agents', '200', '--events', '5000', '--tick', '1000'], async (base) => {
    const page = await open(base)
    await signIn(page, base)
    page.rest.length = 0
    await opened(page, base, 'timeline', '7d')
    const history = () => page.rest.filter((one) => one.includes('timeline')).length
    check('the history takes one request', history() === 1, page.rest.join(', '))
    check('opening takes at most 3', page.rest.length <= 3, page.rest.join(', '))
    page.rest.length = 0
    await page.getByTestId('view-graph').check()
    await page.getByTestId('graph-box').waitFor()
    await page.getByTestId('view-timeline').check()
    await page.getByTestId('timeline-span').waitFor()
    check('switching the view takes none', page.rest.length === 0, page.rest.join(', '))
    const note = await page.getByTestId('history-note').textContent()
    check('it says how many of how many', /Showing 1,000 of 5,0\d\d events/.test(note), note)
    await page.getByTestId('history-rest').click()
    await page.getByTestId('history-rest').waitFor({ state: 'detached' })

    const box = page.locator('[data-testid=fleet-timeline] [role=group][tabindex]')
    await page.getByTestId('fleet-timeline').evaluate((one) => one.scrollIntoView())
    const rows = await page.locator('[data-testid^=timeline-row-]').count()
    check('only the rows in view are drawn', rows < 60, `${rows} of 200`)
    for (let n = 0; n < 3; n += 1) await page.getByTestId('timeline-zoom-in').click()
    const place = await box.boundingBox()
    const moved = await framesOf(page, () => drag(page, place.x + 700, place.y + 200))
    check(
      '60 frames a second while the time line of 200 agents and 5,000 events is moved',
      percentile(moved, 0.5) < 18,
      `median ${percentile(moved, 0.5).toFixed(1)} ms, p95 ${percentile(moved, 0.95).toFixed(1)} ms`,
    )
    await page.getByTestId('timeline-to-now').click()
    await page.getByTestId('timeline-to-now').waitFor({ state: 'detached' })
    check('back to now', true)

    await page.getByTestId('replay-start').click()
    const first = await page.getByTestId('replay-at').textContent()
    await page.getByTestId('replay-play').click()
    await page.waitForTimeout(1200)
    await page.keyboard.press('p')
    const then = await page.getByTestId('replay-at').textContent()
    await page.waitForTimeout(400)
    check(
      'a replay plays, and stands still when it is paused',
      then !== first && then === (await page.getByTestId('replay-at').textContent()),
      `${first} to ${then}`,
    )
    await page.keyboard.press('Escape')
    await page.getByTestId('replay').waitFor({ state: 'detached' })
    await box.focus()
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowLeft', 'Enter'])
      await page.keyboard.press(key)
    await page.waitForURL(/\/executions\//)
    check('keys go to a run and open it', true)

    await opened(page, base, 'graph', '7d')
    const node = page.locator('[data-node=research-desk]')
    await flip(base, 'ask/research-desk/release-notes')
    await page.locator('[data-lit^="research-desk"][data-lit$="release-notes"]').waitFor()
    check('a message lights its line up', true)
    const ground = await page.getByTestId('graph-box').boundingBox()
    const corner = { x: ground.x + ground.width - 300, y: ground.y + ground.height - 12 }
    const panned = await framesOf(page, () => drag(page, corner.x, corner.y))
    check(
      '60 frames a second while the graph of 200 agents is moved',
      percentile(panned, 0.5) < 18,
      `median ${percentile(panned, 0.5).toFixed(1)} ms, p95 ${percentile(panned, 0.95).toFixed(1)} ms`,
    )
    await page.getByTestId('graph-fit').click()
    await page.waitForTimeout(400)
    const from = await node.boundingBox()
    await page.mouse.move(from.x + 8, from.y + 8)
    await page.mouse.down()
    await page.mouse.move(from.x + 60, from.y + 40, { steps: 4 })
    await page.mouse.up()
    const kept = await node.getAttribute('style')
    await page.reload()
    await page.getByTestId('graph-tidy').waitFor()
    check('an agent that was moved stays there', kept === (await node.getAttribute('style')))
    await page.getByTestId('graph-tidy').click()
    await page.getByTestId('graph-tidy').waitFor({ state: 'detached' })
    check('and goes back in order', kept !== (await node.getAttribute('style')))
  })
}
