// Sessions in a real browser, over plain http and under a host's name: no secure context, as on a network at home. What
// needs one may not be used; a session that ends takes nothing away; signing out is true, and leaves nothing behind.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { populate, READER } from '../support/people.mjs'
import { Browser } from './browser.mjs'

const HOST = 'trinity.lan'
const ANSWER = 'Nothing is secure here.'
const lines = [
  { type: 'system', subtype: 'init', model: 'stand-in', tools: [], mcp_servers: [] },
  { type: 'assistant', message: { content: [{ type: 'text', text: ANSWER }] } },
  { type: 'result', subtype: 'success', result: ANSWER, num_turns: 1, duration_ms: 9, total_cost_usd: 0, usage: {} },
]
const PROGRAM = ['#!/bin/sh', 'cat > /dev/null', ...lines.map((one) => `echo '${JSON.stringify(one)}'`), ''].join('\n')
const TEMPLATE = `name: keeper
display_name: Keeper
resources: {cpu: "1", memory: 128m}
runtime:
  type: command
  command: [sh, /template/run.sh]
`

describe('a session in a browser over plain http', { timeout: 300_000 }, () => {
  let server, browser, templates
  const dialogs = []
  const runs = async () => (await server.get('/api/agents/keeper/executions?limit=100')).body
  const inAgent = (script) => runIn(server.containerOf('keeper'), script)
  /** Whether the file in the agent says this. */
  const says = (words) =>
    inAgent(`grep -q '${words}' /home/developer/notes.md`).then(
      () => true,
      () => false,
    )
  /** The server forgets the session, as when its time is over; the page is not told by anything but its refusals. */
  const end = () => browser.page.evaluate(() => fetch('/api/auth/session', { method: 'DELETE' }).then(() => undefined))
  const asksAgain = () => browser.at('sign-in-again').waitFor()
  async function signInAgain(password = PASSWORD) {
    await browser.at('login-password').fill(password)
    await browser.at('login-submit').click()
  }
  async function goesOn() {
    await browser.at('sign-in-again').waitFor({ state: 'detached' })
    await browser.isLive()
  }
  const stored = () =>
    browser.page.evaluate(() => JSON.stringify([{ ...window.localStorage }, { ...window.sessionStorage }]))
  async function paste() {
    await browser.at('chat-input').fill('')
    await browser.at('chat-input').press('Control+V')
    const text = await browser.at('chat-input').inputValue()
    await browser.at('chat-input').fill('')
    return text
  }
  async function editFile() {
    await browser.go('/agents/keeper?tab=files&file=notes.md')
    await browser.at('file-edit').click()
    await browser.page.locator('.cm-content').click()
    await browser.page.keyboard.press('Control+Home')
  }
  async function signOut() {
    await browser.at('person').first().click()
    await browser.page.getByRole('menuitem', { name: /sign out/i }).click()
  }

  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-sessions-'))
    await mkdir(path.join(templates, 'keeper'))
    await writeFile(path.join(templates, 'keeper/template.yaml'), TEMPLATE)
    await writeFile(path.join(templates, 'keeper/run.sh'), PROGRAM)
    server = await Server.start({ templatesDir: templates })
    await server.createAgent('keeper', { template: 'local:keeper' })
    await server.createAgent('private', { template: 'local:keeper' })
    await inAgent("printf 'as it was\\n' > /home/developer/notes.md")
    await populate(server, ['keeper'])
    server.token = await server.signIn()
    browser = await Browser.open(`${HOST}:${server.port}`, {
      context: { bypassCSP: true, reducedMotion: 'reduce' },
      args: [`--host-resolver-rules=MAP ${HOST} 127.0.0.1`],
    })
    browser.page.on('dialog', (dialog) => {
      dialogs.push(dialog.type())
      dialog.accept()
    })
    await browser.signIn('admin', PASSWORD)
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await rm(templates, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('has none of what only a secure context has', async () => {
    const has = () => [window.isSecureContext, typeof window.crypto.randomUUID, typeof window.navigator.clipboard]
    assert.deepEqual(await browser.page.evaluate(has), [false, 'undefined', 'undefined'])
  })

  it('sends a message, and its answer is copied by the button', async () => {
    await browser.go('/agents/keeper?tab=chat')
    await browser.at('chat-empty').waitFor()
    await browser.at('chat-input').fill('Over plain http')
    await browser.at('chat-input').press('Enter')
    await browser.at('message-assistant').getByText(ANSWER).waitFor()
    assert.equal(await browser.at('chat-input').inputValue(), '')
    await browser.page.getByRole('button', { name: 'Copy the answer' }).click()
    await browser.page.getByRole('button', { name: 'Copied' }).waitFor()
    assert.equal(await paste(), ANSWER)
  })

  it('shows what is to be copied, selected, where the browser allows no way of copying', async () => {
    await browser.page.evaluate(() => (document.execCommand = () => false))
    await browser.page.getByRole('button', { name: 'Copy the message' }).click()
    await browser.at('copy-text').waitFor()
    const { lines: faults, passed } = await findings(browser.page)
    assert.ok(passed > 10)
    assert.deepEqual(faults, [])
    await browser.page.keyboard.press('Control+C')
    await browser.at('copy-text').waitFor({ state: 'detached' })
    assert.equal(await paste(), 'Over plain http')
  })

  it('gives a task, and runs it again', async () => {
    await browser.go('/agents/keeper?tab=tasks')
    await browser.at('task-message').fill('A task over plain http')
    await browser.at('task-run').click()
    const done = async (count) => {
      const rows = (await runs()).filter((row) => row.message === 'A task over plain http')
      return rows.length === count && rows.every((row) => row.status === 'success')
    }
    await until('the task is done', () => done(1))
    assert.equal(await browser.at('task-message').inputValue(), '')
    const [first] = (await runs()).filter((row) => row.message === 'A task over plain http')
    await browser.go(`/agents/keeper/executions/${first.id}`)
    await browser.at('run-again').click()
    await until('it has run again', () => done(2))
  })

  it('that ends asks over the page: what is typed in a dialog is there afterwards, and the page is live', async () => {
    await browser.go('/agents')
    await browser.at('create-open').first().click()
    await browser.at('create-name').fill('typed-before')
    await end()
    await asksAgain()
    const { lines: faults, passed } = await findings(browser.page)
    assert.ok(passed > 10)
    assert.deepEqual(faults, [])
    // There is no way around it.
    await browser.page.keyboard.press('Escape')
    await browser.page.mouse.click(5, 5)
    await signInAgain('not the password')
    await browser.page.getByText(/incorrect/i).waitFor()
    await signInAgain()
    await goesOn()
    assert.equal(await browser.at('create-name').inputValue(), 'typed-before')
    assert.ok(browser.topics().includes('agents'))
    await browser.at('create-submit').click()
    await browser.at('agent-row-typed-before').waitFor({ timeout: 30_000 })
  })

  it('that ends under an edited file lets the refused save go on after signing in', async () => {
    await editFile()
    await browser.page.keyboard.type('changed ')
    await end()
    await asksAgain()
    await signInAgain()
    await goesOn()
    await browser.at('file-save').click()
    await until('the first save arrived', () => says('changed as it was'))

    // Now the save itself is what is refused: the socket is not what tells of the end.
    await editFile()
    await browser.page.keyboard.type('twice ')
    const from = Date.now()
    await browser.page.evaluate(() => {
      // In one go, so that the refusal of the save comes first or together with the end of the socket.
      const ended = fetch('/api/auth/session', { method: 'DELETE' })
      return ended.then(() => document.querySelector('[data-testid=file-save]').click())
    })
    await asksAgain()
    await signInAgain()
    await goesOn()
    await until('the second save arrived', () => says('twice changed'))
    const saves = browser.calls(from).filter((call) => call === 'PUT /api/agents/keeper/files')
    assert.ok(saves.length <= 2, saves.join())
  })

  it('goes on in the other tabs, too, when the person has signed in again in one', async () => {
    await browser.go('/agents')
    await browser.isLive()
    const other = await browser.tab()
    await other.go('/settings')
    await other.isLive()
    await end()
    await asksAgain()
    await other.at('sign-in-again').waitFor()
    await signInAgain()
    await goesOn()
    await other.at('sign-in-again').waitFor({ state: 'detached' })
    await other.isLive()
    assert.match(other.page.url(), /\/settings$/)
    await other.page.close()
  })

  it('of another person after that begins anew: nothing of the first is there', async () => {
    await browser.go('/?view=graph')
    await browser.isLive()
    await editFile()
    await browser.page.keyboard.type('of the first person ')
    await end()
    await asksAgain()
    await browser.page.evaluate(() => (window.samePage = true))
    await browser.at('login-username').fill(READER.name)
    await browser.at('sign-in-another').waitFor()
    await signInAgain()
    await browser.page.waitForFunction(() => window.samePage === undefined)
    await goesOn()
    assert.equal(new URL(browser.page.url()).pathname, '/')
    assert.deepEqual(dialogs, [])
    await browser.page.getByText('keeper').first().waitFor()
    const shown = await browser.page.evaluate(() => document.documentElement.outerHTML)
    assert.doesNotMatch(shown, /of the first person|private/)
    assert.match(await browser.at('person').first().textContent(), /people-reader/)
    assert.equal(await says('of the first person'), false)
  })

  it('is still there when the server could not be told of the end, and says so; then it ends in every tab', async () => {
    const other = await browser.tab()
    await other.go('/settings')
    await other.isLive()
    await browser.page.bringToFront()
    await browser.page.route('**/api/auth/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    )
    await signOut()
    await browser.page.getByText('You are still signed in').waitFor()
    assert.equal(await browser.at('login-password').count(), 0)
    assert.equal(await other.at('login-password').count(), 0)
    await browser.page.unroute('**/api/auth/session')
    await browser.page.getByRole('button', { name: 'Try again' }).click()
    await browser.at('login-password').waitFor()
    await browser.page.getByText('You are signed out').waitFor()
    await other.at('login-password').waitFor()
    await other.page.close()
    // It is true: the cookie opens nothing.
    await browser.go('/agents')
    await browser.at('login-password').waitFor()
  })

  it('leaves neither drafts nor names of agents in the browser, and keeps how the page looked for each person', async () => {
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/keeper?tab=chat')
    await browser.at('chat-input').fill('a draft')
    await browser.go('/?view=graph&group=owner')
    await browser.isLive()
    await until('the view is kept', async () => /trinity-dashboard:admin/.test(await stored()))
    assert.match(await stored(), /a draft/)
    await signOut()
    await browser.at('login-password').waitFor()
    const left = await stored()
    assert.doesNotMatch(left, /keeper|private|a draft/)

    await browser.signIn(READER.name, PASSWORD)
    await browser.page.waitForURL((url) => url.pathname === '/')
    assert.doesNotMatch(browser.page.url(), /graph/)
    await signOut()
    await browser.at('login-password').waitFor()
    await browser.signIn('admin', PASSWORD)
    await until('the view of the first is back', () => /view=graph/.test(browser.page.url()))
  })

  it('had no fault in the page', () => {
    const left = browser.troubles().filter((text) => !/net::ERR_FAILED/.test(text))
    assert.deepEqual(left, [])
  })
})
