import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, type App } from 'vue'
import { pollerKey } from '@/app/poller'
import { useActivity } from '@/features/activity/useActivity'
import { useAgentFigures, useFleetFigures } from '@/features/agents/useFigures'
import { useAttentionFeed } from '@/features/attention/useAttentionFeed'
import { useDashboard } from '@/features/dashboard/useDashboard'
import { useFleetHistory } from '@/features/fleetTimeline/useFleetHistory'
import { useGit } from '@/features/git/useGit'
import { useHost } from '@/features/host/useHost'
import { useLogs } from '@/features/logs/useLogs'
import { usePressure } from '@/features/pressure/usePressure'
import { useRun } from '@/features/runs/useRun'
import { useRuns } from '@/features/runs/useRuns'
import { useTimeline } from '@/features/timeline/useTimeline'
import type { FallbackResource } from '@/live/fallback'
import { useFleet } from '@/stores/fleet'
import { agent } from '../helpers'

/**
 * How often each resource may be asked for while the live connection is down: the table of the contract, in seconds, and the
 * resources that it does not have yet. `with` rides along with another one's requests.
 */
const TABLE: readonly (readonly [call: RegExp, seconds: number | 'with'])[] = [
  [/^\/api\/agents\/bot\/activity$/, 5],
  [/^\/api\/agents\/bot\/stats$/, 10],
  [/^\/api\/agents\/bot\/git\/status$/, 60],
  [/^\/api\/agents\/bot\/logs\?tail=\d+$/, 15],
  [/^\/api\/agents\/bot\/queue$/, 10],
  [/^\/api\/agents\/bot\/executions\?limit=\d+$/, 15],
  [/^\/api\/agents\/bot\/executions\/run-1$/, 5],
  [/^\/api\/agents\/bot\/executions\/run-1\/log$/, 5],
  [/^\/api\/agent-dashboard\/bot$/, 30],
  [/^\/api\/agents\/bot\/metrics$/, 60],
  [/^\/api\/agents\/bot\/chat\/session$/, 'with'],
  [/^\/api\/agents\/context-stats$/, 10],
  [/^\/api\/agents\/execution-stats$/, 30],
  [/^\/api\/activities\/timeline\?/, 15],
  [/^\/api\/telemetry\/host$/, 10],
  // Not in the contract's table.
  [/^\/api\/agents\/stats$/, 10],
  [/^\/api\/agents\/attention$/, 10],
  [/^\/api\/agents\/bot\/pressure$/, 10],
  [/^\/api\/agents\/bot\/activities\?/, 15],
]

const USERS: Readonly<Record<string, () => void>> = {
  'features/activity/useActivity.ts': () =>
    void useActivity(
      () => 'bot',
      () => true,
    ),
  'features/agents/useFigures.ts': () => {
    useAgentFigures(() => 'bot')
    useFleetFigures()
  },
  'features/attention/useAttentionFeed.ts': () => useAttentionFeed(),
  'features/dashboard/useDashboard.ts': () =>
    void useDashboard(
      () => 'bot',
      () => true,
    ),
  'features/fleetTimeline/useFleetHistory.ts': () => void useFleetHistory(() => '24h'),
  'features/git/useGit.ts': () =>
    void useGit(
      () => 'bot',
      () => true,
    ),
  'features/host/useHost.ts': () => void useHost(),
  'features/logs/useLogs.ts': () => void useLogs(() => 'bot'),
  'features/pressure/usePressure.ts': () =>
    void usePressure(
      () => 'bot',
      () => true,
    ),
  'features/runs/useRun.ts': () =>
    void useRun(
      () => 'bot',
      () => 'run-1',
    ),
  'features/runs/useRuns.ts': () => void useRuns(() => 'bot'),
  'features/timeline/useTimeline.ts': () =>
    void useTimeline(
      () => 'bot',
      () => ({ type: '', state: '' }),
    ),
}

vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  useTopic: () => undefined,
}))

/** Enough of every answer. */
const ANSWER = {
  agents: [],
  activities: [],
  log: [],
  logs: '',
  totals: { calls: 0 },
  cpu: {},
  memory: {},
  disk: {},
}

let app: App | undefined
let asked: string[]

beforeEach(() => {
  setActivePinia(createPinia())
  useFleet().agents.set('bot', agent('bot'))
  asked = []
  globalThis.fetch = ((path: string) => {
    asked.push(path)
    const body = /executions\?/.test(path) ? [] : ANSWER
    return Promise.resolve(new Response(JSON.stringify(body)))
  }) as typeof fetch
})
afterEach(() => app?.unmount())

/** The resources that a part of a page offers for polling. */
function resourcesOf(use: () => void): FallbackResource[] {
  const offered: FallbackResource[] = []
  const poller = {
    add(resource: FallbackResource) {
      offered.push(resource)
      return () => undefined
    },
    refused: () => undefined,
    subscribed: () => undefined,
  }
  app = createApp({
    setup() {
      use()
      return () => null
    },
  })
  app.provide(pollerKey as symbol, poller)
  app.mount(document.createElement('div'))
  return offered
}

async function callsOf(resource: FallbackResource): Promise<string[]> {
  asked.length = 0
  await resource.load(new AbortController().signal)
  return [...asked]
}

const sources = join(process.cwd(), 'src')
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|vue)$/.test(file) && !file.startsWith('dev'))
  .map((file) => ({ file, code: readFileSync(join(sources, file), 'utf8') }))

describe('the fall-back of every resource', () => {
  const met = new Set<RegExp>()

  it.each(Object.keys(USERS))('keeps to the table: %s', async (user) => {
    const offered = resourcesOf(USERS[user] as () => void)
    expect(offered.length).toBeGreaterThan(0)
    for (const resource of offered) {
      const calls = await callsOf(resource)
      expect(calls.length, resource.key).toBeGreaterThan(0)
      for (const call of calls) {
        const row = TABLE.find(([path]) => path.test(call))
        expect(row, `${call} is not in the table`).toBeDefined()
        if (row === undefined) continue
        met.add(row[0])
        if (row[1] !== 'with') expect(resource.intervalMs, call).toBe(row[1] * 1000)
      }
    }
  })

  it('is in the table for nothing that nobody asks for', () => {
    const unmet = TABLE.filter(([path]) => !met.has(path)).map(([path]) => String(path))
    expect(unmet).toEqual([])
  })

  it('lets what an agent talks about ride along, not more', async () => {
    const [activity] = resourcesOf(USERS['features/activity/useActivity.ts'] as () => void)
    if (activity === undefined) throw new Error('nothing is polled')
    expect(await callsOf(activity)).toHaveLength(2)
    expect(await callsOf(activity)).toEqual(['/api/agents/bot/activity'])
  })

  it('is known here, whoever uses it', () => {
    const users = files
      .filter(({ file, code }) => file !== join('app', 'poller.ts') && /\buseFallback\(/.test(code))
      .map(({ file }) => file.replaceAll('\\', '/'))
    expect(users.sort()).toEqual(Object.keys(USERS).sort())
  })

  it('has its pace from one place', () => {
    const own = files.flatMap(({ file, code }) =>
      [...code.matchAll(/intervalMs: (?!FALLBACK_MS\.|pace\.value|number\b)(\S+)/g)].map(
        ([, what]) => `${file}: ${what}`,
      ),
    )
    expect(own).toEqual([])
  })

  it('is the only thing that repeats, beside the one clock', () => {
    const timers = files.filter(({ code }) => /\bsetInterval\(/.test(code)).map(({ file }) => file)
    expect(timers).toEqual([join('lib', 'clock.ts')])
  })
})
