import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, shallowRef, type EffectScope } from 'vue'
import { useRun, type LiveRun } from '@/features/runs/useRun'
import { live, type TopicListener } from '@/live/client'
import { fakeServer } from '../../helpers'

const record = (status: string, change = {}) => ({
  id: 'r',
  agent_name: 'a',
  status,
  started_at: '2026-01-14T10:00:00',
  message: 'do it',
  response: null,
  error: null,
  tool_calls: null,
  ...change,
})
const said = (text: string) => ({
  type: 'assistant',
  message: { content: [{ type: 'text', text }] },
})
const called = (id: string) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id, name: 'Bash', input: { command: 'ls' } }] },
})

let listener: TopicListener
let topics: string[]
let scope: EffectScope
beforeEach(() => {
  setActivePinia(createPinia())
  topics = []
  vi.spyOn(live, 'hold').mockImplementation((topic, one) => {
    topics.push(topic)
    listener = one
    return { setOptions: () => undefined, release: () => topics.push(`-${topic}`) }
  })
})
afterEach(() => {
  scope.stop()
  vi.restoreAllMocks()
})

function run(holder = shallowRef<{ id: string | null }>({ id: 'r' })): LiveRun {
  scope = effectScope()
  const made = createApp({}).runWithContext(() =>
    scope.run(() =>
      useRun(
        () => 'a',
        () => holder.value.id,
      ),
    ),
  )
  if (made === undefined) throw new Error('no run')
  return made
}
const event = (name: string, data: Record<string, unknown>) =>
  listener.event({ event: name, topic: '', seq: 1, data })

describe('a run', () => {
  it('shows what is written, and then what stands in the transcript, never both', () => {
    const made = run()
    listener.snapshot(
      {
        execution: record('running'),
        log: [said('first')],
        log_from: 0,
        partial: 'Sec',
        state: 'following',
      },
      null,
    )
    expect(made.steps.value).toHaveLength(1)
    expect(made.writing.value).toBe('Sec')
    event('execution_text', { at: 3, text: 'ond' })
    expect(made.writing.value).toBe('Second')
    event('execution_log_append', { index: 1, entries: [said('Second one')] })
    expect(made.writing.value).toBe('')
    event('execution_text', { at: 0, text: '' })
    expect(made.steps.value.map((one) => one.kind === 'text' && one.text)).toEqual([
      'first',
      'Second one',
    ])
  })

  it('keeps what it has when something else about its turn changes', () => {
    const holder = shallowRef<{ id: string | null }>({ id: 'r' })
    const made = run(holder)
    listener.snapshot({ execution: record('running'), log: [said('first')] }, null)
    holder.value = { id: 'r' }
    expect(made.steps.value).toHaveLength(1)
    expect(topics).toEqual(['execution:a:r'])
    holder.value = { id: null }
    expect(made.row.value).toBeNull()
  })

  it('tells of a beginning that is not here', () => {
    const made = run()
    listener.snapshot(
      { execution: record('running'), log: [called('x')], log_from: 120, state: 'interrupted' },
      null,
    )
    expect(made.left.value).toBe(120)
    expect(made.state.value).toBe('interrupted')
    event('execution_state', { state: 'following' })
    expect(made.state.value).toBe('following')
    event('execution_log_append', { index: 121, entries: [said('on')] })
    expect(made.steps.value).toHaveLength(2)
  })

  it('asks for the whole of it when it has ended, and needs no topic any more', async () => {
    const server = fakeServer({
      'GET /api/agents/a/executions/r': () => [
        200,
        record('success', {
          response: 'all of it',
          tool_calls: JSON.stringify([
            { id: 'x', type: 'tool_result', tool: 'Bash', duration_ms: 41, success: true },
          ]),
        }),
      ],
      'GET /api/agents/a/executions/r/log': () => [
        200,
        { has_log: true, log: [called('x'), said('done')] },
      ],
    })
    const made = run()
    listener.snapshot({ execution: record('running'), log: [called('x')] }, null)
    event('execution_finished', record('success'))
    await flushPromises()
    expect(made.row.value?.response).toBe('all of it')
    expect(made.steps.value).toMatchObject([
      { kind: 'tool', ms: 41 },
      { kind: 'text', text: 'done' },
    ])
    expect(topics).toEqual(['execution:a:r', '-execution:a:r'])
    expect(server.calls).toHaveLength(2)
  })

  it('of which there is none says so', async () => {
    fakeServer({ 'GET /api/agents/a/executions/r': () => [404, { detail: 'Execution not found' }] })
    const made = run()
    listener.refused?.(404, 'refused')
    await flushPromises()
    expect(made.error.value).toEqual({ status: 404, message: 'Execution not found' })
  })

  it('is shown although its transcript cannot be had', async () => {
    fakeServer({
      'GET /api/agents/a/executions/r': () => [200, record('success')],
      'GET /api/agents/a/executions/r/log': () => [500, { detail: 'disk' }],
    })
    const made = run()
    await made.reload()
    expect(made.row.value?.status).toBe('success')
    expect(made.error.value).toBeNull()
    expect(made.logError.value).toBe('disk')
  })
})
