import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, shallowRef } from 'vue'
import { edgesOf, tiesOf, NO_TIES } from '@/features/fleetGraph/edges'
import GraphNode from '@/features/fleetGraph/GraphNode.vue'
import GraphPanel from '@/features/fleetGraph/GraphPanel.vue'
import GraphTable from '@/features/fleetGraph/GraphTable.vue'
import { factsOf, groupIn, pastFacts, sameFacts } from '@/features/fleetGraph/nodeFacts'
import { LIT_MS, useLit } from '@/features/fleetGraph/useLit'
import { edgeKey } from '@/features/fleetGraph/edges'
import { HistoryBook, type Message } from '@/features/fleetTimeline/historyModel'
import { inOneLine, runWords } from '@/features/fleetTimeline/runWords'
import TimelineTable from '@/features/fleetTimeline/TimelineTable.vue'
import ReplayBar from '@/features/replay/ReplayBar.vue'
import { useReplay } from '@/features/replay/useReplay'
import { agent, inApp } from '../../helpers'
import { asks, MINUTE, NOW, row, run } from './making'

const link = { template: '<a :href="JSON.stringify(to)"><slot /></a>', props: ['to'] }
const global = { stubs: { RouterLink: link } }
beforeEach(() => setActivePinia(createPinia()))

const source = (change = {}) => ({
  agent: agent('a'),
  pending: undefined,
  attention: [],
  turn: undefined,
  open: [],
  runs: [],
  ...change,
})

describe('what a box says', () => {
  it('is what needs a person first, then what it does, then what it did', () => {
    const attention = [{ kind: 'waiting' as const, since: '', detail: '', execution_id: null }]
    expect(factsOf(source({ attention }), NOW).mark).toMatchObject({
      tone: 'attention',
      word: 'Waiting for you',
    })
    const going = run('1', NOW - MINUTE, null, { kind: 'task' })
    const busy = factsOf(source({ runs: [going] }), NOW)
    expect(busy).toMatchObject({ atWork: true, mark: { tone: 'working', word: 'At work' } })
    expect(busy.line).toMatch(/^Task · /)
    expect(factsOf(source({ runs: [run('1', 0, 5, { outcome: 'failed' })] }), NOW).line).toMatch(
      /failed/,
    )
    expect(factsOf(source(), NOW).line).toBe('No run in this range')
    const stopped = agent('a', { status: 'stopped', reason: 'user' })
    expect(factsOf(source({ agent: stopped, runs: [going] }), NOW)).toMatchObject({
      atWork: false,
      mark: { tone: 'off' },
    })
  })

  it('of the past is only what was kept: at work or idle', () => {
    const attention = [{ kind: 'failed' as const, since: '', detail: '', execution_id: null }]
    const runs = [run('1', 1000, 2000), run('2', 5000, null)]
    const at = (moment: number) => pastFacts(source({ runs, attention }), moment)
    expect(at(1500)).toMatchObject({ atWork: true, mark: { word: 'At work' } })
    expect(at(3000)).toMatchObject({ atWork: false, mark: { word: 'Idle', tone: 'off' } })
    expect(at(500).line).toBe('No run in this range')
    expect(at(9000).atWork).toBe(true)
    expect(sameFacts(at(1500), at(1600))).toBe(true)
    expect(sameFacts(at(1500), at(3000))).toBe(false)
  })

  it('belongs to a group', () => {
    expect(groupIn('owner', agent('a', { owner: null }), '')).toBe('Nobody')
    expect(groupIn('template', agent('a', { template: 'local:demo' }), '')).toBe('demo')
    expect(groupIn('state', agent('a'), 'Running')).toBe('Running')
  })
})

