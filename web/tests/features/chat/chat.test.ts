import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, ref, shallowRef } from 'vue'
import type { ChatMessage, QueuedExecution, RunRow } from '@/api/types'
import { otherName, splitFiles, withFiles } from '@/features/chat/attachments'
import {
  belongsTo,
  findTurn,
  isStored,
  progressOf,
  unansweredOf,
  withEarlier,
  withNewest,
} from '@/features/chat/chatModel'
import { slotLine } from '@/features/chat/slotLine'
import { useChat } from '@/features/chat/useChat'
import { NO_RUNS, type AgentRuns } from '@/features/runs/runsModel'
import { useChats, type Turn } from '@/stores/chats'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { fakeServer } from '../../helpers'

const ME = { username: 'me', email: 'me@example.com' }
const message = (
  id: string,
  role: 'user' | 'assistant',
  content = id,
  at = '2026-01-14T10:00:00',
) =>
  ({
    id,
    session_id: 's',
    agent_name: 'a',
    user_id: 1,
    user_email: 'me',
    role,
    content,
    timestamp: at,
  }) as ChatMessage
const row = (id: string, status: RunRow['status'], text: string, error: string | null = null) =>
  ({
    id,
    status,
    message: text,
    started_at: '2026-01-14T10:00:01',
    error,
    triggered_by: 'manual',
  }) as RunRow
const entry = (id: string, change: Partial<QueuedExecution> = {}) =>
  ({
    id,
    source: 'user',
    source_user_email: 'me@example.com',
    message: 'hello',
    queued_at: '2026-01-14T10:00:00',
    started_at: null,
    execution_id: `run-${id}`,
    ...change,
  }) as QueuedExecution
const turn = (change: Partial<Turn> = {}): Turn => ({
  key: 'k',
  text: 'hello',
  sentAt: 0,
  state: 'going',
  id: 'run-1',
  after: null,
  stopping: false,
  reason: null,
  ...change,
})
const runsOf = (change: Partial<AgentRuns>): AgentRuns => ({ ...NO_RUNS, ...change })

describe('attached files', () => {
  it('are named under the message and found there again', () => {
    const content = withFiles('Look at these', ['uploads/a.png', 'uploads/b c.txt'])
    expect(splitFiles(content)).toEqual({
      words: 'Look at these',
      files: ['uploads/a.png', 'uploads/b c.txt'],
    })
    expect(splitFiles(withFiles('', ['uploads/a']))).toEqual({ words: '', files: ['uploads/a'] })
    expect(withFiles('just words', [])).toBe('just words')
  })

  it('are not seen in words that only look like them', () => {
    for (const words of [
      'Attached files:\n- ../secret',
      'a\n\nAttached files:\n- uploads/x\nand more',
    ])
      expect(splitFiles(words)).toEqual({ words, files: [] })
  })

  it('get another name when theirs is taken', () => {
    expect(otherName('a.tar.gz', 2)).toBe('a.tar-2.gz')
    expect(otherName('.env', 2)).toBe('.env-2')
    expect(otherName('notes', 3)).toBe('notes-3')
  })
})

describe('a turn', () => {
  it('stands in line or at the agent', () => {
    const line = runsOf({ waiting: [entry('0'), entry('1')] })
    expect(progressOf(turn(), line)).toEqual({ kind: 'waiting', place: 2 })
    expect(progressOf(turn(), NO_RUNS)).toEqual({ kind: 'running' })
    expect(progressOf(turn({ stopping: true }), line)).toEqual({ kind: 'stopping' })
    expect(progressOf(turn({ state: 'sending', id: null }), line)).toEqual({ kind: 'sending' })
  })

  it('is found again in the queue after a reload, and never another person’s', () => {
    const long = 'x'.repeat(300)
    const said = [message('m', 'user', long)]
    const mine = runsOf({ current: entry('1', { message: long.slice(0, 100) }) })
    expect(findTurn(mine, said, ME)).toMatchObject({ id: 'run-1', text: long })
    const over = { ...mine, rows: [row('run-1', 'success', long)] }
    expect(findTurn(over, [...said, message('n', 'assistant')], ME)).toBeNull()
    const theirs = runsOf({ current: entry('1', { source_user_email: 'ann@example.com' }) })
    expect(findTurn(theirs, said, ME)).toBeNull()
  })

  it('is found again by its record when the queue does not tell', () => {
    const said = [message('m', 'user', 'hello')]
    const going = runsOf({ rows: [row('r', 'running', 'hello')] })
    expect(findTurn(going, said, ME)).toMatchObject({ id: 'r', text: 'hello' })
    expect(findTurn(going, [...said, message('n', 'assistant')], ME)).toBeNull()
    const byAgent = { ...row('r', 'running', 'hello'), triggered_by: 'agent' as const }
    expect(findTurn({ ...going, rows: [byAgent] }, said, ME)).toBeNull()
    const task = {
      execution_id: 'r',
      agent_execution_id: 'r',
      message_preview: '',
      started_at: '',
      triggered_by: '',
      chat: false,
    }
    expect(findTurn({ ...going, running: [task] }, said, ME)).toBeNull()
  })

  it('is stored when a message after it says the same', () => {
    const said = [message('1', 'user', 'hello'), message('2', 'assistant', 'yes')]
    expect(isStored(turn({ after: '2' }), said)).toBe(false)
    expect(isStored(turn({ after: '2' }), [...said, message('3', 'user', 'hello')])).toBe(true)
    expect(isStored(turn(), said)).toBe(true)
  })
})

