// Whatever an agent, its template or its output says is text: it runs nothing, loads nothing and leads nowhere. Without
// the page's content policy, too: it is the second wall, not the first.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, run as execute, Server, until } from '../integration/harness.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

/** Each would leave a mark if it ran, or ask the machine at this address for something. */
const ELSEWHERE = 'http://127.0.0.1:9'
const ATTACKS = {
  script: '<script>globalThis.ran = "script"</script>',
  image: `<img src="${ELSEWHERE}/x.png" onerror="globalThis.ran = 'image'">.txt`,
  drawing: `<svg onload="globalThis.ran = 'svg'"><use href="${ELSEWHERE}/x.svg#a"/></svg>`,
  frame: `<iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>`,
  link: `<a href="javascript:globalThis.ran = 'link'">click me</a>`,
  markdown: `[click me](javascript:globalThis.ran='markdown') ![x](${ELSEWHERE}/y.png)`,
  mustache: `{{constructor.constructor("globalThis.ran = 'mustache'")()}}`,
  style: `"><style>@import "${ELSEWHERE}/x.css"</style>`,
}
const words = (text) => JSON.stringify(text)
/** The same without what no name of a file or a branch may hold. */
const NAMES = {
  file: `<img src=x onerror="globalThis.ran = 'file'">.txt`,
  folder: `<svg onload="globalThis.ran = 'folder'">`,
  document: `<script>globalThis.ran = 'document'.md`,
  branch: `<img/src=x/onerror=globalThis.ran=1>`,
}

const TEMPLATE = `name: hostile
display_name: ${words(ATTACKS.image)}
tagline: ${words(ATTACKS.script)}
description: ${words(Object.values(ATTACKS).join('\n'))}
version: ${words(ATTACKS.script)}
author: ${words(ATTACKS.link)}
type: test
resources: {cpu: "1", memory: 128m}
runtime:
  type: command
  command: [cat]
use_cases:
${Object.values(ATTACKS)
  .map((text) => `  - ${words(text)}`)
  .join('\n')}
capabilities:
  - name: ${words(ATTACKS.drawing)}
    description: ${words(ATTACKS.markdown)}
`

