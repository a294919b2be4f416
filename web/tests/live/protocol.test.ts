import { beforeEach, describe, expect, it } from 'vitest'
import type { TopicOptions } from '@/live/frames'
import { LiveProtocol, type LiveEffect } from '@/live/protocol'

let protocol: LiveProtocol
let now: number

beforeEach(() => {
  protocol = new LiveProtocol(() => 0.5) // no jitter
  now = 1_000_000
})

const frames = (effects: LiveEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.frame] : []))
const want = (topics: Iterable<string>, at: number, options: Record<string, TopicOptions> = {}) =>
  protocol.want(new Map([...topics].map((topic) => [topic, options[topic]])), at)
const kinds = (effects: LiveEffect[]) => effects.map((effect) => effect.kind)
const receive = (frame: object) => protocol.received(JSON.stringify(frame), now)

function signIn(): LiveEffect[] {
  protocol.start('jwt', now)
  protocol.opened(now)
  return receive({
    type: 'authenticated',
    user: 'admin',
    role: 'admin',
    expires_at: '2026-01-20T00:00:00Z',
  })
}

function subscribed(topic: string, seq: number): void {
  receive({ type: 'subscribed', topic, seq, snapshot: {}, sampled_at: null })
}

const event = (topic: string, seq: number) => ({
  event: 'agent_stats_update',
  topic,
  seq,
  ts: '2026-01-15T09:30:05.120Z',
  data: { name: 'x', n: seq },
})

describe('connecting', () => {
  it('sends the token in the first frame and never in the address', () => {
    expect(kinds(protocol.start('jwt', now))).toEqual(['status', 'connect'])
    expect(frames(protocol.opened(now))).toEqual([{ type: 'auth', token: 'jwt' }])
  })

  it('asks for nothing before it is authenticated, then for everything that is wanted', () => {
    want(['agents', 'agent:x:stats'], now)
    protocol.start('jwt', now)
    expect(frames(protocol.opened(now))).toHaveLength(1)
    const effects = receive({ type: 'authenticated', user: 'admin', role: 'user' })
    expect(effects).toContainEqual({
      kind: 'authenticated',
      user: 'admin',
      role: 'user',
      expiresAt: null,
    })
    expect(frames(effects)).toEqual([{ type: 'subscribe', topics: ['agents', 'agent:x:stats'] }])
    expect(protocol.status).toBe('ready')
  })

  it('treats a sign-in without an answer as a lost session and tries again', () => {
    protocol.start('bad', now)
    protocol.opened(now)
    expect(protocol.tick(now + 9_999)).toEqual([])
    const effects = protocol.tick(now + 10_000)
    expect(kinds(effects)).toEqual(['unauthorized', 'disconnect', 'status'])
    expect(protocol.status).toBe('waiting')
  })
})

