// People talk with an agent and give it tasks, in a real browser: answers appear as they are written, Stop stops, and each
// run has a page. A program stands in for the model, so that every step waits until the test lets it go on.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const say = (line) => `echo ${JSON.stringify(JSON.stringify(line)).replaceAll('$', '\\$').replaceAll('`', '\\`')}`
const block = (content) => ({ type: 'assistant', message: { content: [content] } })
const used = block({ type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'count <b>slowly</b>' } })
const came = {
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '<img src=x onerror=alert(1)> 3' }] },
}
const ANSWER = 'There are **three** of them, <b>not four</b>.'
const ended = {
  type: 'result',
  subtype: 'success',
  result: ANSWER,
  num_turns: 2,
  duration_ms: 900,
  total_cost_usd: 0.0123,
  usage: { input_tokens: 1200, output_tokens: 40 },
}
/** Calls a tool, waits until a file says that it may go on, answers. */
const PROGRAM = `#!/bin/sh
message=$(cat)
echo "$message" >> "$HOME/heard"
${say({ type: 'system', subtype: 'init', model: 'stand-in', tools: ['Bash'], mcp_servers: [] })}
${say(used)}
case "$message" in *quick*) touch "$HOME/go" ;; esac
until [ -e "$HOME/go" ]; do sleep 0.02; done
rm -f "$HOME/go"
case "$message" in *broken*) echo 'the model is gone' >&2; exit 3 ;; esac
${say(came)}
${say(block({ type: 'text', text: ANSWER }))}
${say(ended)}
`
const TEMPLATE = `name: talker
display_name: Talker
resources: {cpu: "1", memory: 128m}
runtime:
  type: command
  command: [sh, /template/run.sh]
`

