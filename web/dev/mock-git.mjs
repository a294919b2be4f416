// Work trees and remotes of agents, for the mock server. Changed by POST /dev/git/<agent>/<what>: clean, ahead, behind,
// diverged, dirty, none, no-remote, away; POST /dev/conflict/<agent>/<type> refuses the next pull or push.
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
const naive = (ms) => new Date(ms).toISOString().replace('Z', '000')
const SUBJECTS = [
  'Weekly report: sources checked again',
  'Notes on the two late answers',
  'Compare prices by region, not by shop',
  'A test for empty pages',
  'First findings, with their sources',
  'What the agent is for',
]
const CHANGES = [
  { status: 'M', path: 'notes/day.md', added: 24, removed: 3 },
  { status: 'A', path: 'reports/2026-11/week-48.md', added: 118, removed: 0 },
  { status: 'D', path: 'drafts/old.md', added: 0, removed: 41 },
  { status: 'R', path: 'src/compare.py', added: 2, removed: 2 },
  {
    status: '??',
    path: 'reports/2026-11/a-rather-long-folder-name/chart-of-the-week.png',
    added: 0,
    removed: 0,
    binary: true,
  },
]

export class MockGit {
  constructor({ agents, publish, operation }) {
    this.agents = agents
    this.publish = publish
    this.operation = operation
    this.kept = new Map()
    this.slowMs = 500
    this.conflicts = new Map()
  }

