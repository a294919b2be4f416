// A folder without repository gets one, or nothing happens at all; and what has changed in it, in lines. agentd runs as a
// program, against git over http with a token.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { AgentdProcess } from '../support/agentd-process.mjs'
import { git, startGitServer } from '../support/git-server.mjs'

const TOKEN = 'ghp_a-token-that-nobody-may-see'

describe('a repository of its own', () => {
  const root = mkdtempSync(join(tmpdir(), 'git-founding-'))
  let server, agent, bare
  let count = 0
  before(async () => {
    server = await startGitServer({ root, tokens: () => [TOKEN] })
    agent = await AgentdProcess.start()
  })
  after(async () => {
    await agent?.stop()
    await server?.close()
    rmSync(root, { recursive: true, force: true })
  })
  beforeEach(() => {
    for (const entry of readdirSync(agent.home)) rmSync(join(agent.home, entry), { recursive: true, force: true })
    bare = server.make(`acme/r${++count}`)
    write('notes.md', 'one\ntwo\n')
    write('.env', 'KEY=plain-secret\n')
    write('deep/.ssh/id', 'plain-secret\n')
  })

  const write = (file, text) => {
    mkdirSync(join(agent.home, file, '..'), { recursive: true })
    writeFileSync(join(agent.home, file), text)
  }
  const headers = (token = TOKEN) => ({ 'X-Git-Token': token, 'X-Git-Base': server.url })
  const ask = (more = {}, token) =>
    agent.call(
      'POST',
      '/api/git/initialize',
      { repository: `acme/r${count}`, working_branch: 'trinity/ruby/0123abcd', ...more },
      headers(token),
    )
  const files = (branch = 'main') => git(bare, 'ls-tree', '-r', '--name-only', branch).trim().split('\n')
  const branches = () => git(bare, 'for-each-ref', '--format=%(refname:short)').trim().split('\n').filter(Boolean)
  const tree = () => readdirSync(agent.home, { recursive: true }).sort()

  it('of the home folder', async () => {
    write('.gitignore', '*.tmp')
    const done = await ask()
    assert.deepEqual([done.status, done.body.folder], [200, agent.home], done.text)
    assert.deepEqual(branches(), ['main', 'trinity/ruby/0123abcd'])
    assert.deepEqual(files(), ['.gitignore', 'notes.md'])
    const ignored = readFileSync(join(agent.home, '.gitignore'), 'utf8')
    assert.match(ignored, /^\*\.tmp\n\.bash_logout\n[^]*\.ssh\/\n$/)
    assert.equal(git(agent.home, 'rev-parse', '--abbrev-ref', 'HEAD').trim(), 'trinity/ruby/0123abcd')
    assert.equal(git(agent.home, 'rev-parse', '--abbrev-ref', '@{u}').trim(), 'origin/trinity/ruby/0123abcd')
    assert.equal(done.body.commit_sha, git(bare, 'rev-parse', 'main').trim())
    assert.ok(!readFileSync(join(agent.home, '.git/config'), 'utf8').includes(TOKEN))
    const status = await agent.call('GET', '/api/git/status', undefined, headers())
    assert.deepEqual([status.body.changes_count, status.body.ahead, status.body.behind], [0, 0, 0], status.text)
    assert.match(git(agent.home, 'log', '-1', '--format=%an <%ae>'), /^Trinity Agent \(ruby\) <agent@trinity\.local>/)
  })

  it('of the workspace, when something is in it', async () => {
    write('workspace/work.txt', 'work\n')
    const done = await ask()
    assert.equal(done.body.folder, join(agent.home, 'workspace'), done.text)
    assert.deepEqual(files(), ['work.txt'])
    assert.ok(!existsSync(join(agent.home, '.git')) && !existsSync(join(agent.home, '.gitignore')))
    write('workspace/more.txt', 'more\n')
    const synced = await agent.call('POST', '/api/git/sync', {}, headers())
    assert.deepEqual([synced.status, synced.body.branch], [200, 'trinity/ruby/0123abcd'], synced.text)
  })

  it('of nothing at all', async () => {
    for (const entry of readdirSync(agent.home)) rmSync(join(agent.home, entry), { recursive: true, force: true })
    const done = await ask()
    assert.equal(done.status, 200, done.text)
    assert.deepEqual(files(), ['.gitignore'])
  })

  it('where there is one already, with its history, whatever its branch is called', async () => {
    git(agent.home, 'init', '--quiet', '--initial-branch=master')
    git(agent.home, 'add', 'notes.md')
    git(agent.home, 'commit', '--quiet', '-m', 'before')
    git(agent.home, 'remote', 'add', 'origin', 'https://oauth2:ghp_old@127.0.0.1:1/gone.git')
    const done = await ask()
    assert.equal(done.status, 200, done.text)
    assert.deepEqual(git(bare, 'log', '--format=%s', 'main').trim().split('\n'), [
      'Initial commit of the agent',
      'before',
    ])
    assert.equal(git(agent.home, 'remote', 'get-url', 'origin').trim(), `${server.url}/acme/r${count}.git`)
  })

  it('not over the commits of somebody else, and then everything is as it was', async () => {
    const other = mkdtempSync(join(root, 'other-'))
    git(other, 'init', '--quiet', '--initial-branch=trunk')
    git(other, 'commit', '--quiet', '--allow-empty', '-m', 'theirs')
    git(other, 'push', '--quiet', bare, 'trunk')
    const before = tree()
    const refused = await ask()
    assert.deepEqual([refused.status, refused.headers.get('X-Conflict-Type')], [409, null])
    assert.match(refused.body.detail, new RegExp(`^The repository acme/r${count} already has commits\\.`))
    assert.deepEqual(tree(), before)
    git(agent.home, 'init', '--quiet', '--initial-branch=main')
    git(agent.home, 'commit', '--quiet', '--allow-empty', '-m', 'ours')
    git(agent.home, 'remote', 'add', 'origin', 'https://example.org/x.git')
    git(other, 'push', '--quiet', bare, 'trunk:main')
    assert.equal((await ask()).status, 409)
    assert.equal(
      git(agent.home, 'remote', 'get-url', 'origin').trim(),
      'https://example.org/x.git',
      'its own remote is back',
    )
    assert.deepEqual(git(bare, 'log', '--format=%s', 'main').trim(), 'theirs')
  })

  it('not with a wrong token, nor with a file that is too large, and then everything is as it was', async () => {
    const before = tree()
    const wrong = await ask({}, 'ghp_wrong')
    assert.equal(wrong.status, 500)
    assert.match(wrong.body.detail, /^the repository cannot be reached: /)
    assert.ok(!wrong.text.includes('ghp_wrong'))
    assert.deepEqual(tree(), before)
    const missing = await ask({ repository: 'acme/none' })
    assert.equal(missing.status, 500)
    assert.deepEqual(tree(), before)
    writeFileSync(join(agent.home, 'huge.bin'), '')
    writeFileSync(join(agent.home, 'huge.bin'), Buffer.alloc(101 << 20))
    const huge = await ask()
    assert.equal(huge.status, 400)
    assert.match(huge.body.detail, /huge\.bin has 101 MB/)
    assert.deepEqual(tree(), [...before, 'huge.bin'].sort())
    assert.deepEqual(branches(), [])
  })

  it('again, where an earlier call did not come to its end', async () => {
    server.refuse(`acme/r${count}`)
    const failed = await ask()
    assert.equal(failed.status, 500, failed.text)
    assert.match(failed.body.detail, /a rule of this host/)
    rmSync(join(bare, 'hooks/pre-receive'))
    // What reached the remote, and an answer that did not reach anybody.
    git(agent.home, 'push', '--quiet', bare, 'HEAD:main')
    const done = await ask({ working_branch: 'trinity/ruby/9999ffff' })
    assert.equal(done.status, 200, done.text)
    assert.deepEqual(branches(), ['main', 'trinity/ruby/9999ffff'])
    assert.equal(git(bare, 'rev-list', '--count', 'main').trim(), '1')
  })

  it('only for names that are names', async () => {
    for (const wrong of [
      { repository: 'acme' },
      { repository: '-x/y' },
      { repository: 'a/..' },
      { repository: 'a/b/c' },
      { branch: '--force' },
      { working_branch: 'a..b' },
    ])
      assert.equal((await ask(wrong)).status, 422, JSON.stringify(wrong))
    assert.equal((await agent.call('POST', '/api/git/initialize', {}, headers())).status, 422)
  })

  it('and what has changed in it, in lines', async () => {
    assert.equal((await agent.call('GET', '/api/git/diff')).status, 400)
    write('old name.txt', Array.from({ length: 20 }, (_, i) => `line ${i}\n`).join(''))
    assert.equal((await ask()).status, 200)
    assert.deepEqual((await agent.call('GET', '/api/git/diff')).body, {
      files: [],
      added: 0,
      removed: 0,
      truncated: false,
    })
    write('notes.md', 'one\n2\n3\n')
    git(agent.home, 'mv', 'old name.txt', 'new "name".txt')
    write('fresh/a\tb.txt', 'x\ny')
    write('fresh/binary', 'a\0b')
    const { body } = await agent.call('GET', '/api/git/diff')
    assert.deepEqual(body, {
      files: [
        { path: 'new "name".txt', status: 'R', added: 0, removed: 0, binary: false },
        { path: 'notes.md', status: 'M', added: 2, removed: 1, binary: false },
        { path: 'fresh/a\tb.txt', status: '??', added: 2, removed: 0, binary: false },
        { path: 'fresh/binary', status: '??', added: 0, removed: 0, binary: true },
      ].sort((a, b) => (a.status === '??') - (b.status === '??')),
      added: 4,
      removed: 1,
      truncated: false,
    })
    for (let i = 0; i < 600; i++) write(`many/${i}.txt`, 'x\n')
    const many = (await agent.call('GET', '/api/git/diff')).body
    assert.deepEqual([many.files.length, many.truncated], [500, true])
    const status = (await agent.call('GET', '/api/git/status')).body
    assert.ok(
      status.changes.some(({ path }) => path === 'many/'),
      'a new folder is one change',
    )
  })
})
