import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defineComponent, effectScope, h } from 'vue'
import AgentActions from '@/features/agents/AgentActions.vue'
import StopDialog from '@/features/agents/StopDialog.vue'
import { useFleet } from '@/stores/fleet'
import { useStopping } from '@/stores/stopping'
import { useWork } from '@/stores/work'
import { agent, fakeServer } from '../helpers'

const asks = (name: string) =>
  `GET /api/agents/${name}/executions?limit=100&filter_status=running` as const
const stops = (name: string) => `POST /api/agents/${name}/stop` as const
const minutesAgo = (minutes: number) => ({
  id: String(minutes),
  status: 'running',
  started_at: new Date(Date.now() - minutes * 60_000).toISOString(),
})

let atWork: Record<string, unknown[]>
let server: { calls: string[] }
let wrapper: VueWrapper | undefined
beforeEach(() => {
  setActivePinia(createPinia())
  atWork = { a: [], b: [] }
  server = fakeServer(
    Object.fromEntries(
      ['a', 'b'].flatMap((name) => [
        [asks(name), () => [200, atWork[name]]],
        [stops(name), () => [200, {}]],
      ]),
    ),
  )
  useFleet().takeSnapshot({ agents: [agent('a'), agent('b'), agent('c')] })
})
afterEach(async () => {
  wrapper?.unmount()
  // A dialog that goes gives the focus back a moment later: not into the next test.
  await new Promise((done) => setTimeout(done))
})
const stopped = () => server.calls.filter((call) => call.endsWith('/stop'))

/** The buttons of an agent and the question, as the page has them. */
async function page(name = 'a') {
  const stopping = useStopping()
  const Page = defineComponent(() => () => [
    h(AgentActions, { agent: agent(name) }),
    stopping.asked && h(StopDialog, { key: stopping.asked.name, asked: stopping.asked }),
  ])
  wrapper = mount(Page, { attachTo: document.body })
  await wrapper.get(`[data-testid=agent-stop-${name}]`).trigger('click')
  await flushPromises()
}
const dialog = () => document.querySelector('[role=dialog]')
async function press(label: string) {
  // Not in the very millisecond in which it has come: that is taken for a click from before.
  await new Promise((done) => setTimeout(done, 3))
  const buttons = [...(dialog()?.querySelectorAll('button') ?? [])]
  buttons.find((one) => one.textContent?.trim() === label)?.click()
  await flushPromises()
}

describe('Stop of one agent', () => {
  it('stops one that rests at once', async () => {
    await page()
    expect(dialog()).toBeNull()
    expect(stopped()).toEqual([stops('a')])
  })

  it('asks while a turn is at work, says what ends and how old it is, and begins at Cancel', async () => {
    atWork.a = [minutesAgo(12)]
    await page()
    expect(stopped()).toEqual([])
    expect(dialog()?.textContent).toContain('The running turn (12 min) ends.')
    expect(document.activeElement?.textContent).toContain('Cancel')
    await press('Stop the agent')
    expect(dialog()).toBeNull()
    expect(stopped()).toEqual([stops('a')])
  })

  it('asks for a turn that has no record, while turns are told', async () => {
    const scope = effectScope()
    scope.run(() => useWork().feed())
    const turn = { name: 'a', execution_id: null, now: 'model', now_since: '', tool: null } as const
    useWork().takeSnapshot({ turns: [{ ...turn, started_at: minutesAgo(3).started_at }] })
    await page()
    expect(dialog()?.textContent).toContain('The running turn (3 min) ends.')
    await press('Cancel')
    scope.stop()
    await flushPromises()
    await useStopping().stop('a')
    expect(dialog()).toBeNull()
    expect(stopped()).toEqual([stops('a')])
  })

  it('leaves it at work when the answer is no', async () => {
    atWork.a = [minutesAgo(1), minutesAgo(30)]
    await page()
    expect(dialog()?.textContent).toContain('2 running turns end (the oldest: 30 min).')
    await press('Cancel')
    expect(dialog()).toBeNull()
    expect(stopped()).toEqual([])
  })

  it('asks too when it could not be learned whether it works', async () => {
    await page('c')
    expect(dialog()?.textContent).toContain('could not be learned')
    expect(stopped()).toEqual([])
  })

  it('asks about one after the other, and about none twice', async () => {
    atWork = { a: [minutesAgo(1)], b: [minutesAgo(2)] }
    const stopping = useStopping()
    await Promise.all(['a', 'a', 'b'].map((name) => stopping.stop(name)))
    await stopping.stop('a')
    expect(server.calls).toEqual([asks('a'), asks('b')])
    expect(stopping.asked?.name).toBe('a')
    stopping.answer(false)
    expect(stopping.asked?.name).toBe('b')
    stopping.answer(true)
    expect(stopping.asked).toBeNull()
    await flushPromises()
    expect(stopped()).toEqual([stops('b')])
  })

  it('asks nobody who has signed out meanwhile, and stops nothing', async () => {
    const stopping = useStopping()
    const under = stopping.stop('a')
    stopping.clear()
    await under
    expect(stopping.asked).toBeNull()
    expect(stopped()).toEqual([])
  })
})
