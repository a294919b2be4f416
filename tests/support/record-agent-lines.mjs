// Records anew what the agents' command lines print, as the unit tests of agentd read it.
//   node record-agent-lines.mjs FOLDER     FOLDER/node_modules holds @anthropic-ai/claude-code-linux-x64,
//                                          @google/gemini-cli and @openai/codex
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startModelServer } from './model-server.mjs'

const modules = join(process.argv[2], 'node_modules')
const samples = join(import.meta.dirname, '../unit/agentd/samples')
const provider = await startModelServer()
const environment = {
  PATH: process.env.PATH,
  IS_SANDBOX: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_AUTOUPDATER: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  GEMINI_CLI_TRUST_WORKSPACE: 'true',
  ANTHROPIC_BASE_URL: provider.url,
  ANTHROPIC_API_KEY: 'k',
  GOOGLE_GEMINI_BASE_URL: provider.url,
  GEMINI_API_KEY: 'k',
  OPENAI_API_KEY: 'k',
}
const codexProvider = `model_providers.stub={name="stub",base_url="${provider.url}/v1",env_key="OPENAI_API_KEY",wire_api="responses",request_max_retries=1,stream_max_retries=0}`
const codexFlags = ['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox', '-m', 'stub-model']
const programs = {
  claude: (more) => [
    join(modules, '@anthropic-ai/claude-code-linux-x64/claude'),
    ...['--print', '--output-format', 'stream-json', '--verbose', '--dangerously-skip-permissions', ...more],
  ],
  gemini: (more) => [
    join(modules, '.bin/gemini'),
    ...['--output-format', 'stream-json', '--approval-mode', 'yolo', '--model', 'gemini-2.5-flash', ...more],
  ],
  codex: (more) => [
    join(modules, '.bin/codex'),
    'exec',
    ...(more.length ? ['resume'] : []),
    ...[...codexFlags, '-c', 'model_provider=stub', '-c', codexProvider, ...more, '-'],
  ],
}

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'agent-lines-'))
  mkdirSync(join(home, '.gemini'))
  writeFileSync(join(home, '.gemini/settings.json'), '{"security":{"auth":{"selectedType":"gemini-api-key"}}}')
  return home
}

/** Runs a program to its end, or interrupts it after `ms`, and keeps what it printed under `name`. */
function record(name, home, message, more = [], { ms = 60_000, variables = {} } = {}) {
  const [program, ...rest] = programs[name.split('-')[0]](more)
  return new Promise((resolve) => {
    const child = spawn(program, rest, { cwd: home, env: { ...environment, HOME: home, ...variables } })
    let lines = ''
    child.stdout.on('data', (piece) => (lines += piece))
    child.stderr.resume()
    child.stdin.on('error', () => {})
    child.stdin.end(message)
    const limit = setTimeout(() => child.kill('SIGINT'), ms)
    child.on('close', (code) => {
      clearTimeout(limit)
      writeFileSync(
        join(samples, `${name}.jsonl`),
        lines
          .replaceAll(home, '/home/developer')
          .replaceAll(home.replace(/[^A-Za-z0-9]/g, '-'), '-home-developer')
          .replace(/cc-socks\/\d+/g, 'cc-socks/1'),
      )
      console.log(`${name}: status ${code}, ${lines.length} bytes`)
      resolve(lines)
    })
  })
}

const homes = []
const home = () => homes[homes.push(newHome()) - 1]
try {
  for (const name of Object.keys(programs)) {
    const first = home()
    const lines = await record(`${name}-plain`, first, 'What is 2+2?')
    const id = /"(?:session_id|thread_id)":"([^"]+)"/.exec(lines)[1]
    await record(`${name}-resumed`, first, 'And 3+3?', name === 'codex' ? [id] : ['--resume', id])
    await record(`${name}-tool`, home(), 'Make a file [tool]')
    await record(`${name}-api-error`, home(), 'x [error]')
  }
  const partial = ['--include-partial-messages']
  await record('claude-partial', home(), 'hello [slow]', partial)
  await record('claude-partial-tool', home(), '[tool] x', partial)
  await record('claude-retry', home(), 'x [limit]')
  await record('claude-interrupted', home(), 'x [stall]', [], { ms: 5000 })
  await record('claude-turn-limit', home(), 'x [tool]', ['--max-turns', '1'])
  await record('claude-restricted', home(), 'x', ['--tools', 'Read,Grep', '--disallowedTools', 'mcp__*'])
  await record('claude-unknown-session', home(), 'x', ['--resume', '11111111-1111-4111-8111-111111111111'])
  const limited = home()
  mkdirSync(join(limited, 'private/.gemini'), { recursive: true })
  writeFileSync(join(limited, 'private/.gemini/settings.json'), '{"model":{"maxSessionTurns":1}}')
  const variables = { GEMINI_CLI_HOME: join(limited, 'private') }
  await record('gemini-turn-limit', limited, 'x [tool]', [], { variables })
} finally {
  for (const one of homes) rmSync(one, { recursive: true, force: true })
  await provider.close()
}