describe('hostile content', { timeout: 180_000 }, () => {
  let server
  let browser
  let templates
  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-hostile-'))
    await mkdir(path.join(templates, 'hostile'))
    await writeFile(path.join(templates, 'hostile/template.yaml'), TEMPLATE)
    server = await Server.start({ templatesDir: templates })
    await server.createAgent('hostile', { template: 'local:hostile' })
    browser = await Browser.open(server.address, { context: { bypassCSP: true } })
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

  /** `quotes`: what is shown there are messages, in which an address may be a link that tells nothing of where it was. */
  async function harmless(where, { quotes = false } = {}) {
    await sleep(500)
    assert.equal(await browser.page.evaluate(() => globalThis.ran), undefined, where)
    const made = await browser.page.evaluate(
      (quotes) => ({
        frames: document.querySelectorAll('iframe, object, embed').length,
        images: [...document.querySelectorAll('img')].map((one) => one.src),
        handlers: document.querySelectorAll('[onerror], [onload], [onclick]').length,
        links: [...document.querySelectorAll('a[href]')]
          .filter((one) => !(quotes && /^https?:/.test(one.href) && /noopener.*noreferrer/.test(one.rel)))
          .map((one) => one.href)
          .filter((href) => !href.startsWith(location.origin)),
      }),
      quotes,
    )
    assert.deepEqual(made, { frames: 0, images: [], handlers: 0, links: [] }, where)
    // An image without an address of its own would be asked for beside the page.
    assert.deepEqual(
      browser.requests.map(({ url }) => url).filter((url) => url.startsWith(ELSEWHERE) || /\/x$/.test(url)),
      [],
      where,
    )
  }
  const shows = (text) => browser.page.getByText(text, { exact: false }).first().waitFor()

  it('of a template is text on the page Templates and in the dialog', async () => {
    await browser.go('/templates')
    await shows(ATTACKS.image)
    await harmless('templates')
    await browser.page.getByRole('button', { name: /Use/ }).first().click()
    await browser.at('create-name').waitFor()
    await harmless('create dialog')
    await browser.at('create-name').fill(ATTACKS.image)
    await harmless('create dialog with a name')
  })

  it('of an agent is text on its page', async () => {
    for (const target of ['/agents', '/agents/hostile', '/agents/hostile?tab=info']) {
      await browser.go(target)
      await browser.isLive()
      if (target.endsWith('info')) await shows(ATTACKS.script)
      await harmless(target)
    }
  })

  it('in a message, an answer and a question is text wherever they are told', async () => {
    // Its program says again what it is told: a question, so that it waits for a person.
    const message = `${Object.values(ATTACKS).join('\n\n')}\n\nIs that so?`
    const told = await server.post('/api/agents/hostile/chat', { message }, { headers: { Prefer: 'respond-async' } })
    assert.equal(told.status, 202, told.text)
    const run = await until('its answer', async () =>
      (await server.get('/api/agents/hostile/executions?limit=1')).body.find(({ status }) => status === 'success'),
    )
    for (const [target, id] of [
      ['/', 'attention-item-hostile'],
      ['/?view=graph', 'fleet-graph'],
      ['/?view=timeline', 'fleet-timeline'],
      ['/agents/hostile', 'timeline'],
      ['/agents/hostile?tab=chat', 'message-assistant'],
      ['/agents/hostile?tab=tasks', `run-row-${run.id}`],
      [`/agents/hostile/executions/${run.id}`, 'run-answer'],
    ]) {
      await browser.go(target)
      await browser.isLive()
      await browser.at(id).first().waitFor()
      await harmless(target, { quotes: true })
    }
  })

  it('in an address is text', async () => {
    await browser.go(`/agents/${encodeURIComponent(ATTACKS.image)}`)
    await browser.page.getByRole('heading', { level: 1 }).waitFor()
    await harmless('an agent of that name')
    await browser.go(`/agents?q=${encodeURIComponent(ATTACKS.script)}`)
    await browser.isLive()
    await harmless('a search')
    await browser.go('/login?next=javascript:globalThis.ran=1')
    await browser.page.waitForLoadState('networkidle')
    await harmless('an address to go on to')
  })

  it('in the output is text, with colours and with control strings', async () => {
    const say = (text) =>
      runIn(server.containerOf('hostile'), `printf '%b\\n' '${text.replaceAll("'", "'\\''")}' > /proc/1/fd/1`)
    await browser.go('/agents/hostile?tab=logs')
    await browser.isLive()
    const lines = browser.at('logs-text')
    await lines.waitFor()
    for (const text of Object.values(ATTACKS)) {
      await say(text)
      await lines.getByText(text, { exact: true }).first().waitFor()
    }
    // A link by control string, a title, a colour that breaks out of its attribute, and half a sequence.
    await say(`\\033]8;;javascript:globalThis.ran="osc"\\033\\\\a link\\033]8;;\\033\\\\`)
    await say(`\\033]0;<script>globalThis.ran="title"</script>\\007titled`)
    await say(`\\033[31;"><img src=x onerror=globalThis.ran=1>mtinted`)
    await say(`\\033[1m<b onclick="globalThis.ran=1">bold</b>\\033[0m`)
    await say('\\033[38;5;999mfar\\033[')
    await say(JSON.stringify({ level: 'error', msg: ATTACKS.image, [ATTACKS.script]: ATTACKS.drawing }))
    await say('the end')
    await lines.getByText('the end', { exact: true }).waitFor()
    assert.equal(await lines.locator('b, a, script, style, svg:not([aria-hidden])').count(), 0)
    assert.ok(!/globalThis/.test(await browser.page.title()))
    await harmless('output')
    await browser.page.keyboard.press('/')
    await browser.page.keyboard.type('<script>')
    await browser.text('logs-matches', /match/)
    await harmless('a search in the output')
  })

  /** As the agent's own user, in its home. */
  const inside = (script, ...files) =>
    execute('docker', [
      ...['exec', '-u', 'developer', '-w', '/home/developer', server.containerOf('hostile')],
      ...['sh', '-ec', script, 'sh', ...files],
    ])

  it('in names of files and folders, and in files, is text', async () => {
    const everything = Object.values(ATTACKS).join('\n\n')
    await inside(
      'mkdir "$2" && for name in "$1" "$3" "$2/$1"; do printf "%s\\n" "$4" > "$name"; done',
      NAMES.file,
      NAMES.folder,
      NAMES.document,
      everything,
    )
    await browser.go('/agents/hostile?tab=files')
    await browser.isLive()
    await browser.at('file-tree').waitFor()
    await shows(NAMES.file)
    await harmless('the tree')
    await browser.at(`file-${NAMES.folder}`).click()
    await browser.at(`file-${NAMES.folder}/${NAMES.file}`).click()
    await browser.at('file-title').getByText(NAMES.file).waitFor()
    await browser.at('file-text').getByText(ATTACKS.image).waitFor()
    await harmless('a file in a folder')
    await browser.at(`file-${NAMES.document}`).click()
    await browser.at('file-title').getByText(NAMES.document).waitFor()
    await browser.at('file-markdown').waitFor()
    await browser.at('file-pane').getByText(ATTACKS.drawing).waitFor()
    await harmless('a document', { quotes: true })
    await browser.at(`file-${NAMES.file}`).hover()
    await browser.at(`file-menu-${NAMES.file}`).click()
    await browser.at('file-delete').click()
    await browser.at('file-delete-submit').waitFor()
    await harmless('the question before it is deleted', { quotes: true })
    await browser.page.keyboard.press('Escape')
  })

  it('in a commit, its branch and its files is text', async () => {
    await inside(
      `git init -q && git config user.name X && git config user.email x@example.com && git checkout -qb "$2"
      printf '*\\n!*.txt\\n!*.md\\n' > .gitignore && git add -f .gitignore "$3" && git commit -qm "$1"
      git commit -q --allow-empty -m "$4" && echo more >> "$3" && : > "another $3"`,
      ATTACKS.image,
      NAMES.branch,
      NAMES.file,
      ATTACKS.script,
    )
    const asked = await server.post('/api/agents/hostile/git/refresh')
    assert.ok(asked.status < 300, asked.text)
    await browser.go('/agents/hostile?tab=git')
    await browser.isLive()
    for (const message of [ATTACKS.image, ATTACKS.script])
      await browser.at('git-commits').getByText(message, { exact: true }).waitFor()
    await browser.at('git-branch').getByText(NAMES.branch).waitFor()
    await browser.at('git-changes').getByText(`another ${NAMES.file}`, { exact: true }).waitFor()
    await harmless('git')
    // The whole message stands in a tip.
    await browser.at('git-commits').getByText(ATTACKS.image, { exact: true }).hover()
    await browser.page.getByText(ATTACKS.image, { exact: true }).nth(1).waitFor()
    await harmless('git, a tip')
  })

  it('would be stopped by the content policy as well', async () => {
    const policy = (await server.get('/agents')).headers.get('content-security-policy')
    assert.match(policy, /default-src 'self'|default-src 'none'/)
    assert.doesNotMatch(policy, /script-src[^;]*'unsafe-(inline|eval)'/)
    assert.match(policy, /frame-ancestors/)
  })

  it('made no fault in the page', () => {
    // Whether somebody is signed in is asked once, and the answer was no.
    assert.deepEqual(browser.refusals, ['401 POST /api/auth/session'])
    assert.deepEqual(browser.troubles(), [])
  })
})
