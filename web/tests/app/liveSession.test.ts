import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi, type Mock } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { useLiveSession } from '@/app/liveSession'
import { useAgentFigures, useFleetFigures } from '@/features/agents/useFigures'
import { live } from '@/live/client'
import { useFleet } from '@/stores/fleet'
import { useLiveState } from '@/stores/liveState'
import { useOperations } from '@/stores/operations'
import { useSession } from '@/stores/session'
import { useStats } from '@/stores/stats'
import { useToasts } from '@/stores/toasts'
import { agent, fakeServer, inApp, token } from '../helpers'

class FakeSocket {
  static all: FakeSocket[] = []
  onopen: (() => void) | null = null
  onclose: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  sent: Record<string, unknown>[] = []
  closed = false

  constructor(readonly url: string) {
    FakeSocket.all.push(this)
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>)
  }
  close(): void {
    this.closed = true
  }
  hear(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

const newest = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1)
  if (socket === undefined) throw new Error('no socket')
  return socket
}

let scope: EffectScope
let lost: Mock<() => void>
let calls: string[]
let renewal: [number, unknown]
const jwt = token({ sub: 'admin' })

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  setActivePinia(createPinia())
  lost = vi.fn<() => void>()
  renewal = [200, { access_token: jwt, token_type: 'bearer' }]
  calls = fakeServer({
    'POST /api/token': () => [200, { access_token: jwt, token_type: 'bearer' }],
    'POST /api/auth/session': () => renewal,
    'GET /api/agents': () => [200, [agent('by-rest')]],
    'GET /api/users/me': () => [200, { username: 'admin', role: 'admin' }],
  }).calls
  scope = effectScope()
  scope.run(() => useLiveSession(lost))
  await useSession().signIn('admin', 'x')
  await nextTick()
  calls.length = 0
})
afterEach(() => {
  scope.stop()
  live.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function connect(): Promise<void> {
  newest().onopen?.()
  newest().hear({ type: 'authenticated', user: 'admin', role: 'admin', expires_at: null })
  await vi.advanceTimersByTimeAsync(200)
}

function giveAgents(seq = 1): void {
  newest().hear({
    type: 'subscribed',
    topic: 'agents',
    seq,
    snapshot: { agents: [agent('writer')], engine: { state: 'ok', since: null } },
  })
}

describe('the live session', () => {
  it('opens one socket right after sign-in, with the token in a frame and not in the address', async () => {
    await connect()
    expect(FakeSocket.all).toHaveLength(1)
    expect(newest().url).toMatch(/\/ws$/)
    expect(newest().sent).toEqual([
      { type: 'auth', token: jwt },
      { type: 'subscribe', topics: ['agents', 'user'] },
    ])
  })

  it('fills the stores without a REST call', async () => {
    await connect()
    giveAgents()
    const page = effectScope()
    page.run(() => inApp(() => useAgentFigures(() => 'writer')))
    await vi.advanceTimersByTimeAsync(200)
    newest().hear({
      type: 'subscribed',
      topic: 'agent:writer:stats',
      seq: 1,
      sampled_at: '2026-01-15T09:30:00Z',
      snapshot: { name: 'writer', cpu_percent: 4, memory_used_bytes: 9, history: [[1, 2, 3]] },
    })
    newest().hear({
      event: 'agent_stats_update',
      topic: 'agent:writer:stats',
      seq: 2,
      ts: '2026-01-15T09:30:05Z',
      data: { name: 'writer', cpu: 8, memory: 10 },
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(useFleet().agents.has('writer')).toBe(true)
    expect(useFleet().engine.state).toBe('ok')
    expect(useStats().figures.get('writer')).toMatchObject({ cpuPercent: 8, memoryUsed: 10 })
    expect(useSession().isAdmin).toBe(true)
    expect(calls).toEqual([])
    page.stop()
    await vi.advanceTimersByTimeAsync(200)
    expect(newest().sent.at(-1)).toEqual({ type: 'unsubscribe', topics: ['agent:writer:stats'] })
  })

  it('feeds lists from one topic, however many agents there are', async () => {
    await connect()
    newest().hear({
      type: 'subscribed',
      topic: 'agents',
      seq: 1,
      snapshot: { agents: [agent('one'), agent('two')] },
    })
    const page = effectScope()
    page.run(() => inApp(() => useFleetFigures()))
    await vi.advanceTimersByTimeAsync(200)
    expect(newest().sent.at(-1)).toEqual({
      type: 'subscribe',
      topics: ['agents:stats'],
      options: { 'agents:stats': { history: 60 } },
    })
    const row = (name: string, cpu_percent: number) => ({
      name,
      cpu_percent,
      memory_used_bytes: 10,
      memory_limit_bytes: 100,
      memory_percent: 10,
    })
    newest().hear({
      type: 'subscribed',
      topic: 'agents:stats',
      seq: 5,
      sampled_at: null,
      snapshot: { agents: [row('one', 4), row('two', 5)] },
    })
    newest().hear({
      event: 'agents_stats_update',
      topic: 'agents:stats',
      seq: 6,
      ts: new Date(Date.now() + 5000).toISOString(),
      data: { agents: [row('one', 8)], gone: ['two'] },
    })
    expect(useStats().figures.get('one')).toMatchObject({ cpuPercent: 8, memoryPercent: 10 })
    expect(useStats().figures.get('one')?.history).toHaveLength(2)
    expect(useStats().figures.has('two')).toBe(false)
    page.stop()
  })

  it('knows the person and what is under way from the topic user', async () => {
    await connect()
    const making = {
      operation_id: 'o1',
      kind: 'create',
      agent_name: 'new',
      step: 'container',
      percent: 40,
      state: 'running',
      detail: null,
    }
    newest().hear({
      type: 'subscribed',
      topic: 'user',
      seq: 1,
      snapshot: {
        username: 'admin',
        role: 'user',
        email: null,
        expires_at: '2026-01-20T00:00:00Z',
        operations: [making],
      },
    })
    expect(useSession().isAdmin).toBe(false)
    expect(useOperations().latestOf('new')?.percent).toBe(40)
    newest().hear({
      event: 'operation_update',
      topic: 'user',
      seq: 2,
      data: { ...making, percent: 100, state: 'done' },
    })
    expect(useOperations().latestOf('new')?.state).toBe('done')
  })

  it('tells the server when nobody looks', async () => {
    await connect()
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(newest().sent.at(-1)).toEqual({ type: 'visibility', hidden: true })
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(newest().sent.at(-1)).toEqual({ type: 'visibility', hidden: false })
  })

  it('asks once by REST when the socket is slow, and polls only when it stays away', async () => {
    await vi.advanceTimersByTimeAsync(2000)
    expect(calls).toEqual(['GET /api/agents'])
    expect(useFleet().agents.has('by-rest')).toBe(true)
    await vi.advanceTimersByTimeAsync(4000)
    expect([...calls].sort()).toEqual(['GET /api/agents', 'GET /api/agents', 'GET /api/users/me'])
    expect(useLiveState().polling).toBe(true)
    await connect()
    giveAgents()
    calls.length = 0
    await vi.advanceTimersByTimeAsync(20_000)
    expect(calls).toEqual([])
    expect(useLiveState().polling).toBe(false)
  })

  it('comes back after a cut and goes on from its number', async () => {
    await connect()
    giveAgents(41)
    newest().onclose?.()
    await vi.advanceTimersByTimeAsync(1300)
    expect(FakeSocket.all).toHaveLength(2)
    await connect()
    expect(newest().sent.at(-1)).toEqual({
      type: 'subscribe',
      topics: ['agents', 'user'],
      since: { agents: 41 },
    })
    expect(calls).toEqual([])
  })

  it('renews the token when the socket says the session expired', async () => {
    await connect()
    newest().hear({ type: 'session_expired' })
    await vi.advanceTimersByTimeAsync(10)
    expect(calls).toEqual(['POST /api/auth/session'])
    expect(newest().sent.at(-1)).toEqual({ type: 'auth', token: jwt })
    expect(lost).not.toHaveBeenCalled()
    // Refused again at once: no storm of requests.
    for (let n = 0; n < 20; n += 1) newest().hear({ type: 'auth_error' })
    await vi.advanceTimersByTimeAsync(10)
    expect(calls).toHaveLength(1)
  })

  it('ends the session when it cannot be renewed', async () => {
    renewal = [401, { detail: 'Not authenticated' }]
    await connect()
    newest().hear({ type: 'session_expired' })
    await vi.advanceTimersByTimeAsync(10)
    expect(lost).toHaveBeenCalledTimes(1)
  })

  it('halts when the session has ended, keeps what is known, and goes on after signing in again', async () => {
    renewal = [401, { detail: 'Not authenticated' }]
    lost.mockImplementation(() => useSession().end())
    await connect()
    giveAgents()
    const page = effectScope()
    page.run(() => inApp(() => useAgentFigures(() => 'writer')))
    await vi.advanceTimersByTimeAsync(200)
    const socket = newest()
    socket.hear({ type: 'session_expired' })
    await vi.advanceTimersByTimeAsync(10)
    expect(useSession().state).toBe('ended')
    expect(socket.closed).toBe(true)
    calls.length = 0
    await vi.advanceTimersByTimeAsync(120_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(calls).toEqual([])
    expect(useFleet().agents.has('writer')).toBe(true)

    await useSession().signIn('admin', 'x')
    await nextTick()
    expect(FakeSocket.all).toHaveLength(2)
    await connect()
    expect(newest().sent.at(-1)).toMatchObject({
      type: 'subscribe',
      topics: ['agents', 'user', 'agent:writer:stats'],
    })
    // The new session may end at once, too.
    newest().hear({ type: 'session_expired' })
    await vi.advanceTimersByTimeAsync(10)
    expect(useSession().state).toBe('ended')
    page.stop()
  })

  it('renews by the cookie when a call is refused, and sends that call again', async () => {
    await connect()
    let refused = 0
    calls = fakeServer({
      'POST /api/auth/session': () => renewal,
      'GET /api/agents': () => (refused++ === 0 ? [401, {}] : [200, [agent('by-rest')]]),
    }).calls
    await useFleet().load()
    expect(useFleet().agents.has('by-rest')).toBe(true)
    expect(calls).toEqual(['GET /api/agents', 'POST /api/auth/session', 'GET /api/agents'])
    expect(lost).not.toHaveBeenCalled()
    expect(newest().sent.at(-1)).toEqual({ type: 'auth', token: jwt })
  })

  it('takes no refusal for the end of the session while the person signs out', async () => {
    renewal = [401, { detail: 'Not authenticated' }]
    await connect()
    useSession().leaving = true
    newest().hear({ type: 'session_expired' })
    await vi.advanceTimersByTimeAsync(10)
    expect(calls).toEqual([])
    expect(lost).not.toHaveBeenCalled()
  })

  it('closes the socket and forgets everything on sign-out', async () => {
    await connect()
    giveAgents()
    const socket = newest()
    useToasts().show('error', 'Stopping writer failed')
    useSession().forget('signed-out')
    await nextTick()
    expect(socket.closed).toBe(true)
    expect(useFleet().agents.size).toBe(0)
    expect(useToasts().items).toEqual([])
    await vi.advanceTimersByTimeAsync(120_000)
    expect(FakeSocket.all).toHaveLength(1)
    expect(calls).toEqual([])
  })
})
