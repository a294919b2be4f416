import { formatDuration, formatElapsed } from '@/format/time'
import { text } from '@/text/en'
import type { Message, Run } from './historyModel'
import { momentLabel } from './ticks'

/** What a run or a message was, in words. */
export interface Words {
  title: string
  note: string
  by: string
  outcome: string
  when: string
  took: string
  error: string | null
}

export function titleOf(run: Run): string {
  switch (run.kind) {
    case 'chat':
      return text.history.chat
    case 'task':
      return text.history.task
    case 'schedule':
      return text.history.schedule(run.by)
  }
}

export const tookText = (run: Run, now: number): string => {
  if (run.end === null) return text.history.going(formatDuration(now - run.start))
  const took = formatElapsed(run.end - run.start)
  return run.guessed ? text.history.guessed(took) : took
}

export function runWords(run: Run, now: number): Words {
  const byAgent = run.trigger === 'agent' && run.by !== ''
  return {
    title: titleOf(run),
    note: run.preview,
    by: byAgent ? text.history.byAgent(run.by) : text.history.triggers[run.trigger],
    outcome: text.history.outcomes[run.outcome],
    when: momentLabel(run.start),
    took: tookText(run, now),
    error: run.error,
  }
}

export function messageWords(message: Message): Words {
  return {
    title: text.history.messageTitle(message.source, message.target),
    note: message.preview,
    by: '',
    outcome: text.history.outcomes[message.outcome],
    when: momentLabel(message.at),
    took: '',
    error: message.error,
  }
}

/** All of it in one sentence, for screen readers. */
export const inOneLine = (words: Words): string =>
  [words.title, words.note, words.by, words.outcome, words.when, words.took, words.error ?? '']
    .filter((part) => part !== '')
    .join(', ')
