import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { useRestart } from '@/features/agentSettings/useRestart'
import { useSettings } from '@/features/agentSettings/useSettings'
import { useFleet } from '@/stores/fleet'
import { agent, fakeServer } from '../helpers'

let scope: EffectScope
beforeEach(() => {
  setActivePinia(createPinia())
  scope = effectScope()
})
afterEach(() => scope.stop())

/** A server with one agent: 4 GB, 2 cores, full rights, the platform's key. */
function server(refused: Record<string, [number, string]> = {}, systemWideFull = true) {
  const state = { memory: null as string | null, cpu: null as string | null, full: true, key: true }
  const base = '/api/agents/a'
  const put = (part: string, store: (body: Record<string, unknown>) => void) => {
    return (init: RequestInit): [number, unknown] => {
      const refusal = refused[part]
      if (refusal !== undefined) return [refusal[0], { detail: refusal[1] }]
      store(JSON.parse(String(init.body)) as Record<string, unknown>)
      return [200, {}]
    }
  }
  const { calls } = fakeServer({
    [`GET ${base}/resources`]: () => [
      200,
      { memory: state.memory, cpu: state.cpu, current_memory: '4g', current_cpu: '2' },
    ],
    [`GET ${base}/capabilities`]: () => [
      200,
      {
        full_capabilities: state.full,
        current_full_capabilities: systemWideFull,
        next_full_capabilities: state.full && systemWideFull,
      },
    ],
    [`GET ${base}/api-key-setting`]: () => [
      200,
      { use_platform_api_key: state.key, restart_required: !state.key },
    ],
    [`PUT ${base}/resources`]: put('resources', (body) => Object.assign(state, body)),
    [`PUT ${base}/capabilities`]: put('capabilities', (body) => {
      state.full = body.full_capabilities === true
    }),
    [`PUT ${base}/api-key-setting`]: put('api-key-setting', (body) => {
      state.key = body.use_platform_api_key === true
    }),
    'POST /api/agents/a/stop': () => [refused.stop?.[0] ?? 200, { detail: refused.stop?.[1] }],
    'POST /api/agents/a/start': () => [refused.start?.[0] ?? 200, { detail: refused.start?.[1] }],
  })
  return { calls, state }
}

async function editor() {
  const made = scope.run(() => useSettings(() => 'a'))
  if (made === undefined) throw new Error('no scope')
  await flushPromises()
  return made
}

describe('editing the settings', () => {
  it('sends only what was changed, and reads back what is stored', async () => {
    const { calls, state } = server()
    const { form, changed, waiting, save } = await editor()
    form.memory = '8g'
    expect(changed.value).toEqual(['resources'])
    expect(await save()).toBe(true)
    expect(state).toMatchObject({ memory: '8g', cpu: null })
    expect(calls.filter((call) => call.startsWith('PUT'))).toEqual(['PUT /api/agents/a/resources'])
    expect(changed.value).toEqual([])
    expect(waiting.value).toEqual(['resources'])
  })

  it('keeps what was refused in the form, with the reason, and stores the rest', async () => {
    const { state } = server({ resources: [503, 'The database is busy.'] })
    const { form, changed, errors, save } = await editor()
    form.memory = '8g'
    form.platformKey = false
    expect(await save()).toBe(false)
    expect(state).toMatchObject({ memory: null, key: false })
    expect(form).toMatchObject({ memory: '8g', platformKey: false })
    expect(changed.value).toEqual(['resources'])
    expect(errors.value.resources).toBe('The database is busy.')
    form.memory = '16g'
    await nextTick()
    expect(errors.value.resources).toBeUndefined()
  })

  it('says when the rule for all agents wins over a wish for full rights', async () => {
    const { state } = server({}, false)
    state.full = false
    const { form, overruled, save } = await editor()
    expect(form.full).toBe(false)
    form.full = true
    expect(await save()).toBe(true)
    expect(form.full).toBe(false)
    expect(overruled.value).toBe(true)
  })

  it('takes what somebody else changed, but not over what is being edited', async () => {
    const { state } = server()
    const { form, loaded } = await editor()
    form.memory = '8g'
    Object.assign(state, { memory: '16g', key: false })
    await loaded.load()
    await nextTick()
    expect(form).toMatchObject({ memory: '8g', platformKey: false })
  })
})

describe('saving and restarting', () => {
  function restart() {
    useFleet().takeSnapshot({ agents: [agent('a')] })
    const made = scope.run(() => useRestart(() => 'a'))
    if (made === undefined) throw new Error('no scope')
    return made
  }
  const states = (made: ReturnType<typeof restart>) => made.steps.value.map((step) => step.state)

  it('saves, stops and starts, and tells each step', async () => {
    const { calls } = server()
    const made = restart()
    expect(made.steps.value).toEqual([])
    const seen: string[] = []
    const done = made.run(() => {
      seen.push(states(made).join())
      return Promise.resolve(true)
    })
    expect(await done).toBe(true)
    expect(seen).toEqual(['working,waiting,waiting'])
    expect(calls).toEqual(['POST /api/agents/a/stop', 'POST /api/agents/a/start'])
    expect(useFleet().agents.get('a')?.status).toBe('running')
    expect(useFleet().pending.size).toBe(0)
  })

  it('touches nothing when saving was refused', async () => {
    const { calls } = server()
    const made = restart()
    expect(await made.run(() => Promise.resolve(false))).toBe(false)
    expect(calls).toEqual([])
    expect(made.steps.value).toEqual([])
  })

  it('says where it failed, and goes on from there', async () => {
    const refused: Record<string, [number, string]> = { start: [503, 'The engine is away.'] }
    const { calls } = server(refused)
    const made = restart()
    expect(await made.run(() => Promise.resolve(true))).toBe(false)
    expect(states(made)).toEqual(['done', 'done', 'failed'])
    expect(made.failure.value).toBe('The engine is away.')
    expect(useFleet().agents.get('a')?.status).toBe('stopped')
    delete refused.start
    expect(await made.run(() => Promise.resolve(true))).toBe(true)
    // What is stopped is not stopped again.
    expect(calls.filter((call) => call.endsWith('/stop'))).toHaveLength(1)
    expect(useFleet().agents.get('a')?.status).toBe('running')
  })
})