describe('reconnecting', () => {
  it('waits 1, 2, 4, 8, 16, 30, 30 seconds', () => {
    protocol.start('jwt', now)
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      protocol.closed(now)
      const wait = (protocol.retryAt ?? 0) - now
      now = protocol.retryAt ?? now
      expect(kinds(protocol.tick(now - 1))).toEqual([])
      expect(kinds(protocol.tick(now))).toContain('connect')
      return wait / 1000
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 30])
  })

  it.each([
    [0, 800],
    [1, 1200],
  ])('spreads the wait by 20 percent (chance %d)', (chance, wait) => {
    protocol = new LiveProtocol(() => chance)
    protocol.start('jwt', now)
    protocol.closed(now)
    expect((protocol.retryAt ?? 0) - now).toBeCloseTo(wait)
  })

  it('starts the waits again after a successful sign-in', () => {
    signIn()
    protocol.closed(now)
    protocol.tick(protocol.retryAt ?? 0)
    protocol.closed(now)
    protocol.tick(protocol.retryAt ?? 0)
    protocol.opened(now)
    receive({ type: 'authenticated', user: 'admin', role: 'admin' })
    protocol.closed(now)
    expect((protocol.retryAt ?? 0) - now).toBe(1000)
  })

  it('connects at once when the network or the tab is back', () => {
    signIn()
    protocol.closed(now)
    expect(kinds(protocol.nudge(now + 10))).toContain('connect')
    expect(protocol.nudge(now + 20)).toEqual([])
  })

  it('subscribes again from the last number it saw', () => {
    want(['agents', 'agent:x:stats'], now)
    signIn()
    subscribed('agents', 7)
    receive(event('agents', 8))
    protocol.closed(now)
    now = protocol.retryAt ?? now
    protocol.tick(now)
    protocol.opened(now)
    const effects = receive({ type: 'authenticated', user: 'admin', role: 'admin' })
    expect(frames(effects)).toEqual([
      { type: 'subscribe', topics: ['agents', 'agent:x:stats'], since: { agents: 8 } },
    ])
  })

  it('takes the missed events after an answer without a snapshot', () => {
    want(['agents'], now)
    signIn()
    subscribed('agents', 8)
    protocol.closed(now)
    protocol.tick(protocol.retryAt ?? 0)
    protocol.opened(now)
    receive({ type: 'authenticated', user: 'admin', role: 'admin' })
    expect(
      kinds(receive({ type: 'subscribed', topic: 'agents', seq: 10, snapshot: null })),
    ).toEqual(['resumed'])
    expect(kinds(receive(event('agents', 9)))).toEqual(['event'])
    expect(kinds(receive(event('agents', 10)))).toEqual(['event'])
  })

  it('does nothing more after being stopped', () => {
    signIn()
    expect(kinds(protocol.stop())).toEqual(['disconnect', 'status'])
    expect(protocol.closed(now)).toEqual([])
    expect(protocol.nextWake()).toBeNull()
  })
})

describe('events', () => {
  beforeEach(() => {
    want(['agents'], now)
    signIn()
    subscribed('agents', 100)
  })

  it('passes on what follows in order and drops repeats', () => {
    expect(kinds(receive(event('agents', 101)))).toEqual(['event'])
    expect(receive(event('agents', 101))).toEqual([])
    expect(receive(event('agents', 99))).toEqual([])
    expect(kinds(receive(event('agents', 102)))).toEqual(['event'])
  })

  it('asks again with "since" on a gap, and holds later events back until the answer', () => {
    expect(frames(receive(event('agents', 103)))).toEqual([
      { type: 'subscribe', topics: ['agents'], since: { agents: 100 } },
    ])
    expect(receive(event('agents', 104))).toEqual([])
    receive({ type: 'subscribed', topic: 'agents', seq: 104, snapshot: { agents: [] } })
    expect(kinds(receive(event('agents', 105)))).toEqual(['event'])
  })

  it('asks for a whole snapshot when the same gap comes back', () => {
    receive(event('agents', 103))
    receive({ type: 'subscribed', topic: 'agents', seq: 103, snapshot: null })
    expect(frames(receive(event('agents', 104)))).toEqual([
      { type: 'subscribe', topics: ['agents'] },
    ])
  })

  it('takes a resync as the new truth', () => {
    const effects = receive({ type: 'resync', topic: 'agents', seq: 300, snapshot: { agents: [] } })
    expect(kinds(effects)).toEqual(['snapshot'])
    expect(kinds(receive(event('agents', 301)))).toEqual(['event'])
  })

  it('ignores events of topics nobody wants, broadcasts, and noise', () => {
    expect(receive(event('agent:y:stats', 1))).toEqual([])
    expect(receive({ event: 'agent_started', data: { name: 'x' } })).toEqual([])
    expect(receive({ type: 'something_new' })).toEqual([])
    expect(protocol.received('not json', now)).toEqual([])
    expect(protocol.received('[1]', now)).toEqual([])
  })
})

