import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useFleet } from '@/stores/fleet'
import { useStats } from '@/stores/stats'
import { useToasts } from '@/stores/toasts'
import { agent, fakeServer } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))

const status = (name: string, value: string) => ({
  event: 'agent_status',
  topic: 'agents',
  seq: 1,
  ts: '2026-01-15T09:30:05.120Z',
  data: { name, status: value, reason: 'exit', exit_code: 1, started_at: null },
})

describe('the fleet', () => {
  it('drops the figures of an agent that stopped', () => {
    const fleet = useFleet()
    const stats = useStats()
    fleet.takeSnapshot({ agents: [agent('a'), agent('b')] })
    stats.update('a', { cpu_percent: 5, memory_used_bytes: 9 }, 1)
    stats.update('b', { cpu_percent: 5, memory_used_bytes: 9 }, 1)
    fleet.takeEvent(status('a', 'stopped'))
    expect([...stats.figures.keys()]).toEqual(['b'])
  })

  it('knows the engine from the snapshot and from events', () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [], engine: { state: 'ok', since: '2026-01-15T09:00:00Z' } })
    expect(fleet.engine.state).toBe('ok')
    const away = { state: 'unreachable', since: '2026-01-15T09:30:00.000Z' }
    fleet.takeEvent({ event: 'engine_status', topic: 'agents', seq: 2, data: away })
    expect(fleet.engine).toEqual({ state: 'unreachable', since: Date.UTC(2026, 0, 15, 9, 30) })
  })

  it('shows a state that is under way, and the true one after the answer', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a')] })
    fakeServer({ 'POST /api/agents/a/stop': () => [200, { message: 'Agent a stopped' }] })
    const done = fleet.stop('a')
    expect(fleet.pending.get('a')).toBe('stopping')
    await done
    expect(fleet.pending.has('a')).toBe(false)
    expect(fleet.agents.get('a')).toMatchObject({ status: 'stopped', reason: 'user' })
  })

  it('keeps the state and says the reason when an action fails', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a')] })
    fakeServer({ 'POST /api/agents/a/stop': () => [503, { detail: 'The engine is away' }] })
    expect(await fleet.stop('a')).toBe(false)
    expect(fleet.agents.get('a')?.status).toBe('running')
    expect(useToasts().items).toMatchObject([{ kind: 'error', body: 'The engine is away' }])
  })

  it('does one action per agent at a time', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a')] })
    const { calls } = fakeServer({ 'POST /api/agents/a/stop': () => [200, { message: '' }] })
    await Promise.all([fleet.stop('a'), fleet.stop('a')])
    expect(calls).toHaveLength(1)
  })

  it('shows a created agent at once, and keeps the live item when that came first', async () => {
    const fleet = useFleet()
    const {
      name,
      type,
      status: state,
      port,
      created,
      resources,
      container_id,
      template,
      runtime,
      base_image_version,
    } = agent('new')
    const answer = {
      name,
      type,
      status: state,
      port,
      created,
      resources,
      container_id,
      template,
      runtime,
      base_image_version,
    }
    fakeServer({ 'POST /api/agents': () => [200, answer] })
    await fleet.create({ name: 'New' } as never)
    expect(fleet.agents.get('new')?.is_owner).toBe(true)
    fleet.takeSnapshot({ agents: [agent('new', { owner: 'maria', is_owner: false })] })
    await fleet.create({ name: 'New' } as never)
    expect(fleet.agents.get('new')?.owner).toBe('maria')
  })

  it('does not bring a deleted agent back by a late list', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a'), agent('b')] })
    fakeServer({
      'DELETE /api/agents/a': () => [200, { message: '' }],
      'GET /api/agents': () => [200, [agent('a'), agent('b')]],
    })
    await fleet.remove('a')
    await fleet.load()
    expect([...fleet.agents.keys()]).toEqual(['b'])
  })

  it('keeps what it has when a reload fails, and says why', async () => {
    const fleet = useFleet()
    fleet.takeSnapshot({ agents: [agent('a')] })
    fakeServer({ 'GET /api/agents': () => [500, { detail: 'Broken' }] })
    await expect(fleet.load()).rejects.toThrow('Broken')
    expect(fleet).toMatchObject({ loaded: true, error: 'Broken' })
    expect(fleet.agents.size).toBe(1)
  })
})
