// Every state that an agent's repository may be in, and every way to pull and push: no commit is lost, on either side, and
// nothing that was not committed yet. Against git over http with a token; agentd runs as a program, without a container.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { AgentdProcess } from '../support/agentd-process.mjs'
import { git, startGitServer } from '../support/git-server.mjs'

const TOKEN = 'ghp_a-token-that-nobody-may-see'
const WRONG = 'ghp_another-token-that-is-wrong'
const SECRETS = {
  '.env': 'KEY=plain-secret-1\n',
  '.ssh/id_ed25519': 'plain-secret-2\n',
  'certs/own.pem': 'plain-secret-3\n',
}

const write = (folder, file, text) => {
  mkdirSync(join(folder, file, '..'), { recursive: true })
  writeFileSync(join(folder, file), text)
}
const commit = (folder, file, text) => {
  write(folder, file, text)
  git(folder, 'add', '--', file)
  git(
    folder,
    'commit',
    '--quiet',
    '-m',
    `writes ${file}: ${text.trim()} | of ${folder.includes('other') ? 'somebody' : 'the agent'}`,
  )
  return git(folder, 'rev-parse', 'HEAD').trim()
}
const push = (folder, url) => git(folder, 'push', '--quiet', url, 'HEAD:main')
const blobOf = (text) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex')

/** Each brings the repository at home, and somebody else's at the remote, into a state. */
const STATES = {
  clean: () => {},
  ahead: ({ home }) => commit(home, 'mine.txt', 'mine\n'),
  behind: ({ others }) => others('theirs.txt', 'theirs\n'),
  diverged: ({ home, others }) => (commit(home, 'mine.txt', 'mine\n'), others('theirs.txt', 'theirs\n')),
  conflict: ({ home, others }) => (commit(home, 'a.txt', 'mine\n'), others('a.txt', 'theirs\n')),
  dirty: ({ dirty }) => dirty(),
  'dirty in the way': ({ home, others }) => (write(home, 'a.txt', 'not committed\n'), others('a.txt', 'theirs\n')),
  'untracked in the way': ({ home, others }) => (
    write(home, 'new.txt', 'not committed\n'),
    others('new.txt', 'theirs\n')
  ),
  'diverged and dirty': ({ home, others, dirty }) => (
    commit(home, 'mine.txt', 'mine\n'),
    others('theirs.txt', 'theirs\n'),
    dirty()
  ),
  'conflict and dirty': ({ home, others, dirty }) => (
    commit(home, 'a.txt', 'mine\n'),
    others('a.txt', 'theirs\n'),
    dirty()
  ),
  detached: ({ home, dirty }) => (
    git(home, 'checkout', '--quiet', '--detach'),
    commit(home, 'mine.txt', 'mine\n'),
    dirty()
  ),
  merging: ({ home }) => {
    git(home, 'checkout', '--quiet', '-b', 'side')
    commit(home, 'a.txt', 'of the side\n')
    git(home, 'checkout', '--quiet', 'main')
    commit(home, 'a.txt', 'of main\n')
    assert.throws(() => git(home, 'merge', 'side'))
  },
  'no remote': ({ home, dirty }) => (
    git(home, 'remote', 'remove', 'origin'),
    commit(home, 'mine.txt', 'mine\n'),
    dirty()
  ),
  'remote gone': ({ home, server, name, dirty }) => (
    commit(home, 'mine.txt', 'mine\n'),
    dirty(),
    rmSync(server.folder(name), { recursive: true })
  ),
  'wrong token': ({ home, dirty }) => (commit(home, 'mine.txt', 'mine\n'), dirty()),
  'huge file': ({ home, dirty }) => (dirty(), write(home, 'huge.bin', 'x'.repeat(2 << 20))),
  'hook of the agent fails': ({ home, dirty }) => {
    dirty()
    writeFileSync(join(home, '.git/hooks/pre-commit'), '#!/bin/sh\necho "the hook says no" >&2\nexit 1\n', {
      mode: 0o755,
    })
  },
  'hook of the remote fails': ({ home, server, name, dirty }) => (
    commit(home, 'mine.txt', 'mine\n'),
    dirty(),
    server.refuse(name)
  ),
}