describe('the graph', () => {
  const facts = factsOf(source(), NOW)

  it('names an agent with its state for readers, and moves it only when it is dragged', async () => {
    const node = mount(GraphNode, {
      props: {
        name: 'writer',
        facts,
        place: { x: 0, y: 0 },
        selected: false,
        faded: false,
        found: false,
        reachable: true,
      },
    })
    const button = node.get('button')
    expect(button.text()).toContain('writer, Running, No run in this range')
    expect(button.attributes('data-testid')).toBe('graph-node-writer')
    button.element.setPointerCapture = vi.fn()
    const at = (x: number) => ({ button: 0, pointerId: 1, clientX: x, clientY: 0 })
    await button.trigger('pointerdown', at(0))
    await button.trigger('pointerup', at(0))
    expect(node.emitted('select')).toHaveLength(1)
    await button.trigger('pointerdown', at(0))
    await button.trigger('pointermove', at(30))
    await button.trigger('pointerup', at(30))
    expect(node.emitted('hold')).toEqual([[30, 0]])
    expect(node.emitted('drop')).toHaveLength(1)
    expect(node.emitted('select')).toHaveLength(1)
    await button.trigger('click')
    expect(node.emitted('select')).toHaveLength(2)
  })

  it('has the same content as a table', () => {
    const book = new HistoryBook()
    book.take([...asks('1', 5, 'a', 'b'), ...asks('2', 4, 'a', 'b'), ...asks('3', 3, 'b', 'a')])
    const ties = tiesOf(edgesOf(book.messages, new Set(['a', 'b']), 0))
    const table = mount(GraphTable, {
      props: {
        agents: [agent('a'), agent('b'), agent('c')],
        facts: new Map([['a', facts]]),
        tiesOf: (name: string) => ties.get(name) ?? NO_TIES,
      },
      global,
    })
    const cells = table
      .findAll('tbody tr')
      .map((line) => line.findAll('td').map((cell) => cell.text()))
    expect(cells[0]).toEqual([
      'a',
      'Running',
      'No run in this range',
      '2',
      '1',
      '0',
      'b (2 sent, 1 received)',
    ])
    expect(cells[2]?.slice(3, 6)).toEqual(['0', '0', '0'])
  })

  it('tells of the chosen one whom it asks, and leads to the other', async () => {
    const book = new HistoryBook()
    book.take(asks('1', 5, 'a', 'b').map((one) => ({ ...one, activity_state: 'failed' as const })))
    const ties = tiesOf(edgesOf(book.messages, new Set(['a', 'b']), 0)).get('a') ?? NO_TIES
    const panel = mount(GraphPanel, { props: { name: 'a', facts, ties, now: NOW }, global })
    expect(panel.text()).toContain('1 failed')
    expect(panel.text()).toContain('1 message')
    await panel.get('li button').trigger('click')
    expect(panel.emitted('choose')).toEqual([['b']])
  })
})

describe('lines on which a message has just gone by', () => {
  const message = (id: string, at: number): Message => ({
    id,
    source: 'a',
    target: 'b',
    at,
    outcome: 'done',
    preview: '',
    error: null,
    execution: null,
    secondHand: false,
  })

  it('light up once for a new one, and for none that is old', async () => {
    vi.useFakeTimers({ now: NOW })
    const all = shallowRef<readonly Message[]>([message('old', NOW - 10 * MINUTE)])
    const scope = effectScope()
    const lit = inApp(() =>
      scope.run(() =>
        useLit(
          () => all.value,
          () => null,
        ),
      ),
    )
    expect(lit?.value.size).toBe(0)
    all.value = [...all.value, message('new', NOW)]
    await vi.advanceTimersByTimeAsync(100)
    expect([...(lit?.value ?? [])]).toEqual([edgeKey('a', 'b')])
    await vi.advanceTimersByTimeAsync(LIT_MS + 1000)
    expect(lit?.value.size).toBe(0)
    all.value = [...all.value]
    await vi.advanceTimersByTimeAsync(1500)
    expect(lit?.value.size).toBe(0)
    scope.stop()
    vi.useRealTimers()
  })

  it('light up in a replay as it passes them, and stay while it is paused', async () => {
    const all = [message('1', 1000), message('2', 5000)]
    const state = shallowRef<{ at: number; played: number } | null>({ at: 0, played: 0 })
    const scope = effectScope()
    const lit = inApp(() =>
      scope.run(() =>
        useLit(
          () => all,
          () => state.value,
        ),
      ),
    )
    const go = async (at: number, played: number) => {
      state.value = { at, played }
      await Promise.resolve()
    }
    expect(lit?.value.size).toBe(0)
    await go(1200, 100)
    expect(lit?.value.size).toBe(1)
    await go(1200, 100)
    expect(lit?.value.size).toBe(1)
    await go(3000, 2500)
    expect(lit?.value.size).toBe(0)
    await go(500, 2600)
    expect(lit?.value.size).toBe(0)
    scope.stop()
  })
})

