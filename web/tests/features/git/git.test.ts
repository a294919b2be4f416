import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref, type Ref } from 'vue'
import type { GitStatus } from '@/api/types'
import ConflictDialog from '@/features/git/ConflictDialog.vue'
import GitTab from '@/features/git/GitTab.vue'
import { useGit, type LiveGit } from '@/features/git/useGit'
import type { TopicListener } from '@/live/client'
import { useToasts } from '@/stores/toasts'
import { agent } from '../../helpers'

const heard = vi.hoisted(() => ({
  listener: null as TopicListener | null,
  topic: (() => null) as () => string | null,
}))
vi.mock('@/live/client', async (original) => ({
  ...(await original<object>()),
  liveStatus: { value: 'ready' },
  useTopic: (topic: () => string | null, listener: TopicListener) => {
    heard.topic = topic
    heard.listener = listener
  },
}))

const status: GitStatus = {
  git_enabled: true,
  branch: 'trinity/bot/1a2b3c4d',
  remote_url: 'https://github.com/acme/bot.git',
  last_commit: { sha: 'a'.repeat(40), short_sha: 'aaaaaaa', message: 'm', author: 'x', date: '' },
  changes: [
    { status: 'M', path: 'notes/day.md' },
    { status: '??', path: 'new.txt' },
  ],
  changes_count: 2,
  ahead: 1,
  behind: 0,
  sync_status: 'pending_sync',
}
let calls: string[]
let sent: unknown[]
let answers: Record<string, () => Response>
let git: LiveGit
let running: Ref<boolean>

const json = (code: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status: code, headers })

beforeEach(() => {
  setActivePinia(createPinia())
  calls = []
  sent = []
  running = ref(true)
  answers = {
    'GET /api/agents/bot/git/log?limit=20': () =>
      json(200, {
        commits: [
          {
            sha: 'a'.repeat(40),
            short_sha: 'aaaaaaa',
            message: 'Newest',
            author: 'Bot',
            date: '2026-01-15 10:20:30 +0100',
          },
          {
            sha: 'b'.repeat(40),
            short_sha: 'bbbbbbb',
            message: '<b>old</b>',
            author: 'Bot',
            date: '2026-01-14 10:20:30 +0100',
          },
        ],
        count: 2,
      }),
    'GET /api/agents/bot/git/diff': () =>
      json(200, {
        files: [{ path: 'notes/day.md', status: 'M', added: 24, removed: 3, binary: false }],
        added: 24,
        removed: 3,
        truncated: false,
      }),
  }
  globalThis.fetch = ((path: string, init: RequestInit = {}) => {
    const key = `${init.method ?? 'GET'} ${path}`
    calls.push(key)
    if (typeof init.body === 'string') sent.push(JSON.parse(init.body))
    const answer = answers[key]
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('no answer'))
  }) as typeof fetch
})

/** The tab with the page's own hold on the topic around it. */
function open(state = 'running') {
  running.value = state === 'running'
  return mount(
    defineComponent(() => {
      git = useGit(
        () => 'bot',
        () => running.value,
      )
      return () => [
        h(GitTab, { agent: agent('bot', { status: state }), git }),
        git.conflict.value &&
          h(ConflictDialog, {
            git,
            conflict: git.conflict.value,
            sides: { changed: 2, ahead: 1, behind: 4 },
          }),
      ]
    }),
    { attachTo: document.body },
  )
}
async function shown(change: Partial<GitStatus> = {}) {
  const wrapper = open()
  heard.listener?.snapshot({ ...status, ...change }, null)
  await flushPromises()
  return wrapper
}
const event = (change: Partial<GitStatus>) =>
  heard.listener?.event({
    event: 'agent_git_update',
    topic: 'agent:bot:git',
    seq: 2,
    data: { ...status, ...change } as unknown as Record<string, unknown>,
  })