describe('subscriptions', () => {
  it('unsubscribes what is no longer wanted and forgets its number', () => {
    want(['agents', 'agent:x:stats'], now)
    signIn()
    subscribed('agents', 1)
    subscribed('agent:x:stats', 5)
    expect(frames(want(['agents'], now))).toEqual([
      { type: 'unsubscribe', topics: ['agent:x:stats'] },
    ])
    expect(receive(event('agent:x:stats', 6))).toEqual([])
    expect(frames(want(['agents', 'agent:x:stats'], now))).toEqual([
      { type: 'subscribe', topics: ['agent:x:stats'] },
    ])
    // The late answer to the first unsubscribe changes nothing.
    receive({ type: 'unsubscribed', topic: 'agent:x:stats', reason: 'client' })
    subscribed('agent:x:stats', 9)
    expect(kinds(receive(event('agent:x:stats', 10)))).toEqual(['event'])
  })

  it('never asks for more than 64 topics, in frames of 32', () => {
    signIn()
    const names = Array.from({ length: 100 }, (_, n) => `agent:a${n}:stats`)
    const sent = frames(want(names, now))
    expect(sent.map((frame) => (frame.type === 'subscribe' ? frame.topics.length : 0))).toEqual([
      32, 32,
    ])
  })

  it('stays under ten frames a second and sends the rest later', () => {
    signIn()
    let sent = 1
    for (let n = 0; n < 30; n += 1) {
      sent += frames(want([`agent:a${n}:stats`], now)).length
    }
    expect(sent).toBeLessThanOrEqual(8)
    const wake = protocol.nextWake() ?? 0
    expect(wake).toBeGreaterThan(now)
    expect(wake).toBeLessThanOrEqual(now + 1000)
    const later = frames(protocol.tick(wake))
    expect(
      later.some((frame) => frame.type === 'subscribe' && frame.topics.includes('agent:a29:stats')),
    ).toBe(true)
  })

  it('tries again later when an agent is not known or not running yet', () => {
    want(['agent:new:stats'], now)
    signIn()
    const refusal = { type: 'subscribe_error', topic: 'agent:new:stats', status: 404, detail: 'no' }
    expect(kinds(receive(refusal))).toEqual(['refused'])
    expect(frames(protocol.tick(now + 4_999))).toEqual([])
    expect(frames(protocol.tick(now + 5_000))).toEqual([
      { type: 'subscribe', topics: ['agent:new:stats'] },
    ])
    receive(refusal)
    expect(frames(protocol.tick(now + 9_999))).toEqual([])
    expect(frames(protocol.tick(now + 10_000))).toHaveLength(1)
  })

  it('does not ask again for what is forbidden', () => {
    want(['agent:x:stats'], now)
    signIn()
    receive({ type: 'subscribe_error', topic: 'agent:x:stats', status: 403, detail: 'no' })
    expect(frames(protocol.tick(now + 15_000))).toEqual([])
  })

  it('says when the server ends a topic, and comes back by itself after being too slow', () => {
    want(['agents', 'agent:x:stats'], now)
    signIn()
    subscribed('agents', 4)
    subscribed('agent:x:stats', 4)
    const ended = receive({ type: 'unsubscribed', topic: 'agent:x:stats', reason: 'agent_deleted' })
    expect(ended).toEqual([{ kind: 'ended', topic: 'agent:x:stats', reason: 'agent_deleted' }])
    const slow = receive({ type: 'unsubscribed', topic: 'agents', reason: 'slow_consumer' })
    expect(frames(slow)).toEqual([{ type: 'subscribe', topics: ['agents'], since: { agents: 4 } }])
  })
})

