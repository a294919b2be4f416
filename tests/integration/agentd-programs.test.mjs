// The full image, and the real command lines in it (Claude Code, Gemini CLI, Codex) run by agentd against a provider of ours.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { AgentContainer, docker, hostForContainers } from '../support/agent-container.mjs'
import { engine } from '../support/engine.mjs'
import { startModelServer } from '../support/model-server.mjs'
import { ROOT, until } from './harness.mjs'

const IMAGE = 'trinity-agent-base:full'
const ANSWER = 'The answer is 4.'

/** What the tests know about each program. `said`: the conversation as a call to the provider carries it. */
const CLAUDE = {
  program: 'claude',
  runtime: 'claude-code',
  environment: (url) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: 'k',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }),
  files: () => ({}),
  tool: 'Bash',
  said: (call) => JSON.stringify(call.body.messages) ?? '',
}
const GEMINI = {
  program: 'gemini',
  runtime: 'gemini-cli',
  environment: (url) => ({ GOOGLE_GEMINI_BASE_URL: url, GEMINI_API_KEY: 'k', AGENT_RUNTIME_MODEL: 'gemini-2.5-flash' }),
  files: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
    }),
  }),
  tool: 'run_shell_command',
  said: (call) => JSON.stringify(call.body.contents) ?? '',
}
const CODEX = {
  program: 'codex',
  runtime: 'codex',
  environment: () => ({ OPENAI_API_KEY: 'k', AGENT_RUNTIME_MODEL: 'stub-model' }),
  files: (url) => ({
    '.codex/config.toml': `model_provider = "stub"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.stub]
name = "stub"
base_url = "${url}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 0
`,
  }),
  tool: 'Bash',
  said: (call) => JSON.stringify(call.body.input) ?? '',
}

/** Those of an agent in restricted mode. */
const RESTRICTED = [
  '--cap-drop=ALL',
  ...['NET_BIND_SERVICE', 'SETGID', 'SETUID', 'CHOWN', 'SYS_CHROOT', 'AUDIT_WRITE'].map((name) => `--cap-add=${name}`),
  '--tmpfs=/tmp:noexec,nosuid,size=100m',
]