describe('stored messages', () => {
  it('without an answer say why, as far as the records tell', () => {
    const said = [
      message('1', 'user', 'a'),
      message('2', 'user', 'b'),
      message('3', 'assistant'),
      message('4', 'user', 'c'),
    ]
    const found = unansweredOf(said, [row('r', 'failed', 'a', 'Execution terminated by user')])
    expect(found.get('1')).toEqual({
      stopped: true,
      reason: 'Execution terminated by user',
      run: 'r',
    })
    expect(found.has('2')).toBe(false)
    expect(found.get('4')).toEqual({ stopped: false, reason: null, run: null })
  })

  it('belong to a record of the same words and the same time', () => {
    expect(belongsTo(row('r', 'failed', 'a'), message('1', 'user', 'a'))).toBe(true)
    expect(
      belongsTo(row('r', 'failed', 'a'), message('1', 'user', 'a', '2026-01-14T11:00:00')),
    ).toBe(false)
    const long = 'y'.repeat(5000)
    expect(belongsTo(row('r', 'failed', long.slice(0, 2048)), message('1', 'user', long))).toBe(
      true,
    )
  })

  it('are put together from pages', () => {
    const known = [message('3', 'user'), message('4', 'assistant')]
    expect(
      withEarlier(known, [message('2', 'assistant'), message('1', 'user')]).map((one) => one.id),
    ).toEqual(['1', '2', '3', '4'])
    const newest = [message('5', 'user'), message('4', 'assistant')]
    expect(withNewest(known, newest).map((one) => one.id)).toEqual(['3', '4', '5'])
    expect(withNewest(known, [message('9', 'user')]).map((one) => one.id)).toEqual(['9'])
  })
})

describe('who holds the slot', () => {
  it('is said in words, with what it means for the next message', () => {
    const now = Date.parse('2026-01-14T10:01:00Z')
    expect(slotLine(NO_RUNS, ME, now)).toBeNull()
    const person = runsOf({
      current: entry('1', { source_user_email: 'ann@example.com' }),
      queueLength: 1,
    })
    expect(slotLine(person, ME, now)).toEqual({
      busy: 'It talks with ann@example.com, for 1 min.',
      next: '1 message waits already; yours comes after it.',
      full: false,
    })
    const agent = runsOf({
      current: entry('1', { source: 'agent', source_agent: 'ruby' }),
      queueLength: 3,
    })
    expect(slotLine(agent, ME, now)).toMatchObject({
      full: true,
      busy: 'It works for the agent ruby, for 1 min.',
    })
  })
})

