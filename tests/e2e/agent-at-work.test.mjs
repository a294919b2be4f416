// An agent of the full image at work, seen in a browser: the real Claude Code calls a tool, and the page shows it.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { PASSWORD, Server, until } from '../integration/harness.mjs'
import { docker, hostForContainers } from '../support/agent-container.mjs'
import { startModelServer } from '../support/model-server.mjs'
import { Browser } from './browser.mjs'

const SETTINGS = { env: { DISABLE_TELEMETRY: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' } }

describe('an agent at work in a browser (agentd)', { timeout: 300_000 }, () => {
  let server, provider, browser, templatesDir
  before(async () => {
    provider = await startModelServer({ host: '0.0.0.0' })
    templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
    await mkdir(path.join(templatesDir, 'real/.claude'), { recursive: true })
    await writeFile(path.join(templatesDir, 'real/template.yaml'), 'name: real\nruntime: {type: claude-code}\n')
    await writeFile(path.join(templatesDir, 'real/.claude/settings.json'), JSON.stringify(SETTINGS))
    const environment = {
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: `http://${await hostForContainers()}:${new URL(provider.url).port}`,
    }
    server = await Server.start({ templatesDir, environment })
    await server.createAgent('one', {
      template: 'local:real',
      base_image: 'trinity-agent-base:full',
      resources: { cpu: '2', memory: '2g' },
    })
    browser = await Browser.open(server.address)
    await browser.signIn('admin', PASSWORD)
    await browser.go('/agents/one')
  })
  after(async () => {
    await browser?.close()
    await server?.dispose()
    await provider?.close()
    await rm(templatesDir, { recursive: true, force: true })
  })
  afterEach(async (context) => {
    if (context.error || context.passed === false) await browser.picture(context.name.replaceAll(/\W+/g, '-'))
  })

  /** When the tool itself began, in milliseconds since 1970. Told once. */
  const toolStart = async () => {
    let text
    await until('the tool has begun', async () => {
      const script = 'cat ~/tool-started 2>/dev/null && rm ~/tool-started || true'
      return (text = (await docker('exec', server.containerOf('one'), 'sh', '-c', script)).stdout)
    })
    return Number(text)
  }

  it('shows the tool call while it runs, within 250 ms', async (t) => {
    await browser.at('activity').waitFor()
    const late = []
    for (let round = 0; round < 3; ++round) {
      await browser.at('activity-elapsed').waitFor({ state: 'detached' })
      const seen = await browser.watch('activity-tool', /Bash/)
      const answer = server.post('/api/agents/one/task', { message: `Sleep [sleep] ${round}` })
      const { painted } = await seen()
      assert.match(await browser.at('activity-now').textContent(), /sleep 2/)
      late.push(Math.round(painted - (await toolStart())))
      assert.equal((await answer).body.response, 'done')
    }
    t.diagnostic(`on the screen ${late.join(', ')} ms after the tool's own start`)
    for (const ms of late) assert.ok(ms < 250, `${late.join(', ')} ms`)
  })

  it('keeps the call, with what it was given and what it gave', async () => {
    await browser.at('activity-timeline').getByText('Bash').first().click()
    const detail = browser.at('call-detail')
    await detail.getByText('woke-up').first().waitFor()
    assert.match(await detail.textContent(), /sleep 2/)
    assert.deepEqual(browser.troubles(), [])
  })
})