describe('agentd in the full image', () => {
  let agent
  before(async () => (agent = await AgentContainer.start({ image: IMAGE, rights: RESTRICTED })))
  after(() => agent?.remove())

  it('has the programs at the versions that are written down', async () => {
    const written = JSON.parse(await readFile(path.join(ROOT, 'images/agent/full/package.json'), 'utf8'))
    const versions = { ...written.dependencies, ...written.optionalDependencies }
    const of = (name) => versions[name] ?? versions[`${name}-linux-${process.arch}`]
    const found = await agent.inside(
      'claude --version; gemini --version; codex --version; node --version; npm --version',
    )
    assert.deepEqual(found.trim().split('\n'), [
      `${of('@anthropic-ai/claude-code')} (Claude Code)`,
      of('@google/gemini-cli'),
      `codex-cli ${of('@openai/codex')}`,
      `v${of('node')}`,
      of('npm'),
    ])
    const labels = (await engine('GET', `/images/${IMAGE}/json`)).body.Config.Labels
    assert.equal(labels['trinity.image-variant'], 'full')
    assert.equal(labels['trinity.program.claude-code'], of('@anthropic-ai/claude-code'))
    assert.equal(labels['trinity.program.gemini-cli'], of('@google/gemini-cli'))
    assert.equal(labels['trinity.program.codex'], of('@openai/codex'))
    assert.equal(labels['trinity.program.node'], of('node'))
    const version = (await readFile(path.join(ROOT, 'VERSION'), 'utf8')).trim()
    assert.equal(labels['trinity.base-image-version'], version)
    assert.equal((await agent.inside('echo $TRINITY_BASE_VERSION')).trim(), version)
  })

  it('has what agents count on', async () => {
    const programs =
      'bash curl docker g++ gcc git go htop jq make nano node npm pip python python3 rg ssh sshd sudo unzip vim wget'
    const missing = await agent.inside(
      `PATH=$PATH:/usr/sbin; for p in ${programs}; do command -v $p >/dev/null || echo $p; done`,
    )
    assert.equal(missing, '')
    assert.match(await agent.inside('go version; python --version; node --version'), /go1\.23[^]*Python 3\.11[^]*v22\./)
    assert.equal(
      await agent.inside('for d in /workspace /data /logs ~/.ssh ~/.config; do test -w $d || echo $d; done'),
      '',
    )
    // A login shell, as by SSH, finds the same.
    assert.match(
      await agent.inside('env -i HOME=$HOME bash -lc "go version && claude --version"'),
      /go1\.23[^]*Claude Code/,
    )
  })

  it('lets agents install what they need for themselves', async () => {
    const script = `cd && mkdir -p src/one src/two && cd src/one && printf '{"name":"one","version":"1.0.0","bin":"./one.js"}' > package.json &&
      printf '#!/usr/bin/env node\\nconsole.log("made by npm")' > one.js && npm install --global --offline . >/dev/null 2>&1 && one
      cd ../two && printf 'def main(): print("made by pip")' > two.py &&
      printf '[build-system]\\nrequires = ["setuptools"]\\nbuild-backend = "setuptools.build_meta"\\n[project]\\nname = "two"\\nversion = "1"\\n[project.scripts]\\ntwo = "two:main"\\n[tool.setuptools]\\npy-modules = ["two"]\\n' > pyproject.toml &&
      pip install --quiet --no-index --no-build-isolation . 2>/dev/null && two
      printf 'package main\\nfunc main() { println("made by go") }' > main.go && go run main.go 2>&1`
    assert.equal(await agent.inside(script), 'made by npm\nmade by pip\nmade by go\n')
    assert.equal(
      await agent.inside('command -v one; command -v two'),
      '/home/developer/.local/bin/one\n/home/developer/.local/bin/two\n',
    )
  })

  it('gives no way in that is not meant', async () => {
    assert.equal((await agent.inside('id -un; id -u')).trim(), 'developer\n1000')
    assert.equal((await agent.inside('ps -o user= -C agentd | sort -u')).trim(), 'developer')
    assert.equal((await agent.inside('sudo -n passwd -S developer | cut -d" " -f2')).trim(), 'L')
    assert.equal(
      (await agent.inside('sudo -n find / -xdev -type f -perm /6000 2>/dev/null || true')).trim(),
      '/usr/bin/sudo',
    )
    assert.equal(await agent.inside('ls /etc/ssh/ssh_host_* 2>/dev/null || true'), '')
    const settings = await agent.inside(
      'sudo -n ssh-keygen -A >/dev/null && sudo -n /usr/sbin/sshd -T | grep -E "^(permitrootlogin|passwordauthentication|pubkeyauthentication) "',
    )
    assert.deepEqual(settings.trim().split('\n').sort(), [
      'passwordauthentication no',
      'permitrootlogin no',
      'pubkeyauthentication yes',
    ])
  })
})

