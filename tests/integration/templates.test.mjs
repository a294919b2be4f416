// Templates from repositories, on the real engine: from a folder of the host, and over http with a token. What is
// refused is refused before anything is made; what is made has the repository's files and keeps them.
import assert from 'node:assert/strict'
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { git, startGitServer } from '../support/git-server.mjs'
import { Server, run, until } from './harness.mjs'

const docker = (...args) => run('/usr/bin/docker', args)
const TOKEN = 'ghp_0123456789planted'
/** An address of this machine that containers reach. */
const HOST = networkInterfaces().docker0?.find((one) => one.family === 'IPv4')?.address ?? '172.17.0.1'

const TEMPLATE = `name: writer
display_name: Writer
description: Writes things
type: writer
resources:
  cpu: 0.5
  memory: 192m
runtime: {type: command, command: [sh, -c, 'echo done']}
credentials:
  env_file: [CMS_API_KEY]
`

describe('templates from repositories', { timeout: 240_000 }, () => {
  let root, work, hostGit, evil, server, ann
  const asked = []

  /** A commit on top of what the repository has. */
  const commit = async (bare, files, branch = 'main') => {
    const folder = await mkdtemp(path.join(work, 'work-'))
    git(folder, 'init', '--quiet', '--initial-branch', branch)
    git(folder, 'remote', 'add', 'origin', bare)
    try {
      git(folder, 'pull', '--quiet', 'origin', branch)
    } catch {
      // The first one.
    }
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
      await writeFile(path.join(folder, name), text)
    }
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--message', 'change')
    git(folder, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
    return git(folder, 'rev-parse', 'HEAD').trim()
  }
  const inside = async (agent, command) => (await docker('exec', server.containerOf(agent), 'sh', '-c', command)).stdout
  const check = (template, more = {}) => server.post('/api/templates/check', { template, ...more })
  const folderId = (name, branch = '') => `git:file://${path.join(root, name)}.git${branch}`
  const httpId = (name, branch = '') => `git:http://${HOST}:${hostGit.port}/${name}.git${branch}`
  const refused = async (fields) => {
    const answer = await server.post('/api/agents', {
      name: 'refused',
      ...fields,
    })
    assert.ok(answer.status >= 400, `was made: ${answer.text}`)
    return answer
  }

  before(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'templates-test-'))
    root = path.join(work, 'repositories')
    await mkdir(root, { mode: 0o755 })
    await run('chmod', ['755', work])
    hostGit = await startGitServer({ root, tokens: () => [TOKEN], host: HOST })
    evil = createServer((request, response) => {
      asked.push(request.url)
      response
        .writeHead(302, {
          Location: `http://${HOST}:${hostGit.port}${request.url}`,
        })
        .end()
    })
    await new Promise((resolve) => evil.listen(0, HOST, resolve))
    for (const name of ['team/writer', 'team/broken', 'team/bad', 'team/empty', 'acme/agent']) hostGit.make(name)
    await commit(hostGit.folder('team/writer'), {
      'template.yaml': TEMPLATE,
      'CLAUDE.md': '# Writer\n',
      'deep/a.txt': 'a\n',
    })
    await commit(hostGit.folder('team/writer'), { 'template.yaml': TEMPLATE, 'only-here.txt': 'x\n' }, 'other')
    await commit(hostGit.folder('team/broken'), {
      'template.yaml': 'name: x\nlist: [a\n',
    })
    await commit(hostGit.folder('team/bad'), {
      'template.yaml': 'name: x\nresources:\n  memory: lots\n',
    })
    await commit(hostGit.folder('acme/agent'), {
      'template.yaml': TEMPLATE,
      'README.md': 'acme\n',
    })
    await run('chmod', ['-R', 'a+rX', root])
    const templatesDir = path.join(work, 'templates')
    await mkdir(path.join(templatesDir, 'broken'), { recursive: true })
    await writeFile(path.join(templatesDir, 'broken/template.yaml'), 'a: [1\n')
    await writeFile(path.join(templatesDir, 'catalogue.yaml'), `repositories:\n  - id: ${folderId('team/writer')}\n`)
    const places = [`file:${root}`, `http://${HOST}:${hostGit.port}`, `http://${HOST}:${evil.address().port}`]
    server = await Server.start({
      templatesDir,
      environment: {
        TRINITY_GIT_HOSTS: places.join(','),
        GIT_BASE_URL: `http://${HOST}:${hostGit.port}`,
        GITHUB_PAT: TOKEN,
      },
    })
    ann = server.token
  })
  after(async () => {
    await server?.dispose()
    await hostGit?.close()
    evil?.closeAllConnections()
    await new Promise((resolve) => (evil ? evil.close(resolve) : resolve()))
    await rm(work, { recursive: true, force: true })
  })

  it('shows the catalogue, first at once and then with what the repository says', async () => {
    const item = await until('the repository was read', async () => {
      const { body } = await server.get('/api/templates')
      return body.find((one) => one.source === 'github' && one.commit)
    })
    assert.equal(item.id, folderId('team/writer'))
    assert.equal(item.display_name, 'Writer')
    assert.deepEqual(item.resources, { cpu: '0.5', memory: '192m' })
    assert.deepEqual(item.required_credentials, ['CMS_API_KEY'])
    const broken = (await server.get('/api/templates')).body.find((one) => one.id === 'local:broken')
    assert.equal(broken.broken, true)
    assert.equal(broken.problems[0].line, 2)
    const env = await server.get(`/api/templates/env-template?template_id=${encodeURIComponent(item.id)}`)
    assert.match(env.body.content, /^CMS_API_KEY=$/m)
    const one = await server.get(`/api/templates/${encodeURIComponent(item.id)}`)
    assert.equal(one.body.id, item.id)
    // A restart has it at once.
    await server.restart()
    const again = (await server.get('/api/templates')).body.find((one) => one.source === 'github')
    assert.equal(again.commit, item.commit)
  })

  it('says what is wrong, with file, line and key', async () => {
    const bad = (await check(folderId('team/bad'))).body
    assert.equal(bad.valid, false)
    assert.deepEqual(
      bad.problems.find((one) => one.level === 'error'),
      {
        file: 'template.yaml',
        line: 3,
        key: 'resources.memory',
        message: "'lots' is no size. Use a number with k, m, g or t, for example 4g.",
        level: 'error',
      },
    )
    assert.equal((await check(folderId('team/broken'))).body.problems[0].file, 'template.yaml')
    assert.match((await check(folderId('team/empty'))).body.problems[0].message, /is empty/)
    assert.match((await check(folderId('team/writer', '@none'))).body.problems[0].message, /has no branch 'none'/)
    assert.equal((await check(folderId('team/writer', '@other'))).body.item.branch, 'other')
    const moved = await check(`git:http://${HOST}:${evil.address().port}/team/writer.git`)
    assert.match(moved.body.problems[0].message, /redirects to another address/)
    assert.ok(asked.length > 0)
    const away = await check('git:https://evil.example/a')
    assert.equal(away.status, 400)
    assert.match(away.body.detail, /evil\.example is not allowed on this server\. Allowed: file:/)
  })

  it('makes an agent from a folder of this machine, read-only', async () => {
    const agent = await server.createAgent('folder', {
      template: folderId('team/writer'),
    })
    assert.equal(agent.type, 'writer')
    assert.deepEqual(agent.resources, { cpu: '0.5', memory: '192m' })
    await until('the files are there', async () => inside('folder', 'cat ~/CLAUDE.md').catch(() => ''))
    assert.equal(await inside('folder', 'cat ~/deep/a.txt'), 'a\n')
    assert.equal((await inside('folder', 'git -C ~ rev-parse --abbrev-ref HEAD')).trim(), 'main')
    assert.equal((await server.agents()).get('folder').github_repo, `file:${path.join(root, 'team/writer')}`)
    await assert.rejects(inside('folder', 'touch /repository/writer.git/x'))
    // What is new there is fetched.
    const newest = await commit(hostGit.folder('team/writer'), {
      'deep/b.txt': 'b\n',
    })
    await run('chmod', ['-R', 'a+rX', root])
    assert.equal((await inside('folder', 'git -C ~ fetch -q origin && git -C ~ rev-parse origin/main')).trim(), newest)
  })

  it("makes one of GitHub with the platform's token, which shows nowhere", async () => {
    await server.createAgent('hub', {
      template: 'github:acme/agent',
      source_mode: false,
    })
    const [row] = await server.sql("SELECT * FROM agent_git_config WHERE agent_name = 'hub'")
    assert.equal(row.github_repo, 'acme/agent')
    assert.equal(row.source_mode, 0)
    assert.match(row.instance_id, /^[0-9a-f]{8}$/)
    assert.equal(row.working_branch, `trinity/hub/${row.instance_id}`)
    await until('the files are there', async () => inside('hub', 'cat ~/README.md').catch(() => ''))
    assert.equal((await inside('hub', 'git -C ~ rev-parse --abbrev-ref HEAD')).trim(), row.working_branch)
    assert.equal((await server.agents()).get('hub').github_repo, 'acme/agent')
    assert.doesNotMatch(await inside('hub', 'cat ~/.git/config; ps aux'), new RegExp(TOKEN))
    const published = git(hostGit.folder('acme/agent'), 'branch', '--list', row.working_branch)
    assert.match(published, /trinity\/hub/)
    const answers = [
      await server.get('/api/agents/hub'),
      await server.get('/api/templates'),
      await check('github:acme/agent'),
    ]
    for (const one of answers) assert.doesNotMatch(one.text, new RegExp(TOKEN))
    assert.doesNotMatch(await readFile(server.log, 'utf8'), new RegExp(TOKEN))
    const cache = path.join(server.home, 'template-cache')
    for (const name of await readdir(cache)) {
      assert.doesNotMatch(name, new RegExp(TOKEN))
      assert.doesNotMatch(await readFile(path.join(cache, name), 'utf8'), new RegExp(TOKEN))
    }
  })

  it('keeps the repository when the container is replaced', async () => {
    const before = await inside('hub', 'env | grep ^GIT | sort')
    await server.request('PUT', '/api/agents/hub/resources', {
      json: { memory: '1g' },
    })
    await server.post('/api/agents/hub/stop')
    const answer = await server.post('/api/agents/hub/start')
    assert.equal(answer.status, 200, answer.text)
    assert.equal(await inside('hub', 'env | grep ^GIT | sort'), before)
    assert.equal((await server.agents()).get('hub').github_repo, 'acme/agent')
    assert.equal(await inside('hub', 'cat ~/README.md'), 'acme\n')
  })

  it("reads another host with a token of one's own, and names the credentials that fit", async () => {
    const own = await server.post('/api/credentials', {
      name: `${HOST}:${hostGit.port}`,
      service: 'git',
      type: 'token',
      credentials: { token: 'wrong' },
    })
    assert.equal(own.status, 200, own.text)
    const wrong = await refused({ template: httpId('team/writer') })
    assert.match(wrong.body.detail, /cannot be read: the server refuses the token/)
    assert.doesNotMatch(wrong.text, /wrong/)
    const path = `/api/credentials/${own.body.id}`
    const changed = await server.request('PUT', path, { json: { credentials: { token: TOKEN } } })
    assert.equal(changed.status, 200, changed.text)
    const key = { name: 'CMS_API_KEY', service: 'cms', type: 'api_key', credentials: { api_key: 'a-value' } }
    const stored = (await server.post('/api/credentials', key)).body
    const id = httpId('team/writer', '@other')
    const needs = await server.get(`/api/templates/required-credentials?template_id=${encodeURIComponent(id)}`)
    assert.deepEqual(needs.body.required, [
      {
        name: 'CMS_API_KEY',
        source: 'template:env_file',
        credentials: [{ id: stored.id, name: 'CMS_API_KEY', service: 'cms', type: 'api_key' }],
      },
    ])
    await server.createAgent('host', { template: id })
    await until('the files are there', async () => inside('host', 'cat ~/only-here.txt').catch(() => ''))
    const environment = await inside('host', 'env')
    assert.match(environment, new RegExp(`^GIT_REPOSITORY_TOKEN=${TOKEN}$`, 'm'))
    assert.doesNotMatch(environment, /^GITHUB_PAT=/m)
    assert.doesNotMatch(await inside('host', 'cat ~/.git/config; ps aux'), new RegExp(TOKEN))
    assert.equal((await server.agents()).get('host').github_repo, `${HOST}:${hostGit.port}/team/writer`)
    const assigned = await server.get('/api/agents/host/credentials/assignments')
    assert.deepEqual(
      assigned.body.assigned.map((one) => one.name),
      ['CMS_API_KEY'],
    )
    await server.delete(path)
  })

  it('refuses what cannot be, and leaves nothing', async () => {
    const cases = [
      [{ template: httpId('team/writer') }, /cannot be read without a token, or does not exist/],
      [{ template: 'github:acme/none' }, /There is no repository acme\/none/],
      [{ template: 'github:acme/agent', source_branch: 'none' }, /has no branch 'none'/],
      [{ template: folderId('team/bad') }, /template\.yaml, line 3, resources\.memory/],
      [{ template: folderId('team/broken') }, /Invalid template\.yaml/],
      [{ template: folderId('team/empty') }, /is empty/],
      [{ template: 'git:file:///etc' }, /not allowed/],
      [{ template: `git:file://${root}/../secret` }, /without '\.\.'/],
      [
        {
          template: `git:http://user:pw@${HOST}:${hostGit.port}/team/writer.git`,
        },
        /user name or a password/,
      ],
      [{ template: `git:http://${HOST}:1/team/writer.git` }, /not allowed/],
      [{ template: 'git:http://127.0.0.1/a' }, /not allowed/],
      [{ template: 'github:nobody' }, /Use: github:owner\/repo/],
    ]
    for (const [fields, text] of cases) {
      const answer = await refused(fields)
      assert.equal(answer.status, 400, `${JSON.stringify(fields)}: ${answer.text}`)
      assert.match(answer.body.detail, text, JSON.stringify(fields))
    }
    assert.equal((await server.agents()).has('refused'), false)
    assert.deepEqual(await server.sql("SELECT * FROM agent_git_config WHERE agent_name = 'refused'"), [])
    assert.deepEqual(await server.sql("SELECT * FROM agent_ownership WHERE agent_name = 'refused'"), [])
  })

  it('makes nothing of a creation whose server hangs, whether the client waits or goes away', async () => {
    const hanging = createServer(() => {})
    await new Promise((resolve) => hanging.listen(0, HOST, resolve))
    try {
      const { port } = hanging.address()
      await server.stop()
      server.environment.TRINITY_GIT_HOSTS += `,http://${HOST}:${port}`
      await server.launch()
      const gone = new AbortController()
      const asking = fetch(`http://${server.address}/api/agents`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${ann}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({
          name: 'hung',
          template: `git:http://${HOST}:${port}/a.git`,
          resources: { cpu: '1', memory: '128m' },
        }),
        signal: gone.signal,
      })
      await new Promise((resolve) => setTimeout(resolve, 500))
      gone.abort()
      await assert.rejects(asking)
      // Others are served meanwhile, and the end of the server ends the reading.
      assert.equal((await server.get('/api/agents')).status, 200)
      const began = Date.now()
      await server.stop()
      assert.ok(Date.now() - began < 25_000)
      await server.launch()
      assert.deepEqual(
        (await readdir(path.join(server.home, 'template-cache'))).filter((name) => name.startsWith('clone-')),
        [],
      )
    } finally {
      hanging.closeAllConnections()
      hanging.close()
    }
  })
})