const PUSHES = ['normal', 'pull_first', 'force_push']
const PULLS = ['clean', 'stash_reapply', 'force_reset']
const all = (value) => [value, value, value]
/** By strategy: the status, or the kind of conflict. */
const EXPECTED = {
  //                         normal           pull_first      force_push  clean                stash_reapply     force_reset
  clean: { push: all(200), pull: all(200) },
  ahead: { push: all(200), pull: all(200) },
  behind: { push: all(200), pull: all(200) },
  diverged: { push: ['push_rejected', 200, 200], pull: all(200) },
  conflict: { push: ['push_rejected', 'merge_conflict', 200], pull: ['merge_conflict', 'merge_conflict', 200] },
  dirty: { push: all(200), pull: all(200) },
  'dirty in the way': { push: ['push_rejected', 200, 200], pull: ['local_uncommitted', 200, 200] },
  'untracked in the way': { push: ['push_rejected', 200, 200], pull: ['local_uncommitted', 200, 200] },
  'diverged and dirty': { push: ['push_rejected', 200, 200], pull: ['local_uncommitted', 200, 200] },
  'conflict and dirty': {
    push: ['push_rejected', 'merge_conflict', 200],
    pull: ['local_uncommitted', 'merge_conflict', 200],
  },
  detached: { push: all(500), pull: all(500) },
  merging: { push: all(400), pull: [400, 400, 200] },
  'no remote': { push: all(500), pull: all(500) },
  'remote gone': { push: all(500), pull: all(500) },
  'wrong token': { push: all(500), pull: all(500) },
  'huge file': { push: all(400), pull: all(200) },
  'hook of the agent fails': { push: all(500), pull: all(200) },
  'hook of the remote fails': { push: all(500), pull: all(200) },
}

