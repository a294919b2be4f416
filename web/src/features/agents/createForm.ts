import type { AgentCreateRequest } from '@/api/types'
import { ApiError, messageOf } from '@/api/errors'
import { isRepository, placeOf, repositoryOf } from '@/features/templates/repository'
import { text } from '@/text/en'
import { judgeAgentName, NAME_LIMIT } from './agentName'

export interface CreateForm {
  name: string
  /** Template id, the empty text for a blank agent, or `REPOSITORY` for one that is named by its address. */
  template: string
  address: string
  branch: string
  /** With a repository: whether it follows the branch, or gets one of its own. */
  follows: boolean
  cpu: string
  memory: string
  runtime: string
}

export const REPOSITORY = 'repository'

export const emptyForm = (template = ''): CreateForm => ({
  name: '',
  template,
  address: '',
  branch: '',
  follows: true,
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

/** A form for a template that may not be in the list: then it is named by its address. */
export function formFor(template: string, listed: boolean): CreateForm {
  if (listed || !isRepository(template)) return emptyForm(template)
  const address = template.startsWith('github:') ? placeOf(template) : template.replace(/^git:/, '')
  return { ...emptyForm(REPOSITORY), address }
}

/** The id of the chosen template; null while an address names none. */
export function templateOf(form: CreateForm): string | null {
  return form.template === REPOSITORY ? repositoryOf(form).id : form.template
}

/** What stands in the way of sending the form; empty when nothing does. */
export function checkForm(form: CreateForm, taken: (name: string) => boolean): FormErrors {
  if (form.name.trim() === '') return { name: text.create.missing }
  const { error } = nameNote(form.name, taken)
  if (error !== null) return { name: error }
  return form.template === REPOSITORY ? repositoryOf(form).errors : {}
}

/** A template brings its own runtime and limits, so only a blank agent sends them. */
export function requestOf(form: CreateForm): AgentCreateRequest {
  const name = form.name.trim()
  const template = templateOf(form) ?? ''
  if (template !== '') {
    const source = isRepository(template) ? { source_mode: form.follows } : {}
    return { name, template, ...source } as AgentCreateRequest
  }
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
