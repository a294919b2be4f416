import { counted } from './words'

/** Texts of what an agent has done, as it is kept. */
export const timelineTexts = {
  timeline: {
    title: 'What happened',
    typeLabel: 'Kind',
    stateLabel: 'Outcome',
    types: {
      '': 'Everything',
      chat_start: 'Chats and tasks',
      schedule_start: 'Schedules',
      agent_collaboration: 'Between agents',
      tool_call: 'Tool calls',
      execution_cancelled: 'Stops',
    },
    states: { '': 'All', started: 'Going on', completed: 'Done', failed: 'Failed' },
    stateWords: { started: 'going on', completed: 'done', failed: 'failed' },
    chat: 'Conversation',
    task: 'Task',
    schedule: (name: string) => (name === '' ? 'Schedule' : `Schedule ${name}`),
    asked: (name: string) => (name === '' ? 'Asked another agent' : `Asked ${name}`),
    stop: 'Stopped a run',
    by: {
      user: 'by a person',
      manual: 'by a person',
      schedule: 'by a schedule',
      agent: 'by an agent',
    },
    byAgent: (name: string) => `by ${name}`,
    calls: (n: number) => counted(n, 'step'),
    newer: (n: number) => `${n} new`,
    show: 'Show',
    older: 'Show older',
    olderFailed: 'Older entries could not be loaded',
    loadFailed: 'What happened could not be loaded',
    emptyTitle: 'Nothing has happened yet',
    emptyBody: 'Conversations, tasks, schedules and calls between agents are kept here.',
    filteredTitle: 'Nothing fits these filters',
    open: 'Open the run',
    steps: 'Steps of it',
  },
} as const
