import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Run } from '@/features/fleetTimeline/historyModel'
import type { Inks } from '@/features/fleetTimeline/inks'
import { lineOf } from '@/features/fleetTimeline/lines'
import { paintLine, type Scene } from '@/features/fleetTimeline/paintRuns'
import TimelineTable from '@/features/fleetTimeline/TimelineTable.vue'
import { runsWithin } from '@/features/fleetTimeline/useTimelineModel'
import { text } from '@/text/en'
import { run } from './making'

/** What is drawn, as the calls that draw it. */
function drawn(runs: readonly Run[], cursor: number | null = null) {
  const calls: (readonly [string, ...unknown[]])[] = []
  const pen = new Proxy({} as CanvasRenderingContext2D, {
    get:
      (_, name) =>
      (...given: unknown[]) =>
        calls.push([String(name), ...given]),
    set: () => true,
  })
  const scene: Scene = {
    span: { from: 1000, to: 2000 },
    now: 2000,
    width: 1000,
    row: 36,
    inks: {} as Inks,
    x: (moment) => moment - 1000,
    cursor,
    hovered: null,
    selected: null,
  }
  paintLine(pen, lineOf('a', runs), 0, scene)
  const box = calls.find(([name]) => name === 'roundRect')
  return {
    left: box?.[1],
    width: box?.[3],
    /** Two strokes that point back. */
    mark: calls.filter(([name, x]) => name === 'moveTo' && (x === 6 || x === 10)).length,
    edges: calls.filter(([name]) => name === 'fillRect').length,
  }
}

describe('a run that began before what is seen', () => {
  it('is cut off at the left edge, with a mark instead of its beginning', () => {
    expect(drawn([run('into', 400, 1300)])).toEqual({ left: 0, width: 300, mark: 2, edges: 0 })
    expect(drawn([run('open', 400, null)])).toEqual({ left: 0, width: 1000, mark: 2, edges: 0 })
    expect(drawn([run('inside', 1100, 1300)])).toEqual({ left: 100, width: 200, mark: 0, edges: 1 })
    expect(drawn([run('at the edge', 1000, 1300)]).mark).toBe(0)
  })

  it('has gone on since the beginning of a replay, and ends where it ended', () => {
    expect(drawn([run('into', 400, 1300)], 1100)).toMatchObject({ left: 0, width: 100, mark: 2 })
    expect(drawn([run('into', 400, 1300)], 1900)).toMatchObject({ left: 0, width: 300 })
  })

  it('belongs to the range as long as some of it does', () => {
    const runs = [run('over', 100, 999), run('into', 400, 1000), run('in', 1500, 1600)]
    expect(runsWithin(runs, { from: 1000, to: 2000 }).map((one) => one.id)).toEqual(['into', 'in'])
  })

  it('stands in the table with a word on it', () => {
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/agents/:name', name: 'agent', component: {} }],
    })
    const page = mount(TimelineTable, {
      props: {
        runs: [run('into', 400, 1300), run('in', 1500, 1600)],
        messages: [],
        now: 2000,
        from: 1000,
      },
      global: { plugins: [router] },
    })
    const marks = page.findAll('[data-testid=timeline-earlier]')
    expect(page.findAll('tbody tr')).toHaveLength(2)
    expect(marks.map((mark) => mark.attributes('aria-label'))).toEqual([text.fleetLine.earlier])
  })
})
