// An agent of the full image at work, seen in a browser: the real Claude Code calls a tool, and the page shows it.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, until } from '../integration/harness.mjs'
import { docker } from '../support/agent-container.mjs'
import { startRealFleet } from '../support/real-fleet.mjs'
import { Browser } from './browser.mjs'

describe('an agent at work in a browser (agentd)', { timeout: 300_000 }, () => {
  let fleet, server, browser
  before(async () => {
    fleet = await startRealFleet()
    server = fleet.server
    browser = await Browser.open(server.address)
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/one')
  })
  after(async () => {
    await browser?.close()
    await fleet?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  /** When the tool itself began, in milliseconds since 1970. Told once. */
  const toolStart = async () => {
    let text
    await until('the tool has begun', async () => {
      const script = 'cat ~/tool-started 2>/dev/null && rm ~/tool-started || true'
      return (text = (await docker('exec', server.containerOf('one'), 'sh', '-c', script)).stdout)
    })
    return Number(text)
  }

  it('shows the tool call while it runs, within 250 ms', async (t) => {
    await browser.at('activity').waitFor()
    const late = []
    for (let round = 0; round < 3; ++round) {
      await browser.at('activity-elapsed').waitFor({ state: 'detached' })
      const seen = await browser.watch('activity-tool', /Bash/)
      const answer = server.post('/api/agents/one/task', { message: `Sleep [sleep] ${round}` })
      const { painted } = await seen()
      assert.match(await browser.at('activity-now').textContent(), /sleep 2/)
      late.push(Math.round(painted - (await toolStart())))
      assert.equal((await answer).body.response, 'done')
    }
    t.diagnostic(`on the screen ${late.join(', ')} ms after the tool's own start`)
    for (const ms of late) assert.ok(ms < 250, `${late.join(', ')} ms`)
  })

  it('keeps the call, with what it was given and what it gave', async () => {
    await browser.at('activity-timeline').getByText('Bash').first().click()
    const detail = browser.at('call-detail')
    await detail.getByText('woke-up').first().waitFor()
    assert.match(await detail.textContent(), /sleep 2/)
    assert.deepEqual(browser.troubles(), [])
  })
})