describe('the time line as a table', () => {
  it('has runs and messages, newest first, with words for what colours say', () => {
    const table = mount(TimelineTable, {
      props: {
        runs: [
          run('1', NOW - 9 * MINUTE, NOW - 8 * MINUTE, { execution: 'x', preview: 'Count' }),
          run('2', NOW - 2 * MINUTE, null, { trigger: 'schedule', kind: 'schedule', by: 'Daily' }),
        ],
        messages: [
          {
            id: 'm',
            source: 'a',
            target: 'b',
            at: NOW - 5 * MINUTE,
            outcome: 'failed',
            preview: '',
            error: 'refused',
            execution: 'y',
            secondHand: false,
          },
        ],
        now: NOW,
        from: 0,
      },
      global,
    })
    const rows = table.findAll('tbody tr').map((line) => line.text())
    expect(rows[0]).toContain('Schedule Daily')
    expect(rows[0]).toContain('Running')
    expect(rows[0]).toContain('for 2 min so far')
    expect(rows[1]).toContain('a asked b')
    expect(rows[1]).toContain('Failed')
    expect(rows[2]).toContain('Count')
    expect(rows[2]).toContain('1 min')
    expect(table.findAll('tbody a').map((one) => one.attributes('href'))).toContain(
      JSON.stringify({ name: 'execution', params: { name: 'b', id: 'y' } }),
    )
  })

  it('does not make thousands of rows at once', async () => {
    const runs = Array.from({ length: 3000 }, (_, n) => run(String(n), n, n + 1))
    const table = mount(TimelineTable, {
      props: { runs, messages: [], now: NOW, from: 0 },
      global,
    })
    expect(table.findAll('tbody tr')).toHaveLength(100)
    await table.get('button').trigger('click')
    expect(table.findAll('tbody tr')).toHaveLength(200)
  })

  it('says in one sentence what a run was', () => {
    const words = runWords(
      run('1', NOW, NOW + 5000, { trigger: 'agent', by: 'lead', error: 'boom' }),
      NOW,
    )
    expect(inOneLine(words)).toMatch(/^Conversation, by lead, Done, .*5\.0 s, boom$/)
    expect(runWords(run('1', NOW, NOW + 30_000, { guessed: true }), NOW).took).toBe('~ 30.0 s')
  })
})

describe('the bar of a replay', () => {
  it('says that it is history, and drives it', async () => {
    const scope = effectScope()
    const replay = scope.run(() => useReplay())
    if (replay === undefined) throw new Error('no replay')
    replay.enter(
      0,
      10_000,
      [row('1', 0), row('2', 0)].map((_, n) => (n + 1) * 1000),
    )
    const bar = mount(ReplayBar, { props: { replay } })
    expect(bar.text()).toContain('This is history, not now.')
    expect(bar.text()).toContain('0 of 2 events')
    await bar.get('[data-testid=replay-next]').trigger('click')
    expect(replay.at.value).toBe(1000)
    expect(bar.text()).toContain('1 of 2 events')
    const scrubber = bar.get('[data-testid=replay-scrubber]')
    await scrubber.trigger('keydown', { key: 'ArrowRight' })
    expect(replay.at.value).toBe(2000)
    ;(scrubber.element as HTMLInputElement).value = '7000'
    await scrubber.trigger('input')
    expect(replay.at.value).toBe(7000)
    await bar.get('[data-testid=replay-play]').trigger('click')
    expect(replay.state.value?.phase).toBe('playing')
    await bar.get('[data-testid=replay-play]').trigger('click')
    expect(replay.state.value?.phase).toBe('paused')
    await bar.get('[data-testid=replay-speed]').setValue('50')
    expect(replay.state.value?.speed).toBe(50)
    await bar.get('[data-testid=replay-stop]').trigger('click')
    expect(replay.at.value).toBe(0)
    await bar.get('[data-testid=replay-leave]').trigger('click')
    expect(replay.on.value).toBe(false)
    scope.stop()
  })
})
