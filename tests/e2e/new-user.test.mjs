// Somebody who has never seen this before is given a fleet at work and nothing but the page. Which agents wait for an answer,
// why one is slow, what one did last, and how to stop everything: each is found within two clicks.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { Browser } from './browser.mjs'

const QUESTION = 'There are two reports. Which of them should go out?'
const say = (line) => `echo ${JSON.stringify(JSON.stringify(line)).replaceAll('$', '\\$').replaceAll('`', '\\`')}`
const block = (content) => say({ type: 'assistant', message: { content: [content] } })
const uses = (name, input) => block({ type: 'tool_use', id: 'toolu_1', name, input })
const came = say({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'done' }] },
})
const ends = (result) =>
  `${block({ type: 'text', text: result })}\n${say({ type: 'result', subtype: 'success', result, total_cost_usd: 0.01 })}`
/** Stands in for a model: what it does depends on what it is told. */
const PROGRAM = `#!/bin/sh
message=$(cat)
${say({ type: 'system', subtype: 'init', model: 'stand-in', tools: ['Bash', 'Write'], mcp_servers: [] })}
case "$message" in
  *report*)
    ${ends(QUESTION)} ;;
  *sort*)
    ${uses('Bash', { command: 'sort everything' })}
    while :; do :; done ;;
  *watch*)
    ${uses('Bash', { command: 'tail -f the news' })}
    while :; do sleep 1; done ;;
  *deliver*)
    echo 'the letter box is full' >&2
    exit 3 ;;
  *)
    ${uses('Write', { file_path: 'notes.md', content: 'a note' })}
    echo 'a note' > notes.md
    ${came}
    ${ends('The notes are written.')} ;;
esac
`
const template = (cpu) => `name: stand-in
display_name: Stand-in
resources: {cpu: "${cpu}", memory: 128m}
runtime:
  type: command
  command: [sh, /template/run.sh]
`
/** What each of them was told. The sorter has far less of a core than it could use. */
const TOLD = {
  secretary: 'Send the report',
  sorter: 'Please sort it all',
  watcher: 'Keep watch',
  postman: 'Please deliver this',
  writer: 'Write some notes',
}
const ENDED = ['secretary', 'postman', 'writer']

