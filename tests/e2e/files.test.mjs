// The files of an agent in a real browser: seen, edited, uploaded, renamed, deleted, and live when the agent writes them.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { readFile } from 'node:fs/promises'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { runIn } from '../support/engine.mjs'
import { Browser } from './browser.mjs'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC',
  'base64',
)
const BIG = 100 * 1024 * 1024 + 1

describe('the files of an agent in a browser', { timeout: 300_000 }, () => {
  let server
  let browser
  const inside = (script) => runIn(server.containerOf('keeper'), script)
  const line = (name) => browser.at(`file-${name}`)
  const open = (name) => browser.go(`/agents/keeper?tab=files&file=${encodeURIComponent(name)}`)
  const content = () => browser.at('file-text')
  const menu = async (name) => {
    await line(name).hover()
    await line(name).getByTestId(`file-menu-${name}`).click()
  }
  /** Whether the file holds exactly this, as the agent itself sees it. */
  const holds = (name, text) =>
    inside(`printf '%s' '${text}' | cmp -s - '/home/developer/${name}'`).then(
      () => true,
      () => false,
    )
  const isThere = (name) =>
    inside(`[ -e '/home/developer/${name}' ]`).then(
      () => true,
      () => false,
    )
  async function isFine(where) {
    const { lines, passed } = await findings(browser.page)
    assert.ok(passed > 10, where)
    assert.deepEqual(lines, [], where)
  }

  before(async () => {
    server = await Server.start()
    await server.createAgent('keeper')
    await inside(`cd /home/developer
      mkdir -p notes/deep src && echo '# Title' > notes/day.md && printf 'one\\ntwo\\n' > src/a.txt
      echo hidden > .hidden && echo 'KEY=1' > .env && echo 'Who I am' > CLAUDE.md
      printf 'a\\000b' > data.raw && : > empty.txt
      echo '<script>globalThis.ran = 1</script>' > 'odd <b>name.html'`)
    browser = await Browser.open(server.address, {
      context: { bypassCSP: true, reducedMotion: 'reduce', acceptDownloads: true },
    })
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/keeper?tab=files')
    await line('src').waitFor()
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  it('are read folder by folder, without the hidden ones until they are wanted', async () => {
    assert.equal(await line('src/a.txt').count(), 0)
    await line('src').click()
    await line('src/a.txt').waitFor()
    assert.equal(await line('.hidden').count(), 0)
    await browser.at('files-more').click()
    await browser.at('files-hidden').click()
    await line('.hidden').waitFor()
    await browser.page.keyboard.press('Escape')
    await isFine('the tree')
  })

  it('show a text, and follow it when the agent writes', async () => {
    await line('src/a.txt').click()
    await content().getByText('two').waitFor()
    assert.match(browser.page.url(), /file=src(%2F|\/)a\.txt/)
    const from = Date.now()
    await inside('echo three >> /home/developer/src/a.txt')
    await content().getByText('three').waitFor()
    console.log(`written by the agent: on the page after ${Date.now() - from} ms`)
    await inside('echo new > /home/developer/src/b.txt')
    await line('src/b.txt').waitFor()
    await inside('rm /home/developer/src/b.txt')
    await line('src/b.txt').waitFor({ state: 'detached' })
    await isFine('a text')
  })

  it('are edited and saved, by key too', async () => {
    await browser.at('file-edit').click()
    await content().press('Control+End')
    await browser.page.keyboard.type('four')
    await browser.at('file-unsaved').waitFor()
    await isFine('an editor')
    await browser.page.keyboard.press('Control+s')
    await browser.page.getByText('a.txt is saved.').waitFor()
    assert.ok(await holds('src/a.txt', 'one\ntwo\nthree\nfour'))
    await browser.at('file-unsaved').waitFor({ state: 'detached' })
  })

  it('that somebody else changed meanwhile are not overwritten unasked', async () => {
    await browser.at('file-edit').click()
    await content().press('Control+End')
    await browser.page.keyboard.type(' mine')
    await inside('echo theirs > /home/developer/src/a.txt')
    await browser.at('file-conflict').waitFor()
    await isFine('a conflict')
    await browser.at('file-overwrite').click()
    await browser.page.getByText('a.txt is saved.').last().waitFor()
    assert.ok(await holds('src/a.txt', 'one\ntwo\nthree\nfour mine'))
    // And the other way: the server itself refuses a version that is not the one that was read.
    await browser.at('file-edit').click()
    await content().press('Control+End')
    await browser.page.keyboard.type(' more')
    await browser.page.route('**/files/preview?*', (route) => route.abort())
    await inside('echo again > /home/developer/src/a.txt')
    await browser.page.keyboard.press('Control+s')
    await browser.at('file-conflict').waitFor()
    assert.ok(await holds('src/a.txt', 'again\n'))
    await browser.page.unroute('**/files/preview?*')
    await browser.at('file-take-theirs').click()
  })

  it('ask before something typed is lost', async () => {
    await open('src/a.txt')
    await browser.at('file-edit').click()
    await content().press('Control+End')
    await browser.page.keyboard.type('unsaved')
    await browser.at('tab-logs').click()
    await browser.at('discard-keep').waitFor()
    await isFine('the question')
    await browser.at('discard-keep').click()
    assert.match(await content().textContent(), /unsaved/)
    await line('empty.txt').click()
    await browser.at('discard-leave').click()
    await browser.text('file-title', /empty\.txt/)
    assert.ok(await holds('src/a.txt', 'again\n'))
  })

  it('are shown by their kind: Markdown, pictures, what is no text, and HTML as its source', async () => {
    await open('notes/day.md')
    await browser.at('file-markdown').getByRole('heading', { name: 'Title' }).waitFor()
    await browser.at('files-picker').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG })
    await line('dot.png').click()
    await until('the picture is drawn', () => browser.at('file-image').evaluate((image) => image.naturalWidth === 10))
    await open('data.raw')
    await browser.page.getByText('This is no text').waitFor()
    await open('odd <b>name.html')
    await content().getByText('globalThis.ran = 1').waitFor()
    assert.equal(await browser.page.evaluate(() => globalThis.ran), undefined)
    await open('empty.txt')
    await browser.at('file-edit').waitFor()
  })

  it('are uploaded, also by dropping, and one of the same name is asked about', async () => {
    await browser.go('/agents/keeper?tab=files')
    await browser.at('files-picker').setInputFiles([
      { name: 'first ü.txt', mimeType: 'text/plain', buffer: Buffer.from('first') },
      { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('not empty') },
    ])
    await line('first ü.txt').waitFor()
    await browser.at('uploads').getByRole('button', { name: 'Replace it' }).click()
    await until('it is replaced', () => holds('empty.txt', 'not empty'))
    assert.ok(await holds('first ü.txt', 'first'))
    await isFine('uploads')
    const transfer = await browser.page.evaluateHandle(() => {
      const data = new globalThis.DataTransfer()
      data.items.add(new globalThis.File(['dropped'], 'dropped.txt'))
      return data
    })
    await line('notes').dispatchEvent('drop', { dataTransfer: transfer })
    await line('notes/dropped.txt').waitFor()
    assert.ok(await holds('notes/dropped.txt', 'dropped'))
  })

  it('that are too large or protected are refused with words', async () => {
    const huge = await browser.page.evaluateHandle((size) => {
      const data = new globalThis.DataTransfer()
      data.items.add(new globalThis.File([new Uint8Array(size)], 'huge.bin'))
      data.items.add(new globalThis.File(['x'], '.gitignore'))
      return data
    }, BIG)
    await browser.at('file-tree').dispatchEvent('drop', { dataTransfer: huge })
    await browser.at('uploads').getByText('at most 100 MB').waitFor()
    await browser.at('uploads').getByText('Cannot edit protected path: .gitignore').waitFor()
    assert.equal(await isThere('huge.bin'), false)
  })

  it('that are protected cannot be edited or deleted, and say so', async () => {
    await line('.env').click()
    await browser.text('file-title', /\.env/)
    await browser.at('file-pane').getByText('Protected').first().waitFor()
    await content().getByText('KEY=1').waitFor()
    assert.equal(await browser.at('file-edit').count(), 0)
    await line('CLAUDE.md').click()
    await browser.at('file-edit').waitFor()
    await menu('CLAUDE.md')
    assert.equal(await browser.at('file-delete').getAttribute('aria-disabled'), 'true')
    await browser.page.keyboard.press('Escape')
  })

  it('and folders are made, renamed and deleted, with a question', async () => {
    await browser.at('files-new').click()
    await browser.at('files-new-folder').click()
    await browser.at('file-name').fill('src')
    await browser.page.getByText('There is already one of this name.').waitFor()
    await isFine('a name')
    await browser.at('file-name').fill('made here')
    await browser.at('file-name-submit').click()
    await line('made here').waitFor()
    await menu('made here')
    await browser.page.getByRole('menuitem', { name: 'New file here' }).click()
    await browser.at('file-name').fill('x.txt')
    await browser.at('file-name-submit').click()
    await browser.text('file-title', /x\.txt/)
    await menu('made here')
    await browser.at('file-rename').click()
    await browser.at('file-name').fill('renamed')
    await browser.at('file-name-submit').click()
    await line('renamed').waitFor()
    // What is open moves along.
    await until('the address follows', () => /file=renamed(%2F|\/)x\.txt/.test(browser.page.url()))
    await menu('renamed')
    await browser.at('file-delete').click()
    await browser.page.getByText('The folder and the file in it are gone').waitFor()
    await isFine('the question before deleting')
    await browser.at('file-delete-submit').click()
    await line('renamed').waitFor({ state: 'detached' })
    assert.equal(await isThere('renamed'), false)
  })

  it('are downloaded byte by byte', async () => {
    await open('data.raw')
    const download = browser.page.waitForEvent('download')
    await browser.at('file-download-head').click()
    const saved = await download
    assert.equal(saved.suggestedFilename(), 'data.raw')
    assert.deepEqual([...(await readFile(await saved.path()))], [97, 0, 98])
  })

  it('are walked through by keys', async () => {
    await browser.go('/agents/keeper?tab=files')
    await line('notes').waitFor()
    await line('notes').focus()
    await browser.page.keyboard.press('ArrowRight')
    await line('notes/day.md').waitFor()
    await browser.page.keyboard.press('ArrowDown')
    await browser.page.keyboard.press('ArrowDown')
    await browser.page.keyboard.press('Enter')
    await browser.text('file-title', /day\.md/)
  })

  it('of a file that is gone, and of a stopped agent, say what to do', async () => {
    await open('no/such/file.txt')
    await browser.at('file-not-there').waitFor()
    await isFine('a file that is gone')
    await server.post('/api/agents/keeper/stop')
    await browser.at('files-stopped').waitFor()
    await isFine('a stopped agent')
    await browser.at('files-stopped').getByRole('button').click()
    await line('src').waitFor({ timeout: 30_000 })
  })

  it('had no fault in the page', () => {
    // The aborted reading was this test's own.
    assert.deepEqual(
      browser.troubles().filter((text) => !/ERR_FAILED/.test(text)),
      [],
    )
  })
})