describe('the git tab', () => {
  it('shows changes with letters and lines, commits, and which are not pushed', async () => {
    const wrapper = await shown()
    expect(heard.topic()).toBe('agent:bot:git')
    const changes = wrapper.get('[data-testid=git-changes]').text()
    expect(changes).toContain('Changed')
    expect(changes).toContain('day.md')
    expect(changes).toContain('+24')
    const commits = wrapper.findAll('[data-testid=git-commits] li')
    expect(commits[0]?.text()).toContain('not pushed')
    expect(commits[1]?.text()).toContain('<b>old</b>')
    expect(commits[1]?.text()).not.toContain('not pushed')
    const state = wrapper.findAll('[data-testid=git-state] span').map((one) => one.text())
    expect(state).toEqual(['1 commit to push', '2 files changed'])
    expect(calls).toEqual(['GET /api/agents/bot/git/log?limit=20', 'GET /api/agents/bot/git/diff'])
    wrapper.unmount()
  })

  it('asks for commits again when the newest one is another, and not when nothing changed', async () => {
    const wrapper = await shown()
    calls.length = 0
    event({ checked_at: '2026-01-01T00:00:00' })
    await flushPromises()
    expect(calls).toEqual([])
    event({
      last_commit: { sha: 'c'.repeat(40), short_sha: 'c', message: 'n', author: 'x', date: '' },
    })
    await flushPromises()
    expect(calls).toContain('GET /api/agents/bot/git/log?limit=20')
    wrapper.unmount()
  })

  it('tells not under git, stopped, and an agent that does not tell from each other', async () => {
    const none = await shown({ git_enabled: false })
    expect(none.find('[data-testid=git-setup]').exists()).toBe(true)
    none.unmount()

    const config = {
      github_repo: 'acme/bot',
      working_branch: 'main',
      last_sync_at: null,
      last_commit_sha: null,
    }
    answers['GET /api/agents/bot/git/status'] = () =>
      json(200, { git_enabled: true, agent_running: false, message: 'stopped', config })
    const stopped = open('stopped')
    await flushPromises()
    expect(heard.topic()).toBeNull()
    expect(stopped.text()).toContain('The agent is not running')
    expect(stopped.text()).toContain('acme/bot')
    stopped.unmount()

    const away = open()
    heard.listener?.snapshot(
      { git_enabled: true, agent_running: true, message: 'timed out', config },
      null,
    )
    await flushPromises()
    expect(away.text()).toContain('The agent does not tell')
    expect(away.text()).toContain('timed out')
    away.unmount()
  })

  it('says why nothing is known, and never that git is off, when the question fails', async () => {
    answers['GET /api/agents/bot/git/status'] = () => json(500, { detail: 'The database is busy.' })
    const wrapper = open()
    heard.listener?.refused?.(429, 'too many')
    await flushPromises()
    expect(wrapper.get('[role=alert]').text()).toContain('The database is busy.')
    expect(wrapper.text()).not.toContain('not under git')
    wrapper.unmount()
  })

  it('pushes with the typed message, and tells where what was given up is kept', async () => {
    const wrapper = await shown()
    answers['POST /api/agents/bot/git/sync'] = () =>
      json(200, {
        success: true,
        files_changed: 2,
        branch: 'main',
        message: 'x',
        kept: 'refs/trinity/kept/1',
      })
    await wrapper.get('[data-testid=git-message]').setValue('Weekly notes')
    await wrapper.get('form').trigger('submit')
    await flushPromises()
    expect(sent).toEqual([{ strategy: 'normal', message: 'Weekly notes' }])
    const told = useToasts().items.map((one) => `${one.kind}: ${one.title} ${one.body}`)
    expect(told[0]).toContain('2 files committed on main.')
    expect(told[1]).toMatch(/^warning: .*refs\/trinity\/kept\/1/)
    wrapper.unmount()
  })

  it('opens the conflict dialog: the way that keeps everything is proposed, the other has to be meant', async () => {
    const wrapper = await shown()
    answers['POST /api/agents/bot/git/sync'] = () =>
      json(409, { detail: 'rejected (fetch first)' }, { 'X-Conflict-Type': 'push_rejected' })
    await git.commitAndPush()
    await flushPromises()
    const page = () => document.body.textContent ?? ''
    const find = (id: string) =>
      document.body.querySelector<HTMLInputElement>(`[data-testid=${id}]`) as HTMLInputElement
    expect(page()).toContain('The remote has newer commits')
    expect(find('conflict-pull_first').checked).toBe(true)
    expect(page()).toContain('4 commits on the remote that the agent does not have')
    find('conflict-force_push').click()
    await flushPromises()
    expect(find('conflict-submit').disabled).toBe(true)
    find('conflict-sure').click()
    await flushPromises()
    answers['POST /api/agents/bot/git/sync'] = () =>
      json(200, { success: true, files_changed: 0, branch: 'main', message: 'Synced to main' })
    find('conflict-submit').click()
    await flushPromises()
    expect(sent.at(-1)).toEqual({ strategy: 'force_push' })
    expect(find('conflict-submit')).toBeNull()
    wrapper.unmount()
  })

  it('a refusal without choices is a toast with the reason', async () => {
    const wrapper = await shown()
    answers['POST /api/agents/bot/git/pull'] = () => json(400, { detail: 'Pull error: no answer' })
    expect(await git.pull()).toBe(false)
    expect(git.conflict.value).toBeNull()
    expect(useToasts().items[0]).toMatchObject({ kind: 'error', body: 'Pull error: no answer' })
    wrapper.unmount()
  })
})
