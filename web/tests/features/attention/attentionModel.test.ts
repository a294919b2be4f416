import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AttentionItem, AttentionKind } from '@/api/fleet'
import { nextSteps, placeOf } from '@/features/attention/nextSteps'
import { kindLook } from '@/features/attention/kinds'
import { trimmed } from '@/features/attention/trimmed'
import { useAttention } from '@/stores/attention'
import { grouped, inOrder, KINDS, rankOf } from '@/stores/attentionModel'
import { useFleet } from '@/stores/fleet'
import { agent, fakeServer } from '../../helpers'

const item = (kind: string, minute = 0, run: string | null = null): AttentionItem => ({
  kind: kind as AttentionKind,
  since: `2026-01-14T10:${String(minute).padStart(2, '0')}:00Z`,
  detail: `${kind} since ${minute}`,
  execution_id: run,
})
const kinds = (items: readonly AttentionItem[]) => items.map((one) => one.kind)
const event = (data: Record<string, unknown>, name = 'agents_attention_update') => ({
  event: name,
  topic: 'agents:stats',
  seq: 1,
  data,
})

beforeEach(() => setActivePinia(createPinia()))

describe('what needs a person', () => {
  it('stands in the order of its urgency, and the older before the newer', () => {
    expect(
      kinds(inOrder([item('slow'), item('failed', 5), item('waiting'), item('failed', 2)])),
    ).toEqual(['waiting', 'failed', 'failed', 'slow'])
    expect(inOrder([item('failed', 5), item('failed', 2)])[0]?.since).toContain('10:02')
    expect(rankOf('something new')).toBe(KINDS.length)
    expect(kinds(inOrder([item('something new'), item('unreachable')]))[0]).toBe('unreachable')
  })

  it('is grouped by kind: an agent with two reasons stands in two groups', () => {
    const groups = grouped([
      { name: 'b', attention: [item('stuck', 3), item('slow', 3)] },
      { name: 'a', attention: [item('slow', 1)] },
      { name: 'c', attention: [item('stuck', 3)] },
    ])
    expect(groups.map((one) => [one.kind, one.rows.map((row) => row.name)])).toEqual([
      ['stuck', ['b', 'c']],
      ['slow', ['a', 'b']],
    ])
  })

  it('is cut so that every kind is seen, and the most urgent most', () => {
    const rows = (kind: string, n: number) => ({
      name: kind,
      attention: Array.from({ length: n }, (_, minute) => item(kind, minute)),
    })
    const groups = grouped([rows('waiting', 3), rows('failed', 9), rows('slow', 2)])
    const counts = (most: number) => trimmed(groups, most).map((one) => one.rows.length)
    expect(counts(6)).toEqual([3, 2, 1])
    expect(counts(2)).toEqual([1, 1, 1])
    expect(counts(20)).toEqual([3, 9, 2])
    expect(trimmed([], 6)).toEqual([])
  })

  it('has a word, a picture and a colour for each kind, also for one not known yet', () => {
    for (const kind of KINDS) expect(kindLook(kind).label).not.toContain('_')
    expect(kindLook('over_budget').label).toBe('Over budget')
    expect(kindLook('out_of_disk').label).toBe('out of disk')
    expect(kindLook('out_of_disk').icon).toBeDefined()
  })
})

