// An agent's repository on the real engine, from the first push to what a page sees, against git over http and GitHub's API
// as it is documented.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { docker, hostForContainers } from '../support/agent-container.mjs'
import { git, startGitServer } from '../support/git-server.mjs'
import { startGitHub } from '../support/github-server.mjs'
import { Server, until } from './harness.mjs'

const TOKEN = 'ghp_the-platforms-own-token'

describe('an agent and its repository', { timeout: 300_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'git-hosts-'))
  let hub, github, server, socket
  before(async () => {
    hub = await startGitServer({ root, tokens: () => [TOKEN], host: '0.0.0.0' })
    github = await startGitHub({
      accounts: { acme: 'Organization', ann: 'User', 'platform-bot': 'User' },
      tokens: { [TOKEN]: 'platform-bot' },
      git: hub,
    })
    server = await Server.start({
      environment: {
        GITHUB_API_URL: github.url,
        GIT_BASE_URL: `http://${await hostForContainers()}:${hub.port}`,
        GITHUB_PAT: TOKEN,
      },
    })
    await server.createAgent('video')
    socket = await server.live(['agents', 'user'])
  })
  after(async () => {
    await server?.dispose()
    await github?.close()
    await hub?.close()
    rmSync(root, { recursive: true, force: true })
  })

  const at = (path) => `/api/agents/video/git/${path}`
  const inside = (script) => docker('exec', server.containerOf('video'), 'sh', '-c', `cd && ${script}`)
  const bare = () => hub.folder('acme/video-agent')
  const from = () => socket.frames.length

  it('begins without one', async () => {
    await until('agentd has told', async () => (await server.get(at('status'))).body.git_enabled === false)
    assert.equal((await server.get(at('config'))).body.git_enabled, false)
    assert.equal((await server.get(at('log'))).status, 400)
    const named = await server.post(at('initialize'), { repo_owner: 'ann', repo_name: 'hers' })
    assert.equal(named.status, 400, named.text)
    assert.match(named.body.detail, /'ann' is a user, and the token belongs to 'platform-bot'/)
    assert.ok(!hub.has('ann/hers'))
  })

  it('is put under git, also when the client that asked has gone', async () => {
    await inside(
      `printf 'KEY=plain-secret\\n' > .env; printf 'hello\\n' > notes.md; mkdir -p sub && printf 'x' > 'sub/a b.txt'`,
    )
    const since = from()
    const leaving = new AbortController()
    const asked = fetch(`http://${server.address}${at('initialize')}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ repo_owner: 'acme', repo_name: 'video-agent', description: 'of an agent' }),
      signal: leaving.signal,
    }).catch((error) => error)
    await socket.next((frame) => frame.event === 'operation_update' && frame.data.kind === 'git_initialize', {
      from: since,
    })
    leaving.abort()
    assert.equal((await asked).name, 'AbortError')
    const done = await socket.next(
      (frame) =>
        frame.event === 'operation_update' && frame.data.kind === 'git_initialize' && frame.data.state !== 'running',
      { from: since, ms: 60_000 },
    )
    assert.equal(done.data.state, 'done', done.data.detail)
    await socket.next((frame) => frame.event === 'agent_updated' && frame.data.github_repo === 'acme/video-agent', {
      from: since,
    })
    const { body: config } = await server.get(at('config'))
    assert.equal(config.working_branch, `trinity/video/${config.instance_id}`)
    const refs = git(bare(), 'for-each-ref', '--format=%(refname:short)').trim().split('\n')
    assert.deepEqual(refs, ['main', config.working_branch])
    const files = git(bare(), 'ls-tree', '-r', '--name-only', '-z', 'main').split('\0')
    for (const file of ['notes.md', 'sub/a b.txt', '.gitignore']) assert.ok(files.includes(file), `${file} is missing`)
    assert.ok(!files.includes('.env') && !files.some((file) => file.startsWith('.ssh')), 'secrets stay')
    assert.deepEqual(github.repositories.get('acme/video-agent'), { private: true, description: 'of an agent' })
    const again = await server.post(at('initialize'), { repo_owner: 'acme', repo_name: 'two' })
    assert.deepEqual(
      [again.status, again.body.detail],
      [409, 'Git sync already configured for this agent. Repository: acme/video-agent'],
    )
  })

  it('tells who watches what has changed, and what a push and a pull did', async () => {
    const watching = await server.live(['agent:video:git'])
    const seen = (test, since = 0) =>
      watching.next((frame) => frame.event === 'agent_git_update' && test(frame.data), { from: since, ms: 30_000 })
    const { snapshot } = watching.frames.find(({ type }) => type === 'subscribed')
    assert.deepEqual(
      [snapshot.name, snapshot.git_enabled, snapshot.ahead, snapshot.operation],
      ['video', true, 0, null],
    )

    await inside(
      `printf 'more\\n' >> notes.md; git -c user.name=V -c user.email=v@x commit -qam 'by itself | with a bar'; printf 'even more\\n' >> notes.md`,
    )
    const changed = await seen(({ ahead, changes_count: count }) => ahead === 1 && count === 1)
    assert.deepEqual(changed.data.changes, [{ status: 'M', path: 'notes.md' }])
    assert.equal(changed.data.name, 'video')
    const { body: diff } = await server.get(at('diff'))
    assert.deepEqual(diff, {
      files: [{ path: 'notes.md', status: 'M', added: 1, removed: 0, binary: false }],
      added: 1,
      removed: 0,
      truncated: false,
    })

    let since = watching.frames.length
    const pushed = await server.post(at('sync'), { message: 'Notes\n\n"quoted"' })
    assert.equal(pushed.status, 200, pushed.text)
    assert.equal(pushed.body.files_changed, 1)
    assert.equal(git(bare(), 'rev-parse', pushed.body.branch).trim(), pushed.body.commit_sha)
    await seen(({ operation }) => operation === 'push', since)
    const level = await seen(
      ({ operation, ahead, changes_count: count }) => operation === null && ahead === 0 && count === 0,
      since,
    )
    assert.equal(level.data.db_config.last_commit_sha, pushed.body.commit_sha)
    const { body: log } = await server.get(`${at('log')}?limit=2`)
    assert.deepEqual(
      log.commits.map(({ message }) => message),
      ['Notes', 'by itself | with a bar'],
    )

    const other = join(root, 'other')
    git(root, 'clone', '--quiet', '--branch', pushed.body.branch, bare(), other)
    writeFileSync(join(other, 'theirs.md'), 'theirs\n')
    git(other, 'add', '.')
    git(other, 'commit', '--quiet', '-m', 'theirs')
    git(other, 'push', '--quiet', 'origin', 'HEAD')
    await until('the remote is seen', async () => (await server.post(at('refresh'))).body.behind === 1, {
      ms: 20_000,
      every: 1000,
    })
    since = watching.frames.length
    const pulled = await server.post(at('pull'))
    assert.deepEqual(
      [pulled.status, pulled.body.message],
      [200, `Pulled 1 commit(s) from origin/${pushed.body.branch}`],
      pulled.text,
    )
    await seen(({ operation, behind }) => operation === null && behind === 0, since)
    assert.equal((await inside('cat theirs.md')).stdout, 'theirs\n')
  })

  it('does one thing at a time, and answers of conflicts can be read by a page elsewhere', async () => {
    await inside(`printf 'both\\n' > notes.md`)
    const both = await Promise.all([server.post(at('sync')), server.post(at('sync')), server.post(at('pull'))])
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200, 200],
      both.map(({ text }) => text).join('\n'),
    )
    const other = join(root, 'other')
    git(other, 'pull', '--quiet', '--rebase')
    writeFileSync(join(other, 'notes.md'), 'theirs\n')
    git(other, 'commit', '--quiet', '-am', 'theirs again')
    git(other, 'push', '--quiet', 'origin', 'HEAD')
    await inside(`printf 'ours\\n' > notes.md`)
    const refused = await server.post(at('sync'), {}, { headers: { Origin: 'http://localhost:3000' } })
    assert.deepEqual([refused.status, refused.headers.get('x-conflict-type')], [409, 'push_rejected'], refused.text)
    assert.match(refused.headers.get('access-control-expose-headers'), /X-Conflict-Type/)
    assert.equal((await server.get(at('status'))).body.last_error, refused.body.detail)
    const merged = await server.post(at('sync'), { strategy: 'pull_first' })
    assert.deepEqual([merged.status, merged.headers.get('x-conflict-type')], [409, 'merge_conflict'], merged.text)
    const forced = await server.post(at('sync'), { strategy: 'force_push' })
    assert.equal(forced.status, 200, forced.text)
    assert.equal((await inside(`git log -1 --format=%s ${forced.body.kept}`)).stdout.trim(), 'theirs again')
  })

  it('is known when the agent does not run', async () => {
    assert.equal((await server.post('/api/agents/video/stop')).status, 200)
    const { body: status } = await server.get(at('status'))
    assert.deepEqual(
      [status.git_enabled, status.agent_running, status.config.github_repo],
      [true, false, 'acme/video-agent'],
    )
    assert.equal((await server.post(at('sync'))).body.detail, 'Agent must be running to sync')
  })

  it('tells the token to nobody', async () => {
    const texts = [readFileSync(server.log, 'utf8'), (await docker('logs', server.containerOf('video'))).stdout]
    for (const path of ['status', 'config']) texts.push((await server.get(at(path))).text)
    texts.push(JSON.stringify(socket.frames))
    for (const text of texts) assert.ok(!text.includes(TOKEN), text.slice(0, 500))
    assert.ok(hub.asked.some(({ authorised }) => authorised))
    assert.ok(!hub.asked.some(({ path }) => path.includes(TOKEN)))
  })
})
