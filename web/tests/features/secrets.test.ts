import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Activity, ChatMessage, GitCommit, RunRow } from '@/api/types'
import CallText from '@/features/activity/CallText.vue'
import ChatMessageItem from '@/features/chat/ChatMessageItem.vue'
import MessageText from '@/features/chat/MessageText.vue'
import { belongsTo } from '@/features/chat/chatModel'
import CommitList from '@/features/git/CommitList.vue'
import StepItem from '@/features/runs/StepItem.vue'
import ToolStepRow from '@/features/runs/ToolStepRow.vue'
import { TranscriptBook, type Step, type ToolStep } from '@/features/runs/transcript'
import HistoryRow from '@/features/tasks/HistoryRow.vue'
import { activityWords } from '@/features/timeline/activityWords'
import { MASK } from '@/lib/masking'
import UiCopy from '@/ui/UiCopy.vue'
import UiMarkdown from '@/ui/UiMarkdown.vue'
import { row } from './runs/runsModel.test'

const SECRET = `ghp_${'a1'.repeat(18)}`
const HIDDEN = SECRET.slice(0, 6) + MASK
const HASH = '1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b'

const router = createRouter({
  history: createMemoryHistory(),
  routes: [
    { path: '/', component: {} },
    { path: '/agents/:name', name: 'agent', component: {} },
    { path: '/agents/:name/executions/:id', name: 'execution', component: {} },
  ],
})
const shown = (component: object, props: object) =>
  mount(component as never, { props: props as never, global: { plugins: [router] } })

beforeEach(() => setActivePinia(createPinia()))

/** The steps of a run that met a secret wherever there is room for one. */
function steps(): readonly Step[] {
  const book = new TranscriptBook()
  const input = { command: `curl -H "x: ${SECRET}" ${HASH}` }
  book.add([
    { type: 'assistant', message: { content: [{ type: 'text', text: `Found ${SECRET}` }] } },
    {
      type: 'assistant',
      message: { content: [{ type: 'tool_use', id: 'a', name: 'Bash', input }] },
    },
    {
      type: 'user',
      message: { content: [{ type: 'tool_result', tool_use_id: 'a', content: `out ${SECRET}` }] },
    },
  ])
  return book.steps
}

function holdsNoSecret(page: ReturnType<typeof shown>): void {
  expect(page.html()).not.toContain(SECRET)
  expect(page.text()).toContain(HIDDEN)
  for (const copy of page.findAllComponents(UiCopy))
    expect(String(copy.props('value'))).not.toContain(SECRET)
}

describe('a secret that an agent met', () => {
  it('is hidden in what it says, also on the clipboard', () => {
    holdsNoSecret(shown(StepItem, { step: steps()[0], running: false }))
    holdsNoSecret(shown(UiMarkdown, { source: `\`\`\`\n${SECRET}\n\`\`\`` }))
  })

  it('is hidden while it is being written', () => {
    const page = shown(UiMarkdown, { source: `It is ${SECRET.slice(0, 12)}`, growing: true })
    expect(page.text()).toBe(`It is ${HIDDEN}`)
  })

  it('is hidden in what a tool was given and what came back', async () => {
    const step = steps()[1] as ToolStep
    const page = shown(ToolStepRow, { step, running: false })
    holdsNoSecret(page)
    await page.get('button').trigger('click')
    holdsNoSecret(page)
    expect(page.findAllComponents(CallText)).toHaveLength(2)
    expect(page.text()).toContain(`out ${HIDDEN}`)
    expect(page.text()).toContain(HASH)
  })

  it('is hidden in a conversation', () => {
    const message = {
      role: 'assistant',
      content: `Use ${SECRET}`,
      agent_name: 'a',
      timestamp: '2026-01-14T10:00:00',
      tool_calls: null,
      execution_time_ms: null,
      cost: null,
    } as ChatMessage
    holdsNoSecret(shown(ChatMessageItem, { message }))
    holdsNoSecret(shown(ChatMessageItem, { message: { ...message, role: 'user' } }))
    holdsNoSecret(shown(MessageText, { agent: 'a', content: `my ${SECRET}` }))
  })

  it('is hidden in lists of runs, and a message is still found to be of its run', () => {
    const run: RunRow = row('1', {
      message: `with ${SECRET}`,
      error: `no ${SECRET}`,
      status: 'failed',
    })
    const page = shown(HistoryRow, {
      row: run,
      waiting: false,
      actions: { stopping: new Set() },
      mayRun: true,
    })
    holdsNoSecret(page)
    const message = { content: `with ${SECRET}`, timestamp: run.started_at } as ChatMessage
    expect(belongsTo({ ...run, message: `with ${HIDDEN}` }, message)).toBe(true)
    const activity = { details: { message_preview: SECRET }, error: null } as unknown as Activity
    expect(activityWords({ ...activity, activity_type: 'x', triggered_by: 'user' }).note).toBe(
      HIDDEN,
    )
  })

  it('is hidden in messages of commits, whose hashes stay', () => {
    const commits: GitCommit[] = [
      {
        sha: HASH,
        short_sha: HASH.slice(0, 7),
        message: `Add ${SECRET}, revert ${HASH}`,
        author: 'a',
        date: '2026-01-14T10:00:00Z',
      },
    ]
    const page = shown(CommitList, {
      commits,
      ahead: 0,
      failed: false,
      loading: false,
      more: false,
    })
    holdsNoSecret(page)
    expect(page.text()).toContain(HASH)
  })

  it('stays where a file is shown as it is', () => {
    expect(shown(UiMarkdown, { source: SECRET, asIs: true }).text()).toBe(SECRET)
  })
})