describe('the next step', () => {
  const steps = (one: AttentionItem, status = 'running', manages = true) =>
    nextSteps('a', one, { status }, { manages }).map((step) => step.label)
  const target = (one: AttentionItem) => nextSteps('a', one, undefined, { manages: false })[0]?.to

  it('answers who waits in the chat', () => {
    expect(steps(item('waiting', 0, 'r1'))).toEqual(['Answer', 'Open run'])
    expect(target(item('waiting'))).toMatchObject({ name: 'agent', query: { tab: 'chat' } })
  })

  it('shows why a run failed, or the log when the container ended, and offers to start it again', () => {
    expect(target(item('failed', 0, 'r1'))).toEqual({
      name: 'execution',
      params: { name: 'a', id: 'r1' },
    })
    expect(steps(item('failed'), 'stopped')).toEqual(['Logs', 'Start'])
    expect(steps(item('failed', 0, 'r1'))).toEqual(['See why'])
  })

  it('opens or stops a stuck run', () => {
    expect(steps(item('stuck', 0, 'r1'))).toEqual(['Open run', 'Stop run'])
    expect(nextSteps('a', item('stuck', 0, 'r1'), undefined, { manages: false })[1]).toEqual({
      label: 'Stop run',
      to: null,
      act: 'stop-run',
    })
    expect(target(item('stuck'))).toMatchObject({ hash: '#pressure' })
  })

  it('offers budget and limits only to who may change them', () => {
    expect(steps(item('over_budget'))).toEqual(['Budget…', 'Open tasks'])
    expect(steps(item('over_budget'), 'running', false)).toEqual(['Open tasks'])
    expect(steps(item('slow'))).toEqual(['See why', 'Limits…'])
    expect(steps(item('slow'), 'running', false)).toEqual(['See why'])
  })

  it('exists for every kind', () => {
    for (const kind of [...KINDS, 'something_new'])
      expect(steps(item(kind)).length).toBeGreaterThan(0)
  })

  it('and the name leads to where the question is answered', () => {
    expect(placeOf('a', item('slow'))).toMatchObject({ hash: '#pressure' })
    expect(placeOf('a', item('waiting'))).toMatchObject({ query: { tab: 'chat' } })
    expect(placeOf('a', item('failed'))).toMatchObject({ name: 'agent', query: {} })
  })
})

describe('the store of attention', () => {
  it('takes a whole state, then changes, and forgets who was cleared', () => {
    const store = useAttention()
    expect(store.known).toBe(false)
    store.takeSnapshot({
      attention: [{ name: 'a', attention: [item('slow', 2), item('failed', 9)] }],
    })
    expect(store.known).toBe(true)
    expect(kinds(store.of('a'))).toEqual(['failed', 'slow'])
    expect(store.takeEvent(event({ agents: [{ name: 'b', attention: [item('waiting')] }] }))).toBe(
      true,
    )
    expect(store.list.map((one) => one.name)).toEqual(['b', 'a'])
    store.takeEvent(event({ agents: [{ name: 'a', attention: [] }] }))
    expect(store.list.map((one) => one.name)).toEqual(['b'])
    store.takeSnapshot({ attention: [] })
    expect(store.list).toEqual([])
    expect(store.takeEvent(event({}, 'agents_stats_update'))).toBe(false)
  })

  it('knows nothing from a server that does not tell', () => {
    const store = useAttention()
    store.takeSnapshot({})
    expect(store.known).toBe(false)
  })

  it('keeps the same items when the same is told again, so that nothing is drawn anew', () => {
    const store = useAttention()
    store.replace([{ name: 'a', attention: [item('slow')] }])
    const before = store.of('a')
    store.replace([{ name: 'a', attention: [item('slow')] }])
    expect(store.of('a')).toBe(before)
  })

  it('does not name agents that are gone', () => {
    const store = useAttention()
    useFleet().takeSnapshot({ agents: [agent('a')] })
    store.replace([
      { name: 'a', attention: [item('slow')] },
      { name: 'gone', attention: [item('waiting')] },
    ])
    expect(store.list.map((one) => one.name)).toEqual(['a'])
  })

  it('is loaded by REST while the socket is down, and says why when that fails', async () => {
    const store = useAttention()
    fakeServer({
      'GET /api/agents/attention': () => [
        200,
        { as_of: '2026-01-14T10:00:00Z', agents: [{ name: 'a', attention: [item('stuck')] }] },
      ],
    })
    await store.load()
    expect(kinds(store.of('a'))).toEqual(['stuck'])
    fakeServer({ 'GET /api/agents/attention': () => [500, { detail: 'No memory' }] })
    await expect(store.load()).rejects.toThrow()
    expect(store.error).toBe('No memory')
    expect(kinds(store.of('a'))).toEqual(['stuck'])
    store.clear()
    expect([store.known, store.error, store.list]).toEqual([false, null, []])
  })
})