describe('session', () => {
  it('asks for a new token when the session expired, and goes on where it was', () => {
    want(['agents'], now)
    signIn()
    subscribed('agents', 4)
    expect(
      kinds(receive({ type: 'unsubscribed', topic: 'agents', reason: 'session_expired' })),
    ).toEqual(['unauthorized'])
    expect(frames(protocol.tick(now + 1000))).toEqual([])
    expect(frames(protocol.renew('fresh', now))).toEqual([{ type: 'auth', token: 'fresh' }])
    const effects = receive({ type: 'authenticated', user: 'admin', role: 'admin' })
    expect(frames(effects)).toEqual([
      { type: 'subscribe', topics: ['agents'], since: { agents: 4 } },
    ])
  })
})

describe('heartbeat', () => {
  it('pings a quiet server and reconnects when it stays silent', () => {
    signIn()
    expect(protocol.nextWake()).toBe(now + 25_000)
    expect(frames(protocol.tick(now + 25_000))).toEqual([{ type: 'ping', id: 1 }])
    now += 25_010
    receive({ type: 'pong', id: 1 })
    expect(kinds(protocol.tick(now + 59_999))).not.toContain('disconnect')
    expect(kinds(protocol.tick(now + 60_000))).toEqual(['disconnect', 'status'])
  })

  it('does not judge a server by silence that never answered a ping', () => {
    signIn()
    protocol.tick(now + 25_000)
    expect(kinds(protocol.tick(now + 200_000))).not.toContain('disconnect')
  })
})

describe('options', () => {
  it('go with the subscription', () => {
    signIn()
    expect(frames(want(['agent:x:logs'], now, { 'agent:x:logs': { tail: 200 } }))).toEqual([
      {
        type: 'subscribe',
        topics: ['agent:x:logs'],
        options: { 'agent:x:logs': { tail: 200 } },
      },
    ])
  })

  it('are sent anew when they change, and events wait for the new snapshot', () => {
    signIn()
    want(['agent:x:stats'], now, { 'agent:x:stats': { interval: 5 } })
    subscribed('agent:x:stats', 10)
    expect(want(['agent:x:stats'], now, { 'agent:x:stats': { interval: 5 } })).toEqual([])
    expect(frames(want(['agent:x:stats'], now, { 'agent:x:stats': { interval: 30 } }))).toEqual([
      { type: 'options', topic: 'agent:x:stats', options: { interval: 30 } },
    ])
    expect(receive(event('agent:x:stats', 11))).toEqual([])
    subscribed('agent:x:stats', 900)
    expect(kinds(receive(event('agent:x:stats', 901)))).toEqual(['event'])
  })

  it('of a topic that is asked for again go with that, once', () => {
    signIn()
    want(['agent:x:stats'], now)
    subscribed('agent:x:stats', 10)
    protocol.closed(now)
    want(['agent:x:stats'], now, { 'agent:x:stats': { history: 9 } })
    protocol.tick(protocol.retryAt ?? now)
    protocol.opened(now)
    const sent = frames(receive({ type: 'authenticated', user: 'a', role: 'user' }))
    expect(sent).toEqual([
      {
        type: 'subscribe',
        topics: ['agent:x:stats'],
        options: { 'agent:x:stats': { history: 9 } },
      },
    ])
  })
})

