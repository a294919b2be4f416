import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { planBulk, type BulkView } from '@/features/agents/bulk'
import { useSelection, type Selection } from '@/features/agents/selection'
import { useAutonomy } from '@/stores/autonomy'
import { useFleet } from '@/stores/fleet'
import { useToasts } from '@/stores/toasts'
import { agent, fakeServer } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))

function selection(names: string[]): { chosen: Selection; shown: { value: string[] } } {
  const shown = ref(names)
  const chosen = effectScope().run(() => useSelection(() => shown.value))
  if (chosen === undefined) throw new Error('no scope')
  return { chosen, shown }
}

describe('choosing agents', () => {
  it('puts in and takes out, in the order of the list', () => {
    const { chosen } = selection(['a', 'b', 'c'])
    chosen.toggle('c')
    chosen.toggle('a')
    expect(chosen.names).toEqual(['a', 'c'])
    chosen.toggle('c')
    expect(chosen.names).toEqual(['a'])
  })

  it('takes a range from the last one touched', () => {
    const { chosen } = selection(['a', 'b', 'c', 'd', 'e'])
    chosen.toggle('d')
    chosen.toggle('b', true)
    expect(chosen.names).toEqual(['b', 'c', 'd'])
    chosen.toggle('d', true)
    expect(chosen.names).toEqual([])
  })

  it('forgets what is no longer shown, so that nothing unseen is acted on', async () => {
    const { chosen, shown } = selection(['a', 'b', 'c'])
    chosen.toggleAll(false)
    expect(chosen.size).toBe(3)
    shown.value = ['a']
    await nextTick()
    shown.value = ['a', 'b', 'c']
    await nextTick()
    expect(chosen.names).toEqual(['a'])
    chosen.clear()
    expect(chosen.size).toBe(0)
  })
})

/** An agent called `busy` is being stopped; those called `theirs` are not this person's. */
const seen = (busy = ''): BulkView => ({
  pendingOf: (name) => (name === busy ? 'stopping' : undefined),
  isAutonomous: (one) => one.autonomy_enabled,
  maySwitch: (one) => one.name !== 'theirs',
  mayDelete: (one) => one.name !== 'theirs',
})

describe('acting on many agents', () => {
  it('switches autonomy where it is otherwise and may be changed, also of stopped agents', () => {
    const all = [
      agent('on', { autonomy_enabled: true }),
      agent('off', { status: 'stopped' }),
      agent('theirs'),
      agent('going', { status: 'removing' }),
    ]
    expect(planBulk('autonomyOn', all, seen())).toMatchObject({ names: ['off'], left: 3 })
    expect(planBulk('autonomyOff', all, seen())).toMatchObject({ names: ['on'], left: 3 })
  })

  it('switches autonomy of many, tells which failed, and says nothing for each', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: ['a', 'b', 'c'].map((name) => agent(name)) })
    fakeServer({
      'PUT /api/agents/a/autonomy': () => [200, { autonomy_enabled: true, schedules_updated: 1 }],
      'PUT /api/agents/b/autonomy': () => [403, { detail: 'Owner access required' }],
      'PUT /api/agents/c/autonomy': () => [200, { autonomy_enabled: true, schedules_updated: 0 }],
    })
    const counts: number[] = []
    const failures = await useAutonomy().setMany(true, ['a', 'b', 'c'], (n) => counts.push(n))
    expect(failures).toEqual([{ name: 'b', reason: 'Owner access required' }])
    expect(counts).toEqual([1, 2, 3])
    expect(fleet.list.map((one) => one.autonomy_enabled)).toEqual([true, false, true])
    expect(useToasts().items).toEqual([])
  })

  it('leaves out those that are there already or under way', () => {
    const all = [
      agent('on'),
      agent('off', { status: 'stopped' }),
      agent('odd', { status: 'paused' }),
      agent('busy'),
      agent('going', { status: 'removing' }),
    ]
    const view = seen('busy')
    expect(planBulk('stop', all, view)).toEqual({ kind: 'stop', names: ['on'], left: 4 })
    expect(planBulk('start', all, view)).toEqual({
      kind: 'start',
      names: ['off', 'odd'],
      left: 3,
    })
  })

  it('deletes what may be deleted, running or not, and leaves what is under way', () => {
    const all = [
      agent('on'),
      agent('off', { status: 'stopped' }),
      agent('theirs'),
      agent('busy'),
      agent('going', { status: 'removing' }),
    ]
    expect(planBulk('remove', all, seen('busy'))).toEqual({
      kind: 'remove',
      names: ['on', 'off'],
      left: 3,
    })
  })

  it('runs at most four at once, goes on after a failure and tells which failed', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: names.map((name) => agent(name)) })
    const { calls } = fakeServer(
      Object.fromEntries(
        names.map((name) => [
          `POST /api/agents/${name}/stop`,
          () => (name === 'b' ? [503, { detail: 'Engine away' }] : [200, { message: '' }]),
        ]),
      ),
    )
    const seen: number[] = []
    const answer = fleet.actOnMany('stop', names, (count) => seen.push(count))
    expect(calls).toHaveLength(4)
    expect(fleet.pending.size).toBe(4)
    const failures = await answer
    expect(failures).toEqual([{ name: 'b', reason: 'Engine away' }])
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    expect(fleet.pending.size).toBe(0)
    expect(fleet.agents.get('a')?.status).toBe('stopped')
    expect(fleet.agents.get('b')?.status).toBe('running')
    expect(useToasts().items).toEqual([])
  })

  it('offers to take back the stop of a single one', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a')] })
    fakeServer({
      'POST /api/agents/a/stop': () => [200, { message: '' }],
      'POST /api/agents/a/start': () => [200, { message: '' }],
    })
    await fleet.stop('a')
    useToasts().items[0]?.action?.run()
    await flushPromises()
    expect(fleet.agents.get('a')?.status).toBe('running')
  })
})