describe('a conversation in a browser', { timeout: 300_000 }, () => {
  let server, browser, templates
  const inAgent = (script) => runIn(server.containerOf('talker'), script)
  const goOn = () => inAgent('touch /home/developer/go')
  const heard = async (words) => {
    const { body } = await server.get('/api/agents/talker/executions?limit=100')
    return body.filter((row) => row.message.includes(words))
  }
  const write = async (words) => {
    await browser.at('chat-input').fill(words)
    await browser.at('chat-input').press('Enter')
  }
  const answers = () => browser.at('message-assistant')
  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-talk-'))
    await mkdir(path.join(templates, 'talker'))
    await writeFile(path.join(templates, 'talker/template.yaml'), TEMPLATE)
    await writeFile(path.join(templates, 'talker/run.sh'), PROGRAM)
    server = await Server.start({ templatesDir: templates })
    await server.createAgent('talker', { template: 'local:talker' })
    browser = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/talker?tab=chat')
    await browser.at('chat-empty').waitFor()
    await until('its runs are subscribed', () => browser.topics().includes('agent:talker:executions'))
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await rm(templates, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('shows each step of an answer as it happens, and the answer as its author meant it, without its markup', async () => {
    const from = Date.now()
    await write('How many are there?')
    await browser.page.getByText('How many are there?').waitFor()
    await browser.at('tool-toolu_1').getByText('count <b>slowly</b>').waitFor()
    await browser.at('chat-progress').getByText('Uses Bash').waitFor()
    // What happens comes by the socket: one request has started it, and nothing has asked since.
    assert.deepEqual(
      browser.calls(from).filter((one) => !one.includes('/chat/sessions')),
      ['POST /api/agents/talker/chat'],
    )
    assert.deepEqual((await findings(browser.page)).lines, [])
    await goOn()
    await browser.at('chat-send').waitFor()
    await answers().locator('strong').getByText('three').waitFor()
    assert.equal(await answers().count(), 1)
    assert.match(await answers().textContent(), /three of them, <b>not four<\/b>\./)
    assert.match(await answers().textContent(), /\$0\.0123/)
    await browser.at('tool-toolu_1').click()
    await browser.page.getByText('<img src=x onerror=alert(1)> 3').waitFor()
    assert.equal(await browser.page.locator('img[src="x"]').count(), 0)
  })

  it('is there again after a reload, with its calls folded', async () => {
    await browser.page.reload()
    await browser.isLive()
    await answers().locator('strong').waitFor()
    await browser.at('tool-group').click()
    await browser.at('tool-toolu_1').waitFor()
  })

  it('sends a message once, however often Enter is pressed', async () => {
    await browser.at('chat-send').waitFor()
    await browser.at('chat-input').fill('quick, once')
    await Promise.all([1, 2, 3].map(() => browser.at('chat-input').press('Enter')))
    await browser.at('chat-send').waitFor()
    await until('the answer is there', async () => (await answers().count()) === 2)
    assert.equal((await heard('quick, once')).length, 1)
  })

  it('stops at once, and says so', async (context) => {
    await write('Take your time')
    await browser.at('tool-toolu_1').last().waitFor()
    const at = Date.now()
    await browser.at('chat-stop').click()
    await browser.at('chat-ended').getByText('Stopped by you').waitFor()
    context.diagnostic(`stopped ${Date.now() - at} ms after the click`)
    const [row] = await heard('Take your time')
    assert.equal(row.status, 'failed')
    assert.match(row.error, /terminated by user/)
  })

  it('says why there is no answer, and tries again', async () => {
    await write('This is broken')
    await browser.at('tool-toolu_1').last().waitFor()
    await goOn()
    await browser
      .at('chat-ended')
      .getByText(/no answer/)
      .waitFor()
    await browser.at('chat-retry').click()
    await browser.at('chat-stop').waitFor()
    await until('it runs again', async () => (await heard('This is broken')).length === 2)
    await browser.at('chat-stop').click()
    await browser.at('chat-ended').waitFor()
  })

  it('goes on through a reload, and finds its own turn again', async () => {
    await write('Still there?')
    await browser.at('tool-toolu_1').last().waitFor()
    await browser.page.reload()
    await browser.isLive()
    await browser.at('chat-progress').waitFor()
    await browser.at('chat-stop').waitFor()
    await goOn()
    await browser.at('chat-send').waitFor()
    await until('its answer is there', async () => (await answers().last().textContent()).includes('three of them'))
  })

  it('shows a message of the same person that was sent from elsewhere', async () => {
    const headers = { Prefer: 'respond-async' }
    const other = await server.post('/api/agents/talker/chat', { message: 'From the terminal' }, { headers })
    assert.equal(other.status, 202)
    await browser.at('chat-progress').waitFor()
    await goOn()
    await browser.at('chat-send').waitFor()
    await browser.at('message-user').getByText('From the terminal').waitFor()
  })

  it('waits in line behind another one, is told its place, and is taken out of it', async () => {
    const headers = { Prefer: 'respond-async', 'X-Source-Agent': 'friend' }
    const other = await server.post('/api/agents/talker/chat', { message: 'I was here first' }, { headers })
    assert.equal(other.status, 202)
    await browser
      .at('chat-line')
      .getByText(/It works for the agent friend/)
      .waitFor()
    await write('And I am next')
    await browser.at('chat-progress').getByText('Waits, next in line').waitFor()
    await browser.at('chat-cancel').click()
    await browser.at('chat-ended').getByText('Stopped by you').waitFor()
    await goOn()
    await browser
      .at('chat-line')
      .getByText(/It works/)
      .waitFor({ state: 'detached' })
    assert.equal((await heard('And I am next'))[0].status, 'failed')
  })

  it('is found by its words, exported, and closed by a new one', async () => {
    await browser.at('chat-history').click()
    await browser.at('chat-history-panel').getByRole('searchbox').fill('how many')
    await browser.at('chat-history-panel').getByText('How many are there?').waitFor()
    await browser.at('chat-history-panel').getByRole('searchbox').fill('')
    const saved = browser.page.waitForEvent('download')
    await browser.at('chat-export').click()
    await browser.at('chat-export-markdown').click()
    assert.match((await saved).suggestedFilename(), /^talker-chat-.*\.md$/)
    await browser.at('chat-fresh').click()
    await browser.at('chat-fresh-submit').click()
    await browser.at('chat-empty').waitFor()
    await browser.at('chat-history-panel').locator('[data-testid^=session-]').first().click()
    await browser.at('chat-old').getByText('How many are there?').waitFor()
    assert.deepEqual((await findings(browser.page)).lines, [])
  })

  it('has a task beside it, which is seen at work, stopped by its own page, and run again', async () => {
    await browser.go('/agents/talker?tab=tasks')
    await browser.isLive()
    await browser.at('task-message').fill('Count all of them')
    await browser.at('task-run').click()
    await browser.at('run-preview').getByText('Bash').waitFor()
    assert.deepEqual((await findings(browser.page)).lines, [])
    const [task] = await heard('Count all of them')
    await browser.at(`run-row-${task.id}`).getByRole('link').click()
    await browser.page.waitForURL(`**/agents/talker/executions/${task.id}`)
    await browser.at('tool-toolu_1').waitFor()
    await browser.at('run-status').getByText('Running').waitFor()
    await browser.at('run-stop').click()
    await browser.at('run-stop-submit').click()
    await browser.at('run-status').getByText('Stopped').waitFor()
    await browser.at('run-again').click()
    await browser.page.waitForURL((url) => !url.pathname.endsWith(task.id))
    await browser.at('tool-toolu_1').waitFor()
    await goOn()
    await browser.at('run-answer').locator('strong').getByText('three').waitFor()
    assert.match(await browser.at('run-cost').textContent(), /0\.0123/)
    assert.deepEqual((await findings(browser.page)).lines, [])
    await browser.page.reload()
    await browser.at('run-answer').locator('strong').getByText('three').waitFor()
    await browser.at('tool-toolu_1').waitFor()
  })

  it('leads from run to run by keys, to one that begins just now, too', async () => {
    const newest = new URL(browser.page.url()).pathname
    const newer = browser.at('run-newer')
    await browser.isLive()
    await newer.focus()
    assert.match(await newer.getAttribute('aria-label'), /this is the newest/)
    await browser.page.keyboard.press('j')
    await browser.page.waitForURL((url) => url.pathname !== newest)
    await browser.at('run-status').getByText('Stopped').waitFor()
    await browser.page.keyboard.press('k')
    await browser.page.waitForURL((url) => url.pathname === newest)
    await browser.at('run-answer').waitFor()
    assert.equal(await newer.evaluate((button) => button === document.activeElement), true)
    assert.equal(await newer.getAttribute('aria-disabled'), 'true')
    await server.post('/api/agents/talker/task', { message: 'quick, a new one' })
    await until('the new run is beside this one', async () => (await newer.getAttribute('aria-disabled')) === null)
    const before = browser.calls().length
    await browser.page.keyboard.press('Enter')
    await browser.at('run-task').getByText('quick, a new one').waitFor()
    await browser.at('run-answer').waitFor()
    assert.deepEqual((await findings(browser.page)).lines, [])
    // Its record and its transcript, and nothing to find it.
    assert.ok(browser.calls().length - before <= 2, browser.calls().slice(before).join(', '))
  })

  it('leaves its history, with filters, live', async () => {
    await browser.go('/agents/talker?tab=tasks&status=failed')
    await browser.isLive()
    const rows = browser.page.locator('[data-testid^=run-row]')
    await rows.getByText('This is broken').first().waitFor()
    assert.equal(await rows.getByText('Done').count(), 0)
    const count = await rows.count()
    const gone = server.post('/api/agents/talker/task', { message: 'quick, but broken' })
    await rows.getByText('quick, but broken').waitFor()
    await gone
    assert.equal(await rows.count(), count + 1)
  })

  it('is told on the overview, with its steps', async () => {
    await browser.go('/agents/talker')
    await browser.at('timeline').getByText('How many are there?').waitFor()
    await browser.at('timeline').getByText('Task', { exact: true }).first().waitFor()
    await browser.at('timeline-type').selectOption('tool_call')
    await browser.at('timeline').getByText('Bash').first().waitFor()
  })

  it('and everything else is stopped by one control, on every page, until it is allowed again', async () => {
    const running = server.post('/api/agents/talker/task', { message: 'Something long' })
    await until('it is at work', async () => (await heard('Something long')).some((row) => row.status === 'running'))
    await browser.go('/agents')
    await browser.isLive()
    await browser.at('stop-all').click()
    await browser.page
      .getByRole('dialog')
      .getByText(/runs? at work/)
      .waitFor()
    await browser.at('stop-all-reason').fill('A drill')
    await browser.at('stop-all-submit').click()
    await browser.at('runs-halted').getByText('“A drill”').waitFor()
    assert.equal((await running).status, 503)
    await browser.page.getByRole('link', { name: 'talker' }).first().click()
    await browser.at('tab-chat').click()
    await browser
      .at('chat-line')
      .getByText(/All runs are stopped/)
      .waitFor()
    await browser.at('runs-resume').click()
    await browser.at('runs-resume-submit').click()
    await browser.at('runs-halted').waitFor({ state: 'detached' })
    await write('quick, after the drill')
    await answers().last().locator('strong').waitFor()
  })

  it('had no fault', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
