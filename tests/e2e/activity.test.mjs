// What an agent does, in a real browser while it does it: a run calls a tool, and the page shows it.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const say = (line) => `echo ${JSON.stringify(JSON.stringify(line)).replaceAll('$', '\\$')}`
const call = (input) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id: 'toolu_1', name: 'Bash', input }] },
})
const result = (content, is_error = false) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content, is_error }] },
})
/** A program that calls a tool, and whose tool works until a file says that it may end. */
const PROGRAM = `#!/bin/sh
message=$(cat)
${say(call({ command: 'count <b>slowly</b>' }))}
until [ -e "$HOME/go" ]; do sleep 0.02; done
rm -f "$HOME/go"
case "$message" in
  *fail*) ${say(result('it broke', true))} ;;
  *) ${say(result('<img src=x onerror=alert(1)> one two three'))} ;;
esac
${say({ type: 'result', subtype: 'success', result: 'done', total_cost_usd: 0.0123, usage: { input_tokens: 1200, output_tokens: 40 } })}
`
const TEMPLATE = `name: worker
display_name: Worker
resources: {cpu: "1", memory: 128m}
runtime:
  type: command
  command: [sh, /template/run.sh]
`

describe('what an agent does, in a browser', { timeout: 240_000 }, () => {
  let server
  let browser
  let templates
  let running
  const start = (message) => {
    running = server.post('/api/agents/worker/task', { message })
  }
  const end = async () => {
    await runIn(server.containerOf('worker'), 'touch /home/developer/go')
    return running
  }
  const calls = () => browser.at('activity-timeline').getByRole('button')
  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-activity-'))
    await mkdir(path.join(templates, 'worker'))
    await writeFile(path.join(templates, 'worker/template.yaml'), TEMPLATE)
    await writeFile(path.join(templates, 'worker/run.sh'), PROGRAM)
    server = await Server.start({ templatesDir: templates })
    await server.createAgent('worker', { template: 'local:worker' })
    browser = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/worker')
    await until('its activity is subscribed', () => browser.topics().includes('agent:worker:activity'))
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await rm(templates, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('begins with words for an agent that has done nothing', async () => {
    await browser.at('activity').getByText('Nothing has been called yet').waitFor()
  })

  it('shows a tool the moment it starts, in the panel and in the header, without asking', async (context) => {
    const from = Date.now()
    const shown = await browser.watch('page-now', /Bash/)
    start('count')
    const { changed } = await shown()
    const told = browser.sockets
      .at(-1)
      .received.find((frame) => frame.event === 'agent_activity_update' && frame.data.active_tool)
    context.diagnostic(
      `from the tool's start to the browser: ${Math.round(told.at - Date.parse(told.data.active_tool.started_at))} ms; on the page ${Math.round(changed - told.at)} ms later`,
    )
    assert.match(await browser.at('activity-tool').textContent(), /Bash/)
    assert.match(await browser.at('page-now').textContent(), /Bash count <b>slowly<\/b>/)
    assert.equal(await calls().count(), 1)
    await browser.text('activity-elapsed', /[1-9]\d* s/)
    assert.deepEqual(browser.calls(from), [])
    const { lines, passed } = await findings(browser.page)
    assert.ok(passed > 10)
    assert.deepEqual(lines, [], 'while a tool works')
  })

  it('shows how it ended, and the figures of the run', async () => {
    const answer = await end()
    assert.equal(answer.status, 200, answer.text)
    await browser.at('page-now').waitFor({ state: 'detached' })
    await calls().first().getByText('done').waitFor({ state: 'attached' })
    await browser.text('activity-tools', /\d+ (ms|s)/)
    assert.match(await calls().first().textContent(), /Bash.*count.*\d/)
  })

  it('opens to what the tool was given and what came back, as text', async () => {
    const from = Date.now()
    await calls().first().click()
    const detail = browser.at('call-detail')
    await detail.getByText('<img src=x onerror=alert(1)> one two three').waitFor()
    assert.equal(await detail.locator('img, b').count(), 0)
    await detail.getByText('count <b>slowly</b>').waitFor()
    assert.equal(browser.calls(from).length, 1)
    const { lines } = await findings(browser.page)
    assert.deepEqual(lines, [], 'with an open call')
  })

  it('lets a new call wait while one is read, and says a failure', async () => {
    start('fail please')
    await browser.text('activity-waiting', /1 new call/)
    await end()
    await browser.at('activity-waiting').click()
    await calls().first().getByText('failed').waitFor()
    assert.equal(await calls().getByText('done').count(), 1)
  })

  it('is there at once for somebody who comes later, and after a reload', async () => {
    const tab = await browser.tab()
    await tab.go('/agents/worker')
    await tab.at('activity-timeline').getByRole('button').nth(1).waitFor()
    assert.deepEqual(
      tab.calls().filter((one) => one.includes('/activity')),
      [],
    )
    await tab.page.close()
  })

  it('ends when the container dies in the middle of a call', async () => {
    start('count')
    await browser.text('page-now', /Bash/)
    await server.post('/api/agents/worker/stop')
    await running
    await browser.at('page-now').waitFor({ state: 'detached' })
    await calls().first().getByText('failed').waitFor()
    assert.equal(await calls().getByText('running').count(), 0)
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
