import { describe, expect, it } from 'vitest'
import { applyEvent, replaceAll, upsert, type FleetMap } from '@/stores/fleetModel'
import { agent } from '../helpers'

const fleetOf = (...names: string[]): FleetMap => new Map(names.map((name) => [name, agent(name)]))
const event = (name: string, data: Record<string, unknown>) => ({
  event: name,
  topic: 'agents',
  seq: 1,
  ts: '2026-01-15T09:30:05.120Z',
  data,
})

describe('applying events of the topic agents', () => {
  it('takes a status with its reason and moment', () => {
    const fleet = fleetOf('writer')
    const stop = {
      name: 'writer',
      status: 'stopped',
      reason: 'exit',
      exit_code: 137,
      started_at: null,
    }
    expect(applyEvent(fleet, event('agent_status', stop))).toBe('writer')
    expect(fleet.get('writer')).toMatchObject({
      status: 'stopped',
      reason: 'exit',
      exit_code: 137,
      changed_at: '2026-01-15T09:30:05.120Z',
    })
  })

  it('forgets how it ended once it runs again', () => {
    const fleet = fleetOf('writer')
    applyEvent(
      fleet,
      event('agent_status', { name: 'writer', status: 'stopped', reason: 'oom', exit_code: 137 }),
    )
    const start = {
      name: 'writer',
      status: 'running',
      reason: 'user',
      started_at: '2026-01-15T09:31:00Z',
    }
    applyEvent(fleet, event('agent_status', start))
    expect(fleet.get('writer')).toMatchObject({
      exit_code: null,
      started_at: '2026-01-15T09:31:00Z',
    })
  })

  it('merges created agents by name, never twice', () => {
    const fleet = fleetOf('writer')
    applyEvent(fleet, event('agent_created', agent('writer', { owner: 'maria' })))
    expect([...fleet.keys()]).toEqual(['writer'])
    expect(fleet.get('writer')?.owner).toBe('maria')
  })

  it('changes only the fields an update has', () => {
    const fleet = fleetOf('writer')
    applyEvent(fleet, event('agent_updated', { name: 'writer', memory_limit: '8g' }))
    expect(fleet.get('writer')).toMatchObject({
      memory_limit: '8g',
      owner: 'admin',
      status: 'running',
    })
  })

  it('does not invent agents from partial events, and ignores what it does not know', () => {
    const fleet = fleetOf('writer')
    const before = new Map(fleet)
    expect(
      applyEvent(fleet, event('agent_status', { name: 'ghost', status: 'running' })),
    ).toBeNull()
    expect(applyEvent(fleet, event('agent_updated', { name: 'ghost', owner: 'x' }))).toBeNull()
    expect(applyEvent(fleet, event('agent_new_thing', { name: 'writer' }))).toBeNull()
    expect(applyEvent(fleet, event('agent_deleted', {}))).toBeNull()
    expect(fleet).toEqual(before)
  })

  it('removes deleted agents', () => {
    const fleet = fleetOf('writer', 'reader')
    applyEvent(fleet, event('agent_deleted', { name: 'writer' }))
    expect([...fleet.keys()]).toEqual(['reader'])
  })
})

describe('replacing the list', () => {
  it('removes what is gone and takes the rest as the answer has it', () => {
    const fleet = fleetOf('writer', 'reader')
    applyEvent(fleet, event('agent_status', { name: 'writer', status: 'stopped', reason: 'oom' }))
    replaceAll(fleet, [agent('writer', { reason: 'user', exit_code: null }), agent('new')])
    expect([...fleet.keys()].sort()).toEqual(['new', 'writer'])
    expect(fleet.get('writer')).toMatchObject({ status: 'running', reason: 'user' })
  })

  it('lets a partial answer keep the rest', () => {
    const fleet = fleetOf('writer')
    upsert(fleet, { ...agent('writer'), started_at: '2026-01-15T00:00:00Z' })
    expect(fleet.get('writer')?.started_at).toBe('2026-01-15T00:00:00Z')
  })
})
