import type { Template } from '@/api/types'
import { text } from '@/text/en'

/** What is typed to name a repository. */
export interface RepositoryForm {
  address: string
  branch: string
}

export interface RepositoryErrors {
  address?: string
  branch?: string
}

const PART = '[A-Za-z0-9._-]+'
const OWNER_NAME = new RegExp(`^(${PART})/(${PART}?)(?:\\.git)?/?$`)
const GITHUB = new RegExp(`^https://(?:www\\.)?github\\.com/(${PART})/(${PART}?)(?:\\.git)?/?$`)
const BRANCH = /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9._/-]{1,200}(?<![/.])$/

/** The branch that stands behind the address, as in "owner/name@branch". */
function splitBranch(address: string): [string, string | null] {
  const at = address.lastIndexOf('@')
  // A name in front of a host is no branch.
  if (at <= 0 || address.slice(0, at).endsWith('//') || /^[a-z+]+:\/\/[^/]*$/.test(address))
    return [address, null]
  const [before, branch] = [address.slice(0, at), address.slice(at + 1)]
  return /^(?:git:)?[a-z]+:\/\/[^/]*$/.test(before) ? [address, null] : [before, branch]
}

/** Names and passwords do not belong into an address. */
const hasUserInfo = (address: string) => /^(?:git:)?[a-z]+:\/\/[^/]*@/.test(address)

function idOfAddress(address: string): string | null {
  const plain = address.replace(/^github:/, '')
  const [, owner, name] = OWNER_NAME.exec(plain) ?? GITHUB.exec(address) ?? []
  if (owner !== undefined && name !== undefined && !/^\.{1,2}$/.test(name))
    return `github:${owner}/${name}`
  const url = address.replace(/^git:/, '')
  return /^(https|file):\/\/\S+$/.test(url) ? `git:${url}` : null
}

/** The template id of what was typed, or why there is none. */
export function repositoryOf(form: RepositoryForm): {
  id: string | null
  errors: RepositoryErrors
} {
  const [address, behind] = splitBranch(form.address.trim())
  const typed = form.branch.trim()
  const branch = typed === '' ? behind : typed
  const words = text.templates
  if (hasUserInfo(form.address.trim()))
    return { id: null, errors: { address: words.addressSecret } }
  const id = idOfAddress(address)
  if (id === null) return { id: null, errors: { address: words.addressBad } }
  if (branch !== null && !BRANCH.test(branch))
    return { id: null, errors: { branch: words.branchBad } }
  return { id: branch === null ? id : `${id}@${branch}`, errors: {} }
}

/** Agents made of it have a repository to follow. */
export const isRepository = (id: string) => /^(github|git):/.test(id)

export type TemplateGroup = 'repository' | 'local'

export interface GroupedTemplates {
  key: TemplateGroup
  templates: Template[]
}

function fits(template: Template, words: readonly string[]): boolean {
  const told = `${template.display_name} ${template.id} ${template.description}`.toLowerCase()
  return words.every((word) => told.includes(word))
}

export function groupsOf(all: readonly Template[], search: string): GroupedTemplates[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter((one) => fits(one, words))
  return (['repository', 'local'] as const)
    .map((key) => ({
      key,
      templates: found.filter((one) => isRepository(one.id) === (key === 'repository')),
    }))
    .filter((group) => group.templates.length > 0)
}

export const errorsIn = (template: Pick<Template, 'problems' | 'broken'>) =>
  (template.problems ?? []).filter((one) => one.level === 'error').length

export const usable = (template: Template) => template.broken !== true && errorsIn(template) === 0

/** Templates from repositories list plain names. */
export const neededNames = (template: Pick<Template, 'required_credentials'>): string[] =>
  template.required_credentials.map((one) => (typeof one === 'string' ? one : one.name))

/** Owner and name, or the address; the mark in front of it says nothing to people. */
export const placeOf = (id: string) => id.replace(/^(github|git|local):/, '')
