// A person's credentials and an agent's work tree in the browser: a secret is typed once and seen nowhere again, what has
// not reached an agent is marked, and what happens inside its repository shows by itself.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD, run, Server, until } from '../integration/harness.mjs'
import { findings } from '../support/axe.mjs'
import { Browser } from './browser.mjs'

const SECRET = 'planted-3f9a71c2'
const NEWER = 'planted-88d0e4b7'

describe('credentials and git in the browser', { timeout: 400_000 }, () => {
  let server
  let person
  before(async () => {
    server = await Server.start()
    await server.createAgent('keeper')
    person = await Browser.open(server.address, { context: { bypassCSP: true, reducedMotion: 'reduce' } })
    await person.signIn('admin', PASSWORD)
  })
  after(async () => {
    await person?.close()
    await server?.dispose()
  })
  afterEach(async (context) => {
    if (!context.error && context.passed !== false) return
    await person.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  const inside = async (script) =>
    (await run('docker', ['exec', '-u', 'developer', server.containerOf('keeper'), 'sh', '-ec', script])).stdout
  async function isFine(where) {
    const { lines, passed } = await findings(person.page)
    assert.ok(passed > 5, `${where}: only ${passed} rules had something to look at`)
    assert.deepEqual(lines, [], where)
  }
  /** Everything that the page shows, holds in fields, or was sent to it. */
  async function whatThePageKnows() {
    const shown = await person.page.evaluate(() => [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll('input, textarea')].map((field) => field.value),
      JSON.stringify({ ...window.localStorage }),
      JSON.stringify({ ...window.sessionStorage }),
      location.href,
    ])
    return [...shown, ...person.sockets.map((socket) => JSON.stringify(socket.received))].join('\n')
  }

  it('a credential is typed, stored, and its secret is seen nowhere again', async () => {
    await person.go('/credentials')
    await person.at('credentials-empty').waitFor()
    await isFine('credentials, empty')
    await person.at('credential-new').click()
    await person.at('credential-name').fill('SEARCH_API_KEY')
    await person.at('credential-secret').fill(SECRET)
    assert.equal(await person.at('credential-secret').getAttribute('type'), 'password')
    await isFine('a new credential')
    await person.at('credential-submit').click()
    await person.at('credential-SEARCH_API_KEY').waitFor()
    await isFine('credentials')
    assert.ok(!(await whatThePageKnows()).includes(SECRET))
    const list = await server.get('/api/credentials')
    assert.equal(list.body.length, 1)
    assert.ok(!list.text.includes(SECRET))
  })

  it('lines are looked at before they are stored', async () => {
    await person.at('credential-import').click()
    await person.at('import-lines').fill(`MAPS_KEY=one\nSEARCH_API_KEY=${SECRET}\nsearch=x\nnothing`)
    await person.at('import-submit').click()
    await person.at('import-preview').waitFor()
    await isFine('the preview of an import')
    const preview = await person.at('import-preview').textContent()
    assert.match(preview, /MAPS_KEY/)
    assert.match(preview, /Stored already/)
    assert.match(preview, /2 lines left out/)
    assert.equal((await server.get('/api/credentials')).body.length, 1)
    await person.at('import-submit').click()
    await person.at('credential-MAPS_KEY').waitFor()
    assert.equal((await server.get('/api/credentials')).body.length, 2)
  })

  it('what is assigned is marked until it is applied, and then it is in the agent', async () => {
    await person.go('/agents/keeper?tab=credentials')
    await person.at('assign-SEARCH_API_KEY').click()
    await person.at('unassign-SEARCH_API_KEY').waitFor()
    await person.at('needs-apply').waitFor()
    await isFine('credentials of an agent')
    await until('the agent answers', async () => {
      const { body } = await server.get('/api/agents/keeper/credentials/status')
      return body.files !== undefined
    })
    await person.at('apply').click()
    await person.at('applied').waitFor()
    assert.match(await inside('cat ~/.env'), new RegExp(`SEARCH_API_KEY=["']?${SECRET}`))
    await person.text('inside', /just now|s ago/)
    assert.ok(!(await whatThePageKnows()).includes(SECRET))
  })

  it('a secret that somebody else replaces is marked without a request of the page before it', async () => {
    await sleep(500)
    const [one] = (await server.get('/api/credentials')).body.filter(({ name }) => name === 'SEARCH_API_KEY')
    const from = Date.now()
    const answer = await server.request('PUT', `/api/credentials/${one.id}`, {
      json: { credentials: { api_key: NEWER } },
    })
    assert.equal(answer.status, 200)
    await person.at('needs-apply').waitFor({ timeout: 2000 })
    console.log(`needs apply: on the screen ${Date.now() - from} ms after the change`)
    await person.at('apply').click()
    await person.at('applied').waitFor()
    assert.match(await inside('cat ~/.env'), new RegExp(NEWER))
    assert.ok(!(await whatThePageKnows()).includes(NEWER))
  })

  it('an agent without a repository offers to set one up', async () => {
    await person.at('tab-git').click()
    await person.at('git-none').waitFor()
    await isFine('git, none')
    await person.at('git-setup').click()
    await person.at('git-submit').click()
    await person.page.getByText('Needed.').waitFor()
    await isFine('setting up a repository')
    await person.page.keyboard.press('Escape')
  })

  const GIT = [
    'git config --global user.name Keeper',
    'git config --global user.email keeper@example.com',
    'git config --global init.defaultBranch main',
  ].join('\n')

  it('a commit inside the container shows by itself', async () => {
    await inside(`${GIT}
      cd ~ && git init -q && printf '*\\n!notes.md\\n!.gitignore\\n' > .gitignore
      echo first > notes.md && git add .gitignore notes.md && git commit -qm 'The first notes'
      git init -q --bare /tmp/remote.git && git remote add origin file:///tmp/remote.git && git push -qu origin main`)
    await server.post('/api/agents/keeper/git/refresh')
    await person.at('git-commits').getByText('The first notes').waitFor()
    await person.text('git-state', /Up to date/)
    await isFine('git, up to date')
    await sleep(5500)
    const from = Date.now()
    await inside(`cd ~ && echo second >> notes.md && git commit -qam '<b>More</b> notes' && echo third >> notes.md`)
    const answer = await server.post('/api/agents/keeper/git/refresh')
    assert.ok(answer.status < 300, answer.text)
    await person.at('git-commits').getByText('<b>More</b> notes').waitFor()
    await person.at('git-changes').getByText('notes.md').waitFor()
    await person.text('page-ahead', /1 \+1/)
    console.log(`a commit inside: on the screen ${Date.now() - from} ms after it`)
    assert.deepEqual(
      person.calls(from).filter((call) => !/\/git\/(log|diff)$/.test(call)),
      [],
    )
  })

  it('a pull that is refused explains each way to go on, and the proposed one loses nothing', async () => {
    await inside(`git clone -q file:///tmp/remote.git /tmp/other && cd /tmp/other
      echo theirs > theirs.md && git add -f theirs.md && git commit -qm 'Theirs' && git push -q`)
    await person.at('git-pull').click()
    await person.at('git-conflict').waitFor()
    await isFine('git conflict')
    const said = await person.at('git-conflict').textContent()
    assert.match(said, /Nothing is given up/)
    assert.match(said, /1 commit of the agent that is not pushed/)
    await person.at('conflict-force_reset').click()
    assert.equal(await person.at('conflict-submit').isDisabled(), true)
    await person.at('conflict-stash_reapply').click()
    await person.at('conflict-submit').click()
    await person.at('git-conflict').waitFor({ state: 'detached' })
    await person.at('git-commits').getByText('Theirs').waitFor()
    assert.match(await inside('cat ~/notes.md'), /first\nsecond\nthird/)
    assert.match(await inside('cd ~ && git log --format=%s'), /More<\/b> notes\nTheirs/)
  })

  it('a push commits what is typed for it, and the header is quiet again', async () => {
    await person.at('git-message').fill('Third line')
    await person.at('git-push').click()
    await person.text('git-state', /Up to date/)
    assert.equal(await person.at('page-ahead').count(), 0)
    assert.match(await inside('git -C /tmp/remote.git log -1 --format=%s main'), /Third line/)
  })

  it('nothing went wrong in the page', () => {
    assert.deepEqual(person.troubles(), [])
  })
})
