import type { NewTask } from '@/api/runs'
import { text } from '@/text/en'

/** What is typed for a new task. Everything is text until it is sent. */
export interface TaskForm {
  message: string
  model: string
  tools: string
  minutes: string
  turns: string
  prompt: string
}

export const EMPTY_FORM: TaskForm = {
  message: '',
  model: '',
  tools: '',
  minutes: '15',
  turns: '',
  prompt: '',
}

export interface FormErrors {
  message?: string
  minutes?: string
  turns?: string
}

function whole(value: string, most: number): number | null {
  const number = Number(value.trim())
  return /^\d+$/.test(value.trim()) && number >= 1 && number <= most ? number : null
}

export function errorsOf(form: TaskForm): FormErrors {
  return {
    ...(form.message.trim() === '' ? { message: text.tasks.missing } : {}),
    ...(whole(form.minutes, 120) === null ? { minutes: text.tasks.limitBad } : {}),
    ...(form.turns.trim() !== '' && whole(form.turns, 1000) === null
      ? { turns: text.tasks.turnsBad }
      : {}),
  }
}

/** Names of tools; "Bash(git log:*)" has a comma of its own only inside its brackets. */
export function toolsOf(list: string): string[] {
  const names: string[] = []
  let depth = 0
  let name = ''
  for (const one of list) {
    if (one === '(') depth += 1
    if (one === ')') depth = Math.max(0, depth - 1)
    if (one === ',' && depth === 0) {
      names.push(name.trim())
      name = ''
    } else name += one
  }
  return [...names, name.trim()].filter((tool) => tool !== '')
}

/** What is sent. Only what was set is named. */
export function requestOf(form: TaskForm): NewTask {
  const tools = toolsOf(form.tools)
  const turns = whole(form.turns, 1000)
  return {
    message: form.message.trim(),
    timeout_seconds: (whole(form.minutes, 120) ?? 15) * 60,
    ...(form.model === '' ? {} : { model: form.model }),
    ...(tools.length === 0 ? {} : { allowed_tools: tools }),
    ...(turns === null ? {} : { max_turns: turns }),
    ...(form.prompt.trim() === '' ? {} : { system_prompt: form.prompt.trim() }),
  }
}

/** How many options are not as they come. */
export function optionsSet(form: TaskForm): number {
  const { message, ...options } = form
  void message
  return Object.entries(options).filter(
    ([name, value]) => value.trim() !== EMPTY_FORM[name as keyof TaskForm],
  ).length
}