describe('a fleet at work, for somebody who has never seen it', { timeout: 300_000 }, () => {
  let server
  let browser
  let templates
  let clicks
  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-newcomer-'))
    for (const [name, cpu] of Object.entries({ 'stand-in': 1, tight: 0.1 })) {
      await mkdir(path.join(templates, name))
      await writeFile(path.join(templates, name, 'template.yaml'), template(cpu))
      await writeFile(path.join(templates, name, 'run.sh'), PROGRAM)
    }
    server = await Server.start({ templatesDir: templates })
    for (const name of [...Object.keys(TOLD), 'idler'])
      await server.createAgent(name, { template: name === 'sorter' ? 'local:tight' : 'local:stand-in' })
    const headers = { Prefer: 'respond-async' }
    for (const [name, message] of Object.entries(TOLD)) {
      const told = await server.post(`/api/agents/${name}/chat`, { message }, { headers })
      assert.equal(told.status, 202, told.text)
    }
    for (const name of ENDED)
      await until(
        `${name} is done`,
        async () =>
          (await server.get(`/api/agents/${name}/executions?limit=1`)).body[0]?.status.match(/success|failed/),
        { ms: 30_000, every: 200 },
      )
    browser = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await browser.go('/')
    await browser.at('login-username').fill('admin')
    await browser.at('login-password').fill(PASSWORD)
    await browser.at('login-submit').click()
    await browser.at('dashboard').waitFor()
    await browser.isLive()
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await rm(templates, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  /** Everybody begins at the front page. */
  async function begin() {
    await browser.go('/')
    await browser.at('dashboard').waitFor()
    clicks = 0
  }
  async function click(target) {
    clicks++
    await target.click()
  }
  const item = (name) => browser.at(`attention-item-${name}`)
  const kindOf = (name) => item(name).getAttribute('data-kind')

  it('the front page says who needs a person, and for what, and names nobody else', async () => {
    for (const [name, kind] of [
      ['secretary', 'waiting'],
      ['postman', 'failed'],
      ['sorter', 'slow'],
    ]) {
      await item(name).waitFor({ timeout: 60_000 })
      assert.equal(await kindOf(name), kind, name)
      assert.match(await item(name).textContent(), new RegExp(name))
    }
    // What the others do now is beside their names.
    for (const name of ['sorter', 'watcher']) await browser.at(`agent-now-${name}`).getByText('Bash').first().waitFor()
    for (const name of ['writer', 'watcher', 'idler']) assert.equal(await item(name).count(), 0, name)
    // Who waits for an answer comes before who failed, and that before who is slow.
    const names = await browser.page
      .locator('[data-testid^="attention-item-"]')
      .evaluateAll((all) => all.map((one) => one.dataset.testid.slice('attention-item-'.length)))
    assert.deepEqual(names, ['secretary', 'postman', 'sorter'])
  })

  for (const colorScheme of ['light', 'dark'])
    it(`and has no findings then: ${colorScheme}`, async () => {
      await browser.page.emulateMedia({ colorScheme })
      for (const target of [
        '/agents/sorter',
        '/agents/secretary?tab=chat',
        '/?view=graph',
        '/?view=timeline',
        '/?view=grid',
      ]) {
        await browser.go(target)
        await browser.isLive()
        if (target.startsWith('/?')) await browser.at('dashboard').waitFor()
        else await browser.at('page-attention').first().waitFor()
        await browser.page.waitForTimeout(500)
        const { lines, passed } = await findings(browser.page)
        assert.ok(passed > 5, target)
        assert.deepEqual(lines, [], target)
      }
    })

  it('which agent waits for an answer, and for which: two clicks at most', async (context) => {
    await begin()
    await click(item('secretary'))
    const question = browser.page.getByText(QUESTION).last()
    await browser.text('page-state', /running/)
    await browser.page.waitForTimeout(500)
    if (!(await question.isVisible())) await click(browser.at('tab-chat'))
    await question.waitFor()
    await browser.at('chat-input').waitFor()
    context.diagnostic(`${clicks} clicks`)
    assert.ok(clicks <= 2, `${clicks} clicks`)
  })

  it('why one is slow: two clicks at most', async (context) => {
    await begin()
    await click(item('sorter'))
    const panel = browser.at('pressure')
    await panel.waitFor()
    await browser.page.locator('[data-testid="pressure-cpu"][data-level="bad"]').waitFor()
    assert.match(await browser.at('pressure-verdict').textContent(), /CPU|processor/i)
    // And what it is at meanwhile, for how long.
    assert.match(await browser.at('pressure-turn').textContent(), /Bash/)
    assert.match(await browser.at('pressure-turn').textContent(), /\d+ ?(s|min)/)
    const box = await panel.boundingBox()
    assert.ok(box.y < browser.page.viewportSize().height - 100, `the panel is out of sight, ${box.y} px down`)
    context.diagnostic(`${clicks} clicks`)
    assert.ok(clicks <= 2, `${clicks} clicks`)
  })

  it('what one did last: two clicks at most', async (context) => {
    await begin()
    await click(browser.at('fleet-row-writer').getByRole('link').first())
    await browser.at('activity-timeline').getByText('Write').first().waitFor()
    await browser.at('timeline').getByText(TOLD.writer).first().waitFor()
    context.diagnostic(`${clicks} clicks`)
    assert.ok(clicks <= 2, `${clicks} clicks`)
  })

  it('how to stop everything: two clicks, and nothing runs any more', async (context) => {
    const running = async () => (await server.get('/api/ops/runs')).body.running
    assert.equal(await running(), 2)
    await begin()
    await click(browser.at('stop-all'))
    await click(browser.at('stop-all-submit'))
    const at = Date.now()
    await browser.at('runs-halted').waitFor()
    await until('nothing runs', async () => (await running()) === 0)
    context.diagnostic(`${clicks} clicks, nothing runs ${Date.now() - at} ms after the second`)
    assert.equal(clicks, 2)
  })

  it('had no fault in the page', () => {
    assert.deepEqual(browser.troubles(), [])
  })
})