/** What every program can. */
function suite(one) {
  let agent, provider
  before(async () => {
    provider = await startModelServer({ host: '0.0.0.0' })
    const url = `http://${await hostForContainers()}:${new URL(provider.url).port}`
    const environment = { AGENT_RUNTIME: one.runtime, ...one.environment(url) }
    agent = await AgentContainer.start({ image: IMAGE, environment })
    for (const [name, text] of Object.entries(one.files(url))) await agent.write(name, text)
  })
  after(async () => {
    await agent?.remove()
    await provider?.close()
  })
  /** What runs inside besides agentd. */
  const left = async () => {
    const { stdout } = await docker('exec', agent.name, 'ps', '-eo', 'comm=')
    return stdout.split('\n').filter((name) => name && !['tini', 'agentd', 'ps'].includes(name))
  }

  it('answers', async () => {
    const answer = await agent.chat('What is 2+2?')
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
    assert.equal(answer.body.response, ANSWER)
    assert.equal(answer.body.metadata.input_tokens, 2112)
    assert.equal(answer.body.metadata.output_tokens, 17)
  })

  it('goes on with the same conversation and counts each turn once', async () => {
    const before = (await agent.call('GET', '/api/chat/session')).body
    const answer = await agent.chat('And 3+3?')
    assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
    const session = (await agent.call('GET', '/api/chat/session')).body
    assert.equal(session.message_count, before.message_count + 2)
    assert.ok(Math.abs(session.total_cost_usd - 2 * before.total_cost_usd) < 1e-9)
    assert.ok(
      provider.calls.some((call) => /2\+2[^]*3\+3/.test(one.said(call))),
      'the first turn is in the context of the second',
    )
  })

  it('uses a tool, which changes the workspace', async () => {
    const answer = await agent.chat('Make a file [tool]')
    assert.equal(answer.body.response, 'done', JSON.stringify(answer.body).slice(0, 500))
    assert.equal((await agent.inside('cat ~/made-by-tool.txt')).trim(), 'from-the-tool')
    const { body } = await agent.call('GET', '/api/activity')
    assert.equal(body.timeline[0].tool, one.tool)
    assert.equal(body.timeline[0].success, true)
    assert.match(
      JSON.stringify((await agent.call('GET', `/api/activity/${body.timeline[0].id}`)).body),
      /from-the-tool/,
    )
  })

  it('runs tasks beside a chat', async () => {
    const together = [
      agent.chat('x [slow]'),
      agent.task('y [slow]', { execution_id: 'beside-1' }),
      agent.task('z [slow]', { execution_id: 'beside-2' }),
    ]
    await until('all three run', async () => (await agent.running()).length === 3)
    for (const answer of await Promise.all(together)) {
      assert.equal(answer.status, 200, JSON.stringify(answer.body).slice(0, 500))
      assert.equal(answer.body.response, ANSWER)
    }
  })

  it('says what the provider said', async () => {
    const answer = await agent.task('x [error]')
    assert.equal(answer.status, 500)
    assert.match(answer.body.detail, /The request was refused/)
  })

  it('is terminated in the middle of an answer', async () => {
    const asked = provider.calls.length
    const turn = agent.task('x [long]', { execution_id: 'long-1' })
    await until('the answer has begun', () =>
      provider.calls.slice(asked).some((call) => one.said(call).includes('[long]')),
    )
    const ended = await agent.call('POST', '/api/executions/long-1/terminate')
    assert.equal(ended.body.status, 'terminated')
    const answer = await turn
    assert.equal(answer.status, 500)
    assert.equal(answer.body.detail, 'Execution terminated')
    assert.deepEqual(await agent.running(), [])
    assert.deepEqual(await left(), [])
  })

  it('ends at its limit of time when the provider stalls', async () => {
    const answer = await agent.task('x [stall]', { timeout_seconds: 5 })
    assert.equal(answer.status, 504, JSON.stringify(answer.body).slice(0, 500))
    assert.match(answer.body.detail, /timed out after 5 seconds/)
    assert.deepEqual(await left(), [])
  })
  return () => ({ agent, provider })
}

describe('agentd with the real Claude Code', () => {
  const both = suite(CLAUDE)
  it('goes on after a 429', () => goesOnAfter(429, '[limit]', CLAUDE, both()))

  it('takes tools away from a task', async () => {
    const answer = await both().agent.task('Make a file [tool]', { allowed_tools: ['Read'] })
    assert.equal(answer.status, 200)
    assert.equal(answer.body.metadata.tool_count, 0)
    const init = answer.body.execution_log.find(({ subtype }) => subtype === 'init')
    assert.deepEqual(init.tools, ['Read'])
  })
  it('stops a task at its limit of turns', () => stopsAtItsLimitOfTurns(both().agent))
})

describe('agentd with the real Gemini CLI', () => {
  const both = suite(GEMINI)
  it('goes on after a 429', () => goesOnAfter(429, '[limit]', GEMINI, both()))
  it('stops a task at its limit of turns', () => stopsAtItsLimitOfTurns(both().agent))
})

describe('agentd with the real Codex', () => {
  const both = suite(CODEX)
  it('goes on after a 503', () => goesOnAfter(503, '[busy]', CODEX, both()))
  // It tries again only what the server could not do, not what it was told to do less often.
  it('says that it was told to slow down', async () => {
    const answer = await both().agent.task('x [limit]')
    assert.equal(answer.status, 500)
    assert.match(answer.body.detail, /429 Too Many Requests/)
  })
})

/** The provider refuses once, for the moment. */
async function goesOnAfter(status, word, one, { agent, provider }) {
  const answer = await agent.task(`x ${word}`)
  assert.equal(answer.body.response, ANSWER, JSON.stringify(answer.body).slice(0, 500))
  assert.deepEqual(
    provider.calls.filter((call) => one.said(call).includes(`x ${word}`)).map((call) => call.status),
    [status, 200],
  )
}

async function stopsAtItsLimitOfTurns(agent) {
  const answer = await agent.task('x [tool]', { max_turns: 1 })
  assert.equal(answer.status, 500)
  assert.match(answer.body.detail, /Turn limit of 1 reached/)
}