describe('a whole snapshot for a late comer', () => {
  it('is asked for without a number, and only of topics that stand', () => {
    signIn()
    want(['agents'], now)
    expect(protocol.refresh('agents', now)).toEqual([])
    subscribed('agents', 7)
    expect(frames(protocol.refresh('agents', now))).toEqual([
      { type: 'subscribe', topics: ['agents'] },
    ])
    expect(protocol.refresh('nothing', now)).toEqual([])
  })

  /** Switches the tab's visibility until no more frames may be sent in this second. */
  function useUpFrames(): void {
    for (let i = 0; i < 10; i++) protocol.hidden(i % 2 === 0, now)
  }

  it('that could not be asked for yet does not keep a topic that is let go of meanwhile', () => {
    signIn()
    want(['agents', 'agents:stats'], now)
    subscribed('agents', 7)
    subscribed('agents:stats', 3)
    useUpFrames()
    expect(frames(protocol.refresh('agents:stats', now))).toEqual([])
    expect(frames(want(['agents'], now))).toEqual([])
    expect(frames(protocol.tick(now + 1000))).toContainEqual({
      type: 'unsubscribe',
      topics: ['agents:stats'],
    })
  })

  it('nor does a gap that was found when no frame could be sent', () => {
    signIn()
    want(['agents', 'agent:x:stats'], now)
    subscribed('agents', 7)
    subscribed('agent:x:stats', 3)
    useUpFrames()
    expect(frames(receive(event('agent:x:stats', 9)))).toEqual([])
    want(['agents'], now)
    expect(frames(protocol.tick(now + 1000))).toContainEqual({
      type: 'unsubscribe',
      topics: ['agent:x:stats'],
    })
  })

  it('a topic that the server refused or ended is not given back', () => {
    signIn()
    want(['agents', 'agent:x:stats', 'agent:y:stats'], now)
    subscribed('agent:x:stats', 3)
    receive({ type: 'unsubscribed', topic: 'agent:x:stats', reason: 'deleted' })
    receive({ type: 'subscribe_error', topic: 'agent:y:stats', status: 403 })
    expect(frames(want(['agents'], now))).toEqual([])
  })
})

describe('a hidden tab', () => {
  it('is told once, and again on a new socket', () => {
    signIn()
    expect(frames(protocol.hidden(true, now))).toEqual([{ type: 'visibility', hidden: true }])
    expect(protocol.hidden(true, now)).toEqual([])
    protocol.closed(now)
    protocol.tick(protocol.retryAt ?? now)
    protocol.opened(now)
    expect(frames(receive({ type: 'authenticated', user: 'a', role: 'user' }))).toEqual([
      { type: 'visibility', hidden: true },
    ])
    expect(frames(protocol.hidden(false, now))).toEqual([{ type: 'visibility', hidden: false }])
  })

  it('needs no word when it was visible all the time', () => {
    expect(protocol.hidden(false, now)).toEqual([])
    expect(frames(signIn())).toEqual([])
  })

  it('takes a resync as the whole new state', () => {
    signIn()
    want(['agents:stats'], now)
    subscribed('agents:stats', 4)
    const effects = receive({
      type: 'resync',
      topic: 'agents:stats',
      seq: 90,
      snapshot: { agents: [] },
    })
    expect(kinds(effects)).toEqual(['snapshot'])
    expect(kinds(receive(event('agents:stats', 91)))).toEqual(['event'])
  })
})

describe('an expired session on a socket that stays open', () => {
  it('goes on with every topic from its number once there is a new token', () => {
    signIn()
    want(['agents', 'agent:x:stats'], now)
    subscribed('agents', 7)
    subscribed('agent:x:stats', 3)
    expect(kinds(receive({ type: 'session_expired' }))).toEqual(['unauthorized'])
    for (const topic of ['agents', 'agent:x:stats'])
      receive({ type: 'unsubscribed', topic, reason: 'session_expired' })
    expect(frames(protocol.renew('fresh', now))).toEqual([{ type: 'auth', token: 'fresh' }])
    const sent = frames(receive({ type: 'authenticated', user: 'admin', role: 'admin' }))
    expect(sent).toEqual([
      {
        type: 'subscribe',
        topics: ['agents', 'agent:x:stats'],
        since: { agents: 7, 'agent:x:stats': 3 },
      },
    ])
  })

  it('connects anew when the next token is no good either', () => {
    signIn()
    want(['agents'], now)
    subscribed('agents', 7)
    expect(kinds(receive({ type: 'auth_error', status: 401 }))).toEqual(['unauthorized'])
    expect(protocol.status).toBe('ready')
    receive({ type: 'session_expired' })
    expect(kinds(receive({ type: 'auth_error', status: 401 }))).toEqual([
      'unauthorized',
      'disconnect',
      'status',
    ])
    expect(protocol.status).toBe('waiting')
  })
})
