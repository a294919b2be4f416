import { ApiError, messageOf } from '@/api/errors'
import type { GitInitializeRequest } from '@/api/types'
import { text } from '@/text/en'

export interface InitializeForm {
  owner: string
  name: string
  create: boolean
  private: boolean
}

export type InitializeErrors = Partial<Record<'owner' | 'name' | 'form', string>>

const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/

/** An address or "owner/name" that was pasted into one field fills both. */
export function splitPasted(pasted: string): { owner: string; name: string } | null {
  const found = /^(?:https:\/\/github\.com\/)?([^/\s]+)\/([^/\s]+?)(?:\.git)?\/?$/.exec(
    pasted.trim(),
  )
  const [, owner, name] = found ?? []
  return owner !== undefined && name !== undefined && OWNER.test(owner) ? { owner, name } : null
}

export function checkInitialize(form: InitializeForm): InitializeErrors {
  const errors: InitializeErrors = {}
  const owner = form.owner.trim()
  const name = form.name.trim()
  if (owner === '') errors.owner = text.git.setup.missing
  else if (!OWNER.test(owner)) errors.owner = text.git.setup.ownerBad
  if (name === '') errors.name = text.git.setup.missing
  else if (!NAME.test(name)) errors.name = text.git.setup.nameBad
  return errors
}

export const requestOf = (form: InitializeForm): GitInitializeRequest => ({
  repo_owner: form.owner.trim(),
  repo_name: form.name.trim(),
  create_repo: form.create,
  private: form.private,
})

export function failureOf(failure: unknown): InitializeErrors {
  if (!(failure instanceof ApiError)) return { form: messageOf(failure) }
  const { repo_owner: owner, repo_name: name } = failure.fields
  if (owner === undefined && name === undefined) return { form: failure.message }
  return { ...(owner ? { owner } : {}), ...(name ? { name } : {}) }
}

/** The token is missing: where it is entered is the next step. */
export const needsToken = (message: string) => /not configured/i.test(message)