/** Files of the work tree with their text, what git ignores apart. */
const filesOf = (home) => {
  const names = git(home, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0')
  const texts = names
    .filter((name) => name && !SECRETS[name] && existsSync(join(home, name)))
    .map((name) => [name, readFileSync(join(home, name), 'utf8')])
  return Object.fromEntries(texts)
}
const objectsOf = (folder) =>
  new Set(
    git(folder, 'rev-list', '--objects', '--all', '--reflog')
      .split('\n')
      .map((line) => line.slice(0, 40)),
  )
const subjectsOf = (folder, ...refs) =>
  git(folder, 'log', '--format=%s', ...refs)
    .split('\n')
    .filter(Boolean)

describe('every state of a repository, and every way to pull and push', () => {
  const root = mkdtempSync(join(tmpdir(), 'git-matrix-'))
  let server
  let agent
  let count = 0

  before(async () => {
    server = await startGitServer({ root, tokens: () => [TOKEN] })
    const note = join(root, 'arguments')
    agent = await AgentdProcess.start({
      environment: { GIT_BASE_URL: server.url, GIT_LARGEST_FILE_MB: '1' },
      wrappers: { git: `#!/bin/sh\nprintf '%s\\n' "$*" >> ${note}\nexec /usr/bin/git "$@"\n` },
    })
  })
  after(async () => {
    await agent?.stop()
    await server?.close()
    rmSync(root, { recursive: true, force: true })
  })

  /** A fresh repository at home and at the remote. Gives what the states need. */
  const prepare = () => {
    const name = `acme/r${++count}`
    const bare = server.make(name)
    const other = join(root, `other${count}`)
    const { home } = agent
    for (const entry of readdirSync(home)) rmSync(join(home, entry), { recursive: true, force: true })
    mkdirSync(other)
    git(other, 'init', '--quiet', '--initial-branch=main')
    commit(other, 'a.txt', 'begin\n')
    push(other, bare)
    git(home, 'init', '--quiet', '--initial-branch=main')
    git(home, 'remote', 'add', 'origin', `${server.url}/${name}.git`)
    git(home, 'fetch', '--quiet', bare, 'main:refs/remotes/origin/main')
    git(home, 'reset', '--quiet', '--hard', 'origin/main')
    for (const [file, text] of Object.entries(SECRETS)) write(home, file, text)
    return {
      home,
      server,
      name,
      bare,
      others: (file, text) => (commit(other, file, text), push(other, bare)),
      dirty: () => (
        write(home, 'a b "c".txt', 'new\n'),
        write(home, 'a.txt', `${readFileSync(join(home, 'a.txt'), 'utf8')}more\n`)
      ),
    }
  }

  /** What there was before is still there, in one form or another. */
  const nothingIsLost = (place, seen, strategy) => {
    const { home, bare } = place
    const here = objectsOf(home)
    const files = filesOf(home)
    for (const [file, text] of Object.entries(seen.files)) {
      const kept = here.has(blobOf(text)) || Object.values(files).includes(text)
      assert.ok(kept, `what was in ${file} is nowhere`)
    }
    const refs = new Set(git(home, 'rev-list', '--all', 'HEAD').split('\n'))
    const subjects = subjectsOf(home, '--all', 'HEAD')
    for (const [id, subject] of seen.local)
      assert.ok(refs.has(id) || subjects.includes(subject), `lost here: ${subject}`)
    if (existsSync(bare)) {
      const remote = new Set(git(bare, 'rev-list', '--all').split('\n'))
      for (const id of seen.remote)
        assert.ok(remote.has(id) || (strategy === 'force_push' && refs.has(id)), `lost at the remote: ${id}`)
    }
    for (const [file, text] of Object.entries(SECRETS)) assert.equal(readFileSync(join(home, file), 'utf8'), text)
  }

  const leftClean = (home) => {
    for (const name of ['rebase-merge', 'rebase-apply', 'index.lock'])
      assert.ok(!existsSync(join(home, '.git', name)), `${name} is left`)
    assert.ok(!readdirSync(join(home, '.git')).some((name) => name.startsWith('trinity-index')), 'an index is left')
  }

  const noSecretHasLeft = ({ bare }) => {
    if (!existsSync(bare)) return
    const blobs = new Set(
      git(bare, 'rev-list', '--objects', '--all')
        .split('\n')
        .map((line) => line.slice(0, 40)),
    )
    for (const text of Object.values(SECRETS)) assert.ok(!blobs.has(blobOf(text)), `a secret has left: ${text}`)
  }

  const seenIn = ({ home, bare }) => ({
    files: filesOf(home),
    head: git(home, 'rev-parse', 'HEAD').trim(),
    branch: git(home, 'rev-parse', '--abbrev-ref', 'HEAD').trim(),
    local: git(home, 'log', '--format=%H %s', '--all', 'HEAD')
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, 40), line.slice(41)]),
    remote: existsSync(bare) ? git(bare, 'rev-list', '--all').split('\n').filter(Boolean) : [],
  })

  for (const [state, bring] of Object.entries(STATES)) {
    for (const [what, path, strategies] of [
      ['push', 'sync', PUSHES],
      ['pull', 'pull', PULLS],
    ]) {
      strategies.forEach((strategy, i) => {
        const expected = EXPECTED[state][what][i]
        it(`${state}: ${what} ${strategy}: ${expected}`, async () => {
          const place = prepare()
          bring(place)
          const seen = seenIn(place)
          const token = state === 'wrong token' ? WRONG : TOKEN
          const answer = await agent.call('POST', `/api/git/${path}`, { strategy }, { 'X-Git-Token': token })
          const kind = answer.headers.get('X-Conflict-Type')
          assert.equal(kind ?? answer.status, expected, answer.text)
          if (kind) assert.equal(answer.status, 409)
          nothingIsLost(place, seen, strategy)
          leftClean(place.home)
          noSecretHasLeft(place)
          assert.equal(
            git(place.home, 'rev-parse', '--abbrev-ref', 'HEAD').trim(),
            seen.branch,
            'another branch is checked out',
          )
          if (answer.status !== 200 && what === 'pull') {
            assert.deepEqual(filesOf(place.home), seen.files, 'files have changed')
            assert.equal(git(place.home, 'rev-parse', 'HEAD').trim(), seen.head)
          }
          if (answer.status === 200 && what === 'push') {
            git(place.bare, 'merge-base', '--is-ancestor', git(place.home, 'rev-parse', 'HEAD').trim(), 'main')
          }
          for (const text of [answer.text, readFileSync(join(place.home, '.git/config'), 'utf8')]) {
            assert.ok(!text.includes(TOKEN) && !text.includes(WRONG), 'the token is told')
          }
        })
      })
    }
  }

  it('a push that was rejected is done by the next one, with nothing new to commit', async () => {
    const place = prepare()
    STATES['diverged and dirty'](place)
    const headers = { 'X-Git-Token': TOKEN }
    const first = await agent.call('POST', '/api/git/sync', { message: 'all of "it"\n\nin two parts' }, headers)
    assert.equal(first.headers.get('X-Conflict-Type'), 'push_rejected')
    const commit = git(place.home, 'rev-parse', 'HEAD').trim()
    const status = await agent.call('GET', '/api/git/status?remote_age=0', undefined, headers)
    assert.deepEqual([status.body.ahead, status.body.behind, status.body.changes_count], [2, 1, 0])
    const second = await agent.call('POST', '/api/git/sync', { strategy: 'pull_first' }, headers)
    assert.equal(second.status, 200, second.text)
    assert.equal(second.body.files_changed, 0)
    assert.notEqual(second.body.commit_sha, commit, 'it came on top of the others')
    assert.deepEqual(
      subjectsOf(place.bare, '-3', 'main').map((text) => text.slice(0, 18)),
      ['all of "it"', 'writes mine.txt: m', 'writes theirs.txt:'],
    )
    assert.equal(git(place.bare, 'log', '-1', '--format=%B', 'main').trim(), 'all of "it"\n\nin two parts')
  })

  it('what a reset gave up comes back', async () => {
    const place = prepare()
    STATES['conflict and dirty'](place)
    const before = filesOf(place.home)
    const done = await agent.call('POST', '/api/git/pull', { strategy: 'force_reset' }, { 'X-Git-Token': TOKEN })
    assert.match(done.body.kept, /^refs\/trinity\/kept\/\d{8}T\d{6}-local-[0-9a-f]{4}$/)
    assert.deepEqual(filesOf(place.home), { 'a.txt': 'theirs\n' })
    git(place.home, 'checkout', '--quiet', done.body.kept, '--', '.')
    assert.deepEqual(filesOf(place.home), before)
    assert.equal(git(place.bare, 'for-each-ref', '--format=%(refname)').trim(), 'refs/heads/main')
  })

  it('secrets that the agent staged by force are left out of the commit, and a commit with one is not pushed', async () => {
    const place = prepare()
    const headers = { 'X-Git-Token': TOKEN }
    git(place.home, 'add', '--force', '.env', 'certs/own.pem')
    write(place.home, 'b.txt', 'b\n')
    const done = await agent.call('POST', '/api/git/sync', {}, headers)
    assert.deepEqual([done.status, done.body.files_changed], [200, 1], done.text)
    noSecretHasLeft(place)
    git(place.home, 'add', '--force', '.env')
    git(place.home, 'commit', '--quiet', '-m', 'with a secret')
    const named = await agent.call('POST', '/api/git/sync', { paths: ['.env'] }, headers)
    assert.equal(named.status, 400, named.text)
    assert.match(named.body.detail, /^Git push failed: the commit [0-9a-f]+ has \.env in it/)
    noSecretHasLeft(place)
  })

  it('the token stood in no argument, no log and no address', async () => {
    const place = prepare()
    git(place.home, 'remote', 'set-url', 'origin', `http://oauth2:${TOKEN}@${server.url.slice(7)}/${place.name}.git`)
    const status = await agent.call('GET', '/api/git/status', undefined, { 'X-Git-Token': TOKEN })
    assert.equal(status.body.remote_url, `${server.url}/${place.name}.git`)
    assert.ok(!readFileSync(join(place.home, '.git/config'), 'utf8').includes(TOKEN))
    const given = readFileSync(join(root, 'arguments'), 'utf8')
    assert.ok(given.split('\n').length > 1000, 'git was watched')
    for (const text of [given, agent.output, ...server.asked.map(({ path }) => path)]) {
      assert.ok(!text.includes(TOKEN) && !text.includes(WRONG))
    }
  })
})
