import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, it } from 'vitest'
import { createPinia, setActivePinia } from 'pinia'
import { useAutonomy } from '@/stores/autonomy'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { useToasts } from '@/stores/toasts'
import { agent } from '../helpers'

beforeEach(() => setActivePinia(createPinia()))

function world(status = 200) {
  const fleet = useFleet()
  fleet.takeSnapshot({ agents: [agent('a')] })
  const sent: boolean[] = []
  const answers: (() => void)[] = []
  globalThis.fetch = ((path: string, init: RequestInit) => {
    expect(`${init.method} ${path}`).toBe('PUT /api/agents/a/autonomy')
    const { enabled } = JSON.parse(String(init.body)) as { enabled: boolean }
    sent.push(enabled)
    const body =
      status === 200 ? { autonomy_enabled: enabled, schedules_updated: 3 } : { detail: 'No.' }
    return new Promise((resolve) => {
      answers.push(() => resolve(new Response(JSON.stringify(body), { status })))
    })
  }) as typeof fetch
  const shown = () => useAutonomy().isOn(fleet.agents.get('a') as FleetAgent)
  const told = (on: boolean) =>
    fleet.takeEvent({
      event: 'agent_updated',
      topic: 'agents',
      seq: 1,
      data: { name: 'a', autonomy_enabled: on },
    })
  const answer = async () => {
    answers.shift()?.()
    await flushPromises()
  }
  return { fleet, sent, shown, told, answer }
}

describe('autonomy', () => {
  it('is on at once, stays on by the answer, and says what became of the schedules', async () => {
    const { fleet, shown, answer } = world()
    void useAutonomy().set('a', true)
    expect(shown()).toBe(true)
    expect(fleet.agents.get('a')?.autonomy_enabled).toBe(false)
    await answer()
    expect(fleet.agents.get('a')?.autonomy_enabled).toBe(true)
    expect(shown()).toBe(true)
    expect(useToasts().items[0]).toMatchObject({ kind: 'success' })
    expect(useToasts().items[0]?.title).toContain('its 3 schedules run')
  })

  it('goes back when it is refused, and says why', async () => {
    const { shown, answer } = world(403)
    void useAutonomy().set('a', true)
    expect(shown()).toBe(true)
    await answer()
    expect(shown()).toBe(false)
    expect(useToasts().items[0]).toMatchObject({ kind: 'error', body: 'No.' })
  })

  it('believes an event from elsewhere more than an answer that comes after it', async () => {
    const { shown, told, answer } = world()
    void useAutonomy().set('a', true)
    told(true)
    told(false)
    await answer()
    expect(shown()).toBe(false)
  })

  it('follows what others do', () => {
    const { shown, told } = world()
    told(true)
    expect(shown()).toBe(true)
    told(false)
    expect(shown()).toBe(false)
  })

  it('sends the last of quick choices after the first, and tells of it once', async () => {
    const { sent, shown, answer } = world()
    void useAutonomy().set('a', true)
    void useAutonomy().set('a', false)
    expect(shown()).toBe(false)
    await answer()
    await answer()
    expect(sent).toEqual([true, false])
    expect(shown()).toBe(false)
    expect(useToasts().items).toHaveLength(1)
  })

  it('is switched by owners and administrators, and never for the system agent', () => {
    world()
    const autonomy = useAutonomy()
    expect(autonomy.maySwitch(agent('a'))).toBe(true)
    expect(autonomy.maySwitch(agent('a', { is_owner: false, is_shared: true }))).toBe(false)
    expect(autonomy.maySwitch(agent('a', { is_system: true }))).toBe(false)
  })
})