  #of(agent) {
    const { name } = agent.item
    if (!this.kept.has(name))
      this.kept.set(name, {
        enabled: name === 'research-desk',
        remote: true,
        away: false,
        ahead: 1,
        behind: 2,
        changes: CHANGES.slice(),
        commits: SUBJECTS.slice(),
        operation: null,
        synced: naive(Date.now() - 5e6),
        looked: Date.now() - 8000,
        remoteLooked: Date.now() - 130_000,
        last_error: null,
      })
    return this.kept.get(name)
  }

  set(agent, what) {
    const tree = this.#of(agent)
    const sides = {
      clean: [0, 0, 0],
      ahead: [2, 0, 0],
      behind: [0, 3, 0],
      diverged: [1, 2, 0],
      dirty: [1, 2, 5],
    }
    if (sides[what]) {
      const [ahead, behind, changed] = sides[what]
      Object.assign(tree, {
        enabled: true,
        remote: true,
        away: false,
        ahead,
        behind,
        changes: CHANGES.slice(0, changed),
      })
    }
    if (what === 'none') tree.enabled = false
    if (what === 'no-remote') tree.remote = false
    if (what === 'away') tree.away = true
    if (what === 'commit') {
      tree.commits.unshift('Made inside the container')
      tree.ahead += 1
    }
    this.tell(agent)
  }

  tell(agent) {
    this.publish(`agent:${agent.item.name}:git`, 'agent_git_update', this.status(agent))
  }

  #commit = (subject, n) => {
    const sha = Buffer.from(`${subject}${n}`).toString('hex').padEnd(40, '0').slice(0, 40)
    return {
      sha,
      short_sha: sha.slice(0, 7),
      message: subject,
      author: n % 3 === 2 ? 'Maria' : 'Trinity Agent',
      date: new Date(Date.now() - n * 4e6).toISOString().slice(0, 19).replace('T', ' ') + ' +0000',
    }
  }
  #log = (tree) => tree.commits.map((subject, n) => this.#commit(subject, tree.commits.length - n))

  status(agent) {
    const tree = this.#of(agent)
    if (!tree.enabled) return { git_enabled: false, message: 'This agent is not under git' }
    const running = agent.item.status === 'running'
    const config = {
      github_repo: 'acme/research-desk',
      working_branch: 'trinity/research-desk/1a2b3c4d',
      last_sync_at: tree.synced,
      last_commit_sha: null,
    }
    if (!running || tree.away)
      return {
        git_enabled: true,
        agent_running: running,
        message: running ? 'The agent did not answer within 30 s' : 'The agent is stopped',
        config,
      }
    return {
      git_enabled: true,
      branch: config.working_branch,
      remote_url: tree.remote ? 'https://github.com/acme/research-desk.git' : '',
      last_commit: this.#log(tree)[0],
      changes: tree.changes.map(({ status, path }) => ({ status, path })),
      changes_count: tree.changes.length,
      ahead: tree.ahead,
      behind: tree.behind,
      sync_status: tree.ahead > 0 || tree.changes.length > 0 ? 'pending_sync' : 'up_to_date',
      db_config: { last_sync_at: tree.synced, last_commit_sha: null, sync_enabled: true },
      checked_at: naive(tree.looked),
      remote_checked_at: naive(tree.remoteLooked),
      operation: tree.operation,
      last_error: tree.last_error,
      remote_error: null,
    }
  }

  async answer(method, agent, rest, query, body) {
    if (!rest?.startsWith('/git/')) return undefined
    const tree = this.#of(agent)
    const sent = body === '' ? {} : JSON.parse(body)
    switch (`${method} ${rest.slice(5)}`) {
      case 'GET status':
        return [200, this.status(agent)]
      case 'GET log': {
        const commits = this.#log(tree).slice(0, Number(query.get('limit') ?? 10))
        return [200, { commits, count: commits.length }]
      }
      case 'GET diff':
        return [200, this.#diff(tree)]
      case 'POST refresh':
        tree.looked = tree.remoteLooked = Date.now()
        this.tell(agent)
        return [200, this.status(agent)]
      case 'POST pull':
        return this.#work(agent, 'pull', () => this.#pull(tree, sent.strategy ?? 'clean'))
      case 'POST sync':
        return this.#work(agent, 'push', () => this.#push(tree, sent))
      case 'POST initialize':
        return this.#initialize(agent, sent)
      default:
        return [405, { detail: 'Method Not Allowed' }]
    }
  }

  #diff({ changes }) {
    const sum = (key) => changes.reduce((all, one) => all + one[key], 0)
    return {
      files: changes.map((one) => ({ binary: false, ...one })),
      added: sum('added'),
      removed: sum('removed'),
      truncated: false,
    }
  }

  async #work(agent, operation, run) {
    const tree = this.#of(agent)
    tree.operation = operation
    this.tell(agent)
    await wait(this.slowMs)
    tree.operation = null
    const answer = run()
    tree.looked = Date.now()
    this.tell(agent)
    return answer
  }

  #refusal = (type, detail) => [
    409,
    { detail },
    { 'Content-Type': 'application/json', 'X-Conflict-Type': type },
  ]

  #pull(tree, strategy) {
    if (strategy === 'clean' && tree.behind > 0 && tree.changes.length > 0)
      return this.#refusal(
        'local_uncommitted',
        'error: cannot pull with rebase: You have unstaged changes.\nerror: Please commit or stash them.',
      )
    const { behind } = tree
    tree.behind = 0
    if (strategy === 'force_reset') Object.assign(tree, { ahead: 0, changes: [] })
    return [
      200,
      {
        success: true,
        message: behind > 0 ? `Pulled ${behind} commit(s) from origin/main` : 'Already up to date',
        strategy,
        ...(strategy === 'force_reset' ? { kept: 'refs/trinity/kept/20261127-local-1a2b' } : {}),
      },
    ]
  }

  #push(tree, { strategy = 'normal', message }) {
    if (strategy === 'normal' && tree.behind > 0) {
      if (tree.changes.length > 0) {
        tree.commits.unshift(message ?? 'Trinity sync')
        tree.ahead += 1
      }
      tree.changes = []
      return this.#refusal(
        'push_rejected',
        ' ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs',
      )
    }
    const changed = tree.changes.length
    if (changed > 0) tree.commits.unshift(message ?? 'Trinity sync')
    Object.assign(tree, { ahead: 0, behind: 0, changes: [], synced: naive(Date.now()) })
    return [
      200,
      {
        success: true,
        commit_sha: null,
        files_changed: changed,
        branch: 'trinity/research-desk/1a2b3c4d',
        message: 'Synced',
        sync_time: tree.synced,
      },
    ]
  }

  async #initialize(agent, sent) {
    const { name } = agent.item
    if (sent.repo_owner === 'nobody')
      return [
        400,
        { detail: 'GitHub Personal Access Token not configured. Please add it in Settings.' },
      ]
    await this.operation('git_initialize', name, [
      'Looking for the repository',
      'Committing the files',
      'Pushing',
      'Making the working branch',
    ])
    this.set(agent, 'clean')
    return [
      200,
      {
        success: true,
        message: 'GitHub sync initialized successfully',
        github_repo: `${sent.repo_owner}/${sent.repo_name}`,
        working_branch: `trinity/${name}/1a2b3c4d`,
        instance_id: '1a2b3c4d',
        repo_url: `https://github.com/${sent.repo_owner}/${sent.repo_name}`,
      },
    ]
  }
}
