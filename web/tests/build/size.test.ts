// @vitest-environment node
import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { beforeAll, describe, expect, it, vi } from 'vitest'

/** What a person waits for at the first view, on a cold cache. */
const MOST_SCRIPT = 200_000
const MOST_STYLES = 30_000

let chunks: Rolldown.OutputChunk[]
let styles: Rolldown.OutputAsset[]

beforeAll(async () => {
  // The test runner's own value would make this a build for development.
  vi.stubEnv('NODE_ENV', 'production')
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const result = await build({
    root,
    mode: 'production',
    logLevel: 'silent',
    build: { write: false },
  })
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput
  chunks = output.filter((one) => one.type === 'chunk')
  styles = output.filter((one) => one.type === 'asset' && one.fileName.endsWith('.css')) as never
}, 120_000)

function find(facade: RegExp): Rolldown.OutputChunk {
  const found = chunks.find((one) => facade.test(one.facadeModuleId ?? ''))
  if (found === undefined) throw new Error(`no chunk of ${facade}`)
  return found
}

/** A chunk and all that it cannot run without. */
function closure(start: Rolldown.OutputChunk, into = new Set<Rolldown.OutputChunk>()) {
  if (into.has(start)) return into
  into.add(start)
  for (const name of start.imports) {
    const next = chunks.find((one) => one.fileName === name)
    if (next !== undefined) closure(next, into)
  }
  return into
}

const zipped = (text: string | Uint8Array) => gzipSync(text).length

describe('the built UI', () => {
  it.each([
    'SignInPage',
    'SetupPage',
    'DashboardPage',
    'AgentsPage',
    'AgentPage',
    'TemplatesPage',
    'CredentialsPage',
    'AuditPage',
    'SettingsPage',
  ])('needs under 200 kB of zipped script for %s', (page) => {
    const needed = closure(find(/index\.html$/))
    closure(find(new RegExp(`${page}\\.vue$`)), needed)
    const size = [...needed].reduce((sum, one) => sum + zipped(one.code), 0)
    expect(size).toBeGreaterThan(40_000)
    expect(size).toBeLessThan(MOST_SCRIPT)
  })

  it('has few styles', () => {
    expect(styles.length).toBeGreaterThan(0)
    expect(styles.reduce((sum, one) => sum + zipped(one.source), 0)).toBeLessThan(MOST_STYLES)
  })

  it('leaves out what is only for development', () => {
    const modules = chunks.flatMap((one) => Object.keys(one.modules))
    expect(modules.some((one) => one.includes('/src/pages/AgentsPage.vue'))).toBe(true)
    expect(modules.filter((one) => one.includes('/src/dev/'))).toEqual([])
  })
})
