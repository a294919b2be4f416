// What agentd does before the first message, on the real engine with the image of the agents: the workspace from a
// template or a repository, credentials, the platform's prompt, the agent's own setup script. And what it serves besides
// runs: git, metrics, dashboard. The remote of the repository is a bare one inside the container.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { engine } from '../support/engine.mjs'
import { run, until } from './harness.mjs'

const SECRET = 'a-secret-of-the-tests-own'
const IMAGE = 'trinity-agent-base:latest'
const docker = (...args) => run('/usr/bin/docker', args)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A container of the image. `files`: path in the container to content; a function makes its own preparations in it first. */
class Agent {
  static count = 0

  static async create({ environment = {}, files = {} } = {}) {
    const agent = new Agent()
    agent.name = `agent-startup-test-${process.pid}-${++Agent.count}`
    const variables = Object.entries({ AGENT_NAME: 'ruby', ...environment }).flatMap(([name, value]) => [
      '--env',
      `${name}=${value}`,
    ])
    await docker('create', '--name', agent.name, ...variables, IMAGE)
    await agent.put({ '/etc/trinity/agentd.secret': SECRET, ...files })
    return agent
  }
  /** Into the container that does not run yet, readable by everybody. */
  async put(files) {
    const folder = mkdtempSync(join(tmpdir(), 'agent-startup-test-'))
    try {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, content)
        chmodSync(file, path.endsWith('.sh') ? 0o755 : 0o644)
        const top = path.split('/')[1]
        // Folders that the image does not have are made on the way; those that it has keep their owner.
        if (path.startsWith('/etc/') || path.startsWith('/home/')) await docker('cp', file, `${this.name}:${path}`)
        else this.trees = (this.trees ?? new Set()).add(top)
      }
      for (const top of this.trees ?? []) await docker('cp', join(folder, top), `${this.name}:/`)
      this.trees = undefined
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  async start() {
    await docker('start', this.name)
    // The engine has started it: from here on agentd has a second.
    const started = Date.now()
    const { body } = await engine('GET', `/containers/${this.name}/json`)
    this.url = `http://${body.NetworkSettings.IPAddress}:8000`
    await until('agentd answers', () => this.health().catch(() => false), { every: 10 })
    this.readyAfter = Date.now() - started
    return this
  }
  stop = () => docker('stop', '--time', '10', this.name)
  health = async () => (await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(2_000) })).json()
  ready = () => until('it is ready', async () => (await this.health()).ready, { every: 20 })
  settled = () =>
    until('all steps have ended', async () => (await this.get('/api/agent/startup')).percent === 100, { every: 50 })
  async call(method, path, body) {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
  async get(path) {
    const answer = await this.call('GET', path)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  async post(path, body = {}, status = 200) {
    const answer = await this.call('POST', path, body)
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    return answer.body
  }
  inside = async (script) => (await docker('exec', this.name, 'bash', '-c', script)).stdout
  log = async () => (await docker('logs', this.name)).stdout
  step = async (name) => (await this.get('/api/agent/startup')).steps.find((one) => one.name === name)
  remove = () => docker('rm', '--force', '--volumes', this.name)
}

describe('the start of an agent', () => {
  const agents = []
  const create = async (options) => {
    const agent = await Agent.create(options)
    agents.push(agent)
    return agent
  }
  const start = async (options) => (await create(options)).start()
  after(() => Promise.all(agents.map((agent) => agent.remove())))

  it('answers within a second, and is ready soon, without template', async (t) => {
    const agent = await start()
    t.diagnostic(`answers after ${agent.readyAfter} ms`)
    assert.ok(agent.readyAfter < 1_000, `${agent.readyAfter} ms`)
    await agent.settled()
    const card = await agent.get('/api/agent/startup')
    assert.equal(card.ready, true)
    assert.deepEqual(
      card.steps.map((step) => [step.name, step.state]),
      [
        ['workspace', 'skipped'],
        ['credentials', 'done'],
        ['prompt', 'done'],
        ['setup', 'skipped'],
      ],
    )
    assert.match(await agent.inside('cat ~/CLAUDE.md'), /^# ruby\n[^]*\n## Trinity Agent System\n/)
    assert.match(await agent.inside('cat ~/.trinity/prompt.md'), /Trinity/)
    const log = await agent.log()
    assert.match(log.split('\n')[0], /Trinity/)
    assert.match(log, /Created CLAUDE\.md/)
  })

  it('copies the template, and runs its setup script in the background', async () => {
    const agent = await start({
      environment: { TEMPLATE_NAME: 'local:scout' },
      files: {
        '/template/template.yaml': 'name: scout\nmetrics: [{name: cycles, type: counter, label: Cycles}]\n',
        '/template/.mcp.json.template': '{"mcpServers": {"mail": {"env": {"KEY": "$' + '{MAIL_KEY}"}}}}',
        '/template/scripts/go.sh': 'echo went\n',
        '/template/.trinity/setup.sh': 'while [ ! -e ~/go ]; do sleep 0.05; done; echo set up; touch ~/was-set-up\n',
      },
    })
    await agent.ready()
    assert.equal((await agent.get('/api/template/info')).name, 'scout')
    assert.equal((await agent.health()).setup, 'running')
    assert.equal((await agent.step('workspace')).detail, '4 files copied from the template local:scout')
    await agent.inside('touch ~/go')
    await agent.settled()
    assert.equal((await agent.health()).setup, 'ok')
    await agent.inside('test -e ~/was-set-up -a -x ~/scripts/go.sh')
    assert.match(await agent.log(), /set up/)
  })

  it('stays reachable when steps fail, and says what failed', async () => {
    const agent = await start({
      environment: {
        GITHUB_REPO: 'acme/none',
        GITHUB_PAT: 'tok-secret',
        GIT_SYNC_ENABLED: 'true',
        GIT_BASE_URL: 'file:///srv/git',
      },
      files: { '/home/developer/setup-of-mine.sh': 'echo broken pipe of lead >&2; exit 3\n' },
    })
    await agent.settled()
    await agent.inside('mkdir -p ~/.trinity && cp ~/setup-of-mine.sh ~/.trinity/setup.sh')
    await agent.stop()
    await agent.start()
    assert.ok(agent.readyAfter < 1_000, `${agent.readyAfter} ms`)
    await agent.settled()
    const health = await agent.health()
    assert.equal(health.workspace, 'failed')
    assert.match(health.workspace_error, /^Cloning acme\/none failed: git clone: /)
    assert.equal(health.setup, 'failed')
    assert.match((await agent.step('setup')).detail, /^failed, status 3: broken pipe of lead/)
    assert.equal((await agent.call('GET', '/api/agent/info')).status, 200)
    assert.doesNotMatch(await agent.log(), /tok-secret/)
    assert.equal((await agent.inside('ls -d ~/.git ~/.trinity-clone-* 2>/dev/null || true')).trim(), '')
  })

  it('writes credentials with narrow modes and keeps what is not its own', async () => {
    const agent = await start({
      environment: { TRINITY_MCP_URL: 'http://mcp-server:8080/mcp', TRINITY_MCP_API_KEY: 'trinity_mcp_k' },
      files: {
        '/generated-creds/.env': '# made\n\nFROM_SERVER=1\n',
        '/generated-creds/credential-files/.config/key.json': '{}',
      },
    })
    await agent.settled()
    await agent.inside(`echo "MINE='my own'" >> ~/.env`)
    const awkward = `it's "a" $HOME \`b\` \\ \n end`
    const done = await agent.post('/api/credentials/update', {
      credentials: { HEYGEN_API_KEY: 'sk-1', AWKWARD: awkward },
      mcp_config: '{"mcpServers": {"mail": {"command": "mail"}}}',
      files: { '.config/gcloud/key.json': '{"k": 1}', '../../etc/evil': 'x', '.ssh/authorized_keys': 'x' },
    })
    assert.deepEqual(done.files_written, ['/home/developer/.config/gcloud/key.json'])
    assert.deepEqual(Object.keys(done.files_failed).sort(), ['../../etc/evil', '.ssh/authorized_keys'])
    const modes = await agent.inside('stat -c "%a %U %n" .env .mcp.json .config/gcloud/key.json .config/key.json')
    assert.equal(
      modes,
      '600 developer .env\n600 developer .mcp.json\n600 developer .config/gcloud/key.json\n600 developer .config/key.json\n',
    )
    assert.equal(await agent.inside('. ~/.env; printf %s "$AWKWARD"'), awkward)
    assert.equal(await agent.inside('. ~/.env; printf "%s %s" "$MINE" "$FROM_SERVER"'), 'my own 1')
    const servers = JSON.parse(await agent.inside('cat ~/.mcp.json')).mcpServers
    assert.deepEqual(Object.keys(servers).sort(), ['mail', 'trinity'])
    assert.deepEqual(servers.trinity, {
      type: 'http',
      url: 'http://mcp-server:8080/mcp',
      headers: { Authorization: 'Bearer trinity_mcp_k' },
    })
    // Taken away by whoever: it is back.
    await agent.inside(`echo '{"mcpServers": {}}' > ~/.mcp.json`)
    await until('the entry is back', async () => (await agent.inside('cat ~/.mcp.json')).includes('trinity_mcp_k'), {
      every: 50,
    })
    await agent.post('/api/credentials/update', { credentials: { OTHER: 'x' }, files: {} })
    const env = await agent.inside('cat ~/.env')
    assert.doesNotMatch(env, /HEYGEN/)
    assert.match(env, /MINE='my own'/)
    await agent.inside('test ! -e ~/.config/gcloud/key.json')
    assert.equal(
      (await agent.call('POST', '/api/credentials/update', { credentials: { LD_PRELOAD: 'x' } })).status,
      422,
    )
    assert.doesNotMatch(await agent.log(), /sk-1/)
  })

  it('injects the prompt once, however often it is asked', async () => {
    const agent = await start()
    await agent.settled()
    const first = await agent.post('/api/trinity/inject', { custom_prompt: 'Answer in English.' })
    assert.equal(first.status, 'already_injected')
    assert.equal(first.claude_md_updated, true)
    const text = await agent.inside('cat ~/CLAUDE.md')
    for (let i = 0; i < 3; ++i) {
      await agent.post('/api/trinity/inject', { custom_prompt: 'Answer in English.', force: i > 0 })
      assert.equal(await agent.inside('cat ~/CLAUDE.md'), text)
    }
    assert.equal(text.match(/^## Trinity Agent System$/gm).length, 1)
    assert.equal(text.match(/^## Custom Instructions$/gm).length, 1)
    await agent.stop()
    await agent.start()
    await agent.settled()
    assert.equal(await agent.inside('cat ~/CLAUDE.md'), text)
    const reset = await agent.post('/api/trinity/reset')
    assert.deepEqual(reset.files_removed, ['CLAUDE.md (Trinity section)'])
    assert.equal((await agent.get('/api/trinity/status')).injected, false)
  })

  it('brings a repository in place and goes back and forth with its remote', async () => {
    const agent = await create({
      environment: {
        GITHUB_REPO: 'acme/ruby',
        GITHUB_PAT: 'tok-secret',
        GIT_SYNC_ENABLED: 'true',
        GIT_SOURCE_MODE: 'true',
        GIT_BASE_URL: 'file:///home/developer/remote',
      },
      // Before agentd there is no repository: the first start fails, the second one finds it.
    })
    await agent.start()
    await agent.settled()
    assert.equal((await agent.health()).workspace, 'failed')
    const as = 'git -c user.name=Ann -c user.email=ann@example.org'
    await agent.inside(`set -e; mkdir -p ~/remote/acme; cd ~/remote; git init -q --bare -b main acme/ruby.git
      git clone -q acme/ruby.git other 2>/dev/null; cd other; git checkout -q -B main
      printf '# Ruby' > CLAUDE.md; echo theirs > a.txt; echo remote/ > .gitignore; git add -A; ${as} commit -qm first; git push -q origin main
      echo mine > ~/a.txt`)
    await agent.stop()
    await agent.start()
    await agent.settled()
    assert.equal((await agent.health()).workspace, 'ok')
    assert.equal(await agent.inside('cat ~/a.txt; cat ~/.trinity/backup/*/a.txt'), 'theirs\nmine\n')
    let status = await agent.get('/api/git/status')
    assert.equal(status.branch, 'main')
    assert.deepEqual(status.changes, [], 'the platform leaves no dirt')
    assert.equal(status.remote_url, 'file:///home/developer/remote/acme/ruby.git')

    await agent.inside('echo more >> ~/a.txt; echo secret > ~/.env')
    const synced = await agent.post('/api/git/sync', { message: 'Daily | report' })
    assert.equal(synced.files_changed, 1)
    const files = await agent.inside('git --git-dir ~/remote/acme/ruby.git ls-tree -r --name-only main')
    assert.equal(files, '.gitignore\nCLAUDE.md\na.txt\n')
    assert.equal(await agent.inside('git --git-dir ~/remote/acme/ruby.git show main:CLAUDE.md'), '# Ruby')

    await agent.inside(`set -e; cd ~/remote/other; git pull -q origin main; echo new > b.txt; echo '# Ruby 2' > CLAUDE.md
      git add -A; ${as} commit -qm second; git push -q origin main`)
    const pulled = await agent.post('/api/git/pull')
    assert.equal(pulled.message, 'Pulled 1 commit(s) from origin/main')
    assert.match(await agent.inside('cat ~/CLAUDE.md'), /^# Ruby 2\n[^]*## Trinity Agent System/)
    status = await agent.get('/api/git/status')
    assert.deepEqual([status.ahead, status.behind, status.sync_status], [0, 0, 'up_to_date'])
    assert.equal((await agent.get('/api/git/log?limit=1')).commits[0].message, 'second')

    // The agent's own git sees no platform section either.
    assert.equal(await agent.inside('cd ~ && git status --porcelain'), '')
    const inFiles = await agent.inside('grep -r tok-secret ~/.git ~/.env 2>/dev/null || true')
    assert.equal(inFiles, '')
    assert.doesNotMatch(await agent.log(), /tok-secret/)
  })

  it('shows metrics and dashboard: none, good, broken, good again', async () => {
    const agent = await start()
    await agent.ready()
    assert.deepEqual(await agent.get('/api/metrics'), { has_metrics: false, message: 'No template.yaml found' })
    assert.equal(
      (await agent.get('/api/dashboard')).error,
      'No dashboard.yaml found in /home/developer/ or /home/developer/workspace/',
    )
    await agent.inside(`cat > ~/template.yaml <<< 'metrics: [{name: cycles, type: counter, label: Cycles}]'
      cat > ~/metrics.json <<< '{"cycles": 5, "last_updated": "2026-01-10T10:30:00Z"}'
      cat > ~/dashboard.yaml <<< 'title: Ops
sections: [{widgets: [{type: metric, label: Users, value: 12}]}]'`)
    const metrics = await agent.get('/api/metrics')
    assert.deepEqual(metrics.values, { cycles: 5 })
    const dashboard = await agent.get('/api/dashboard')
    assert.equal(dashboard.has_dashboard, true)
    assert.equal(dashboard.config.refresh, 30)
    await pause(20)
    await agent.inside(`echo 'title: [' > ~/dashboard.yaml; echo '{' > ~/metrics.json`)
    const broken = await agent.get('/api/dashboard')
    assert.equal(broken.config.title, 'Ops', 'the last good one')
    assert.match(broken.error, /^YAML parse error at line 2, column 1: /)
    assert.match((await agent.get('/api/metrics')).error, /^metrics\.json: /)
    await pause(20)
    await agent.inside(`echo 'title: a' > ~/dashboard.yaml`)
    assert.equal((await agent.get('/api/dashboard')).error, "Validation errors: Missing required 'sections' field")
    // A bomb of aliases, a device, a pipe: told, and nothing else.
    await agent.inside(`printf 'a: &a [x,x,x,x,x,x,x,x,x]\\n' > ~/dashboard.yaml
      p=a; for n in b c d e f g h i; do printf "$n: &$n [*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p]\\n" >> ~/dashboard.yaml; p=$n; done`)
    assert.match((await agent.get('/api/dashboard')).error, /^Failed to read dashboard\.yaml: /)
    await agent.inside('rm ~/dashboard.yaml; mkfifo ~/dashboard.yaml')
    assert.equal((await agent.get('/api/dashboard')).error, 'Failed to read dashboard.yaml: not a regular file')
    await agent.health()
  })
})
