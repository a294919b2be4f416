import { ApiError, messageOf } from '@/api/errors'
import type { Credential, CredentialCreate, CredentialType, CredentialUpdate } from '@/api/types'
import { text } from '@/text/en'
import { SERVICES } from './kinds'

export interface CredentialForm {
  type: CredentialType
  name: string
  /** One of the known services, or `other`. */
  service: string
  otherService: string
  description: string
  /** The key or token. */
  secret: string
  username: string
  password: string
  content: string
  path: string
}

export type CredentialErrors = Partial<
  Record<
    'name' | 'service' | 'secret' | 'username' | 'password' | 'content' | 'path' | 'form',
    string
  >
>

/** The largest file that is taken, in bytes. */
export const FILE_LIMIT = 256 * 1024
const PATH_LIMIT = 512

export function emptyCredential(name = ''): CredentialForm {
  return {
    type: 'api_key',
    name,
    service: 'other',
    otherService: '',
    description: '',
    secret: '',
    username: '',
    password: '',
    content: '',
    path: '',
  }
}

export function formOf(credential: Credential): CredentialForm {
  const known = SERVICES.some((one) => one === credential.service)
  return {
    ...emptyCredential(credential.name),
    type: credential.type as CredentialType,
    service: known ? credential.service : 'other',
    otherService: known ? '' : credential.service,
    description: credential.description ?? '',
    path: credential.file_path ?? '',
  }
}

export const serviceOf = (form: CredentialForm): string =>
  (form.service === 'other' ? form.otherService : form.service).trim().toLowerCase()

const GUARDED = /^(\.ssh|\.git)(\/|$)/
const START_FILES =
  /^\.(bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zprofile|zshenv|zlogin|gitconfig)$/

/** Why a file cannot be put there; null when it can. The server has the last word. */
export function pathFault(raw: string): string | null {
  const path = raw.trim()
  const { pathBad, missing } = text.credentials.form
  if (path === '') return missing
  if (path.length > PATH_LIMIT) return pathBad.long
  if (path.startsWith('/') || path.startsWith('~')) return pathBad.absolute
  const parts = path.split('/')
  if (parts.includes('..')) return pathBad.dots
  if (GUARDED.test(path) || START_FILES.test(path)) return pathBad.guarded
  return null
}

/** What is wrong with the secret itself. */
export function checkSecret(form: CredentialForm): CredentialErrors {
  const { missing } = text.credentials.form
  const errors: CredentialErrors = {}
  if (form.type === 'basic_auth') {
    if (form.username.trim() === '') errors.username = missing
    if (form.password === '') errors.password = missing
  } else if (form.type === 'file') {
    if (form.content === '') errors.content = missing
  } else if (form.secret.trim() === '') errors.secret = missing
  return errors
}

export function checkNew(form: CredentialForm): CredentialErrors {
  const { missing } = text.credentials.form
  const errors = checkSecret(form)
  if (form.name.trim() === '') errors.name = missing
  if (serviceOf(form) === '') errors.service = missing
  if (form.type === 'file') {
    const fault = pathFault(form.path)
    if (fault !== null) errors.path = fault
  }
  return errors
}

/** The secret as it is sent. Blanks around a pasted key are no part of it. */
export function secretOf(form: CredentialForm): Record<string, string> {
  switch (form.type) {
    case 'basic_auth':
      return { username: form.username.trim(), password: form.password }
    case 'file':
      return { content: form.content }
    case 'token':
      return { token: form.secret.trim() }
    case 'oauth2':
      return { access_token: form.secret.trim() }
    default:
      return { api_key: form.secret.trim() }
  }
}

export function createRequest(form: CredentialForm): CredentialCreate {
  const description = form.description.trim()
  return {
    name: form.name.trim(),
    service: serviceOf(form),
    type: form.type,
    credentials: secretOf(form),
    description: description === '' ? null : description,
    file_path: form.type === 'file' ? form.path.trim() : null,
  }
}

/** Only what has changed. */
export function updateRequest(
  form: CredentialForm,
  before: Credential,
  replaces: boolean,
): CredentialUpdate {
  const name = form.name.trim()
  const description = form.description.trim()
  return {
    ...(name !== before.name ? { name } : {}),
    ...(description !== (before.description ?? '') ? { description } : {}),
    ...(replaces ? { credentials: secretOf(form) } : {}),
  }
}

/** Puts the server's reasons beside their fields. */
export function failureOf(failure: unknown): CredentialErrors {
  if (!(failure instanceof ApiError)) return { form: messageOf(failure) }
  const errors: CredentialErrors = {}
  for (const [field, message] of Object.entries(failure.fields)) {
    if (field === 'name' || field === 'service') errors[field] = message
    else if (field === 'file_path') errors.path = message
    else if (field === 'content') errors.content = message
    else errors.form = message
  }
  return Object.keys(errors).length > 0 ? errors : { form: failure.message }
}