describe('sending', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  const session = {
    id: 's',
    agent_name: 'a',
    user_email: 'me',
    message_count: 0,
    total_cost: 0,
    status: 'active',
  }
  function chat(answers: Record<string, (init: RequestInit) => [number, unknown]>) {
    const keys: string[] = []
    const server = fakeServer({
      'GET /api/agents/a/chat/sessions?status=active': () => [200, { sessions: [] }],
      ...answers,
      'POST /api/agents/a/chat': (init) => {
        keys.push(new Headers(init.headers).get('Idempotency-Key') ?? '')
        return answers['POST /api/agents/a/chat']?.(init) ?? [500, {}]
      },
    })
    useSession().known('me', 'user', null, null)
    const scope = effectScope()
    const runs = {
      runs: shallowRef(NO_RUNS),
      known: ref(false),
      error: ref(null),
      reload: () => undefined,
    }
    const made = createApp({}).runWithContext(() => scope.run(() => useChat(() => 'a', runs)))
    if (made === undefined) throw new Error('no chat')
    return { made, keys, server, scope }
  }

  it('keeps the key while nobody knows whether it has arrived', async () => {
    let dead = true
    const { made, keys, scope } = chat({
      'POST /api/agents/a/chat': () =>
        dead
          ? [504, {}]
          : [202, { execution: { id: 'q', task_execution_id: 'r', queue_status: 'running' } }],
      'POST /api/agents/a/executions/r/terminate': () => [200, { status: 'terminated' }],
    })
    made.send('hello')
    await flushPromises()
    expect(made.turn.value).toMatchObject({ state: 'unsure', id: null })
    dead = false
    made.retry()
    await flushPromises()
    expect(made.turn.value).toMatchObject({ state: 'going', id: 'r' })
    expect(keys[0]).toBe(keys[1])
    scope.stop()
  })

  it('takes a new key after a refusal, and says why', async () => {
    const { made, keys, scope } = chat({
      'POST /api/agents/a/chat': () => [
        429,
        { detail: { error: 'full', message: 'a has 3 waiting' } },
      ],
    })
    made.send('hello')
    await flushPromises()
    expect(made.turn.value).toMatchObject({ state: 'refused', reason: 'a has 3 waiting' })
    made.retry()
    await flushPromises()
    expect(keys[0]).not.toBe(keys[1])
    scope.stop()
  })

  it('sends nothing twice while a turn is on its way', async () => {
    const { made, keys, scope } = chat({
      'POST /api/agents/a/chat': () => [202, { execution: { id: 'q', task_execution_id: 'r' } }],
    })
    made.send('one')
    made.send('two')
    await flushPromises()
    made.send('three')
    await flushPromises()
    expect(keys).toHaveLength(1)
    scope.stop()
  })

  it('works where the context is not secure', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const { made, keys, scope } = chat({
      'POST /api/agents/a/chat': () => [202, { execution: { id: 'q', task_execution_id: 'r' } }],
    })
    expect(made.send('over plain http')).toBe(true)
    await flushPromises()
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.turn.value).toMatchObject({ state: 'going', text: 'over plain http' })
    scope.stop()
  })

  it('says so and takes nothing when the message cannot even be made', () => {
    vi.stubGlobal('crypto', {})
    const { made, server, scope } = chat({})
    expect(made.send('stays typed')).toBe(false)
    expect(made.turn.value).toBeNull()
    expect(server.calls.filter((one) => one.startsWith('POST'))).toEqual([])
    expect(useToasts().items.map((one) => one.kind)).toEqual(['error'])
    scope.stop()
  })

  it('stops a turn whose id is not known yet as soon as it is', async () => {
    const { made, server, scope } = chat({
      'POST /api/agents/a/chat': () => [202, { execution: { id: 'q', task_execution_id: 'r' } }],
      'POST /api/agents/a/executions/r/terminate': () => [200, { status: 'terminated' }],
    })
    made.send('one')
    void made.stop()
    expect(made.turn.value?.stopping).toBe(true)
    await flushPromises()
    expect(server.calls).toContain('POST /api/agents/a/executions/r/terminate')
    scope.stop()
  })

  it('begins anew by resetting the agent and closing the session', async () => {
    const { made, server, scope } = chat({
      'GET /api/agents/a/chat/sessions?status=active': () => [
        200,
        { sessions: [session, { ...session, id: 'x', user_email: 'ann' }] },
      ],
      'GET /api/agents/a/chat/sessions/s?limit=60': () => [
        200,
        { session, message_count: 0, messages: [] },
      ],
      'DELETE /api/agents/a/chat/history': () => [200, {}],
      'POST /api/agents/a/chat/sessions/s/close': () => [200, {}],
    })
    await flushPromises()
    expect(made.session.value?.id).toBe('s')
    await made.begin(true)
    const done = server.calls.filter((one) => !one.startsWith('GET'))
    expect(done).toEqual([
      'DELETE /api/agents/a/chat/history',
      'POST /api/agents/a/chat/sessions/s/close',
    ])
    scope.stop()
  })

  it('keeps drafts by person and agent, and forgets them', () => {
    const chats = useChats()
    chats.keepDraft('me', 'a', 'half a')
    chats.keepDraft('ann', 'a', 'other')
    expect(chats.draft('me', 'a')).toBe('half a')
    expect(chats.draft('me', 'b')).toBe('')
    chats.keepDraft('me', 'a', '')
    expect(chats.draft('me', 'a')).toBe('')
    chats.forgetDrafts()
    expect(chats.draft('ann', 'a')).toBe('')
  })
})
