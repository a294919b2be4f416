import type { AgentCreateRequest, LocalTemplate } from '@/api/types'
import { ApiError, messageOf } from '@/api/errors'
import { text } from '@/text/en'
import { judgeAgentName, NAME_LIMIT } from './agentName'

export interface CreateForm {
  name: string
  /** Template id, or the empty text for a blank agent. */
  template: string
  cpu: string
  memory: string
  runtime: string
}

export const emptyForm = (template = ''): CreateForm => ({
  name: '',
  template,
  cpu: '2',
  memory: '4g',
  runtime: 'claude-code',
})

export type FormErrors = Partial<Record<keyof CreateForm | 'form', string>>

export interface NameNote {
  error: string | null
  hint: string
}

/** What is said under the name field while it is typed. */
export function nameNote(raw: string, taken: (name: string) => boolean): NameNote {
  const verdict = judgeAgentName(raw, taken)
  switch (verdict.state) {
    case 'empty':
      return { error: null, hint: text.create.nameHint }
    case 'unusable':
      return { error: text.create.unusable, hint: '' }
    case 'too-long':
      return { error: text.create.tooLong(NAME_LIMIT), hint: '' }
    case 'taken':
      return { error: text.create.taken(verdict.name), hint: '' }
    case 'reserved':
      return { error: text.create.reserved(verdict.name), hint: '' }
    case 'changed':
      return { error: null, hint: text.create.willBe(verdict.name) }
    case 'good':
      return { error: null, hint: text.create.good }
  }
}

/** What stands in the way of sending the form; empty when nothing does. */
export function checkForm(form: CreateForm, taken: (name: string) => boolean): FormErrors {
  if (form.name.trim() === '') return { name: text.create.missing }
  const { error } = nameNote(form.name, taken)
  return error === null ? {} : { name: error }
}

/** A template brings its own runtime and limits, so only a blank agent sends them. */
export function requestOf(form: CreateForm): AgentCreateRequest {
  const name = form.name.trim()
  if (form.template !== '') return { name, template: form.template } as AgentCreateRequest
  return {
    name,
    resources: { cpu: form.cpu, memory: form.memory },
    runtime: form.runtime,
  } as AgentCreateRequest
}

/** Puts the server's reasons where they belong: on their fields, or under the form. */
export function errorsOf(failure: unknown): FormErrors {
  if (!(failure instanceof ApiError)) return { form: messageOf(failure) }
  if (failure.status === 400 && /already exists|invalid agent name/i.test(failure.message)) {
    return { name: failure.message }
  }
  const errors: FormErrors = {}
  for (const [field, message] of Object.entries(failure.fields)) {
    if (
      field === 'name' ||
      field === 'template' ||
      field === 'cpu' ||
      field === 'memory' ||
      field === 'runtime'
    ) {
      errors[field] = message
    } else {
      errors.form = field === '' ? message : `${field}: ${message}`
    }
  }
  return Object.keys(errors).length > 0 ? errors : { form: failure.message }
}

export function isChanged(form: CreateForm, initial: CreateForm): boolean {
  return (Object.keys(form) as (keyof CreateForm)[]).some((key) => form[key] !== initial[key])
}

export function credentialNames(template: LocalTemplate): string {
  // Templates from repositories list plain names.
  return template.required_credentials
    .map((one: { name: string } | string) => (typeof one === 'string' ? one : one.name))
    .join(', ')
}
