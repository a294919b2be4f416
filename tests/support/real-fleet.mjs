// A server with agents of the full image, whose real Claude Code asks a provider of ours.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Server } from '../integration/harness.mjs'
import { hostForContainers } from './agent-container.mjs'
import { startModelServer } from './model-server.mjs'

/** What an operator would set for Claude Code itself. */
const SETTINGS = { env: { DISABLE_TELEMETRY: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' } }

const CREATED_TOGETHER = 3

/** {server, provider, dispose}; without `agents` there is one, called `one`; `environment`: more of the server's. What was made is taken away again when a step fails. */
export async function startRealFleet({ agents = ['one'], environment: more = {} } = {}) {
  const provider = await startModelServer({ host: '0.0.0.0' })
  const templatesDir = await mkdtemp(path.join(tmpdir(), 'templates-'))
  let server
  const dispose = async () => {
    await server?.dispose()
    await provider.close()
    await rm(templatesDir, { recursive: true, force: true })
  }
  try {
    await mkdir(path.join(templatesDir, 'real/.claude'), { recursive: true })
    await writeFile(path.join(templatesDir, 'real/template.yaml'), 'name: real\nruntime: {type: claude-code}\n')
    await writeFile(path.join(templatesDir, 'real/.claude/settings.json'), JSON.stringify(SETTINGS))
    const environment = {
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: `http://${await hostForContainers()}:${new URL(provider.url).port}`,
      ...more,
    }
    server = await Server.start({ templatesDir, environment })
    const missing = [...agents]
    const creating = async () => {
      for (let name = missing.shift(); name; name = missing.shift())
        await server.createAgent(name, {
          template: 'local:real',
          base_image: 'trinity-agent-base:full',
          resources: { cpu: '2', memory: '2g' },
        })
    }
    await Promise.all(Array.from({ length: CREATED_TOGETHER }, creating))
    return { server, provider, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
