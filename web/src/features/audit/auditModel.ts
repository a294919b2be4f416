import type { RouteLocationRaw } from 'vue-router'
import type { AuditEntry } from '@/api/types'
import { text } from '@/text/en'

export const ACTIONS = Object.entries(text.audit.actions).map(([value, label]) => ({
  value,
  label,
}))

const isKnown = (action: string): action is keyof typeof text.audit.actions =>
  action in text.audit.actions

/** What was done, in words; an action that nobody has named yet is made readable. */
export function actionWords(action: string): string {
  return isKnown(action) ? text.audit.actions[action] : readable(action)
}

/** A name from inside as words: "files_changed" is "Files changed". */
export function readable(name: string): string {
  const words = name.replaceAll(/[_.]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

const kinds: Readonly<Record<string, string>> = text.audit.object_kinds

export const kindWords = (kind: string | null): string =>
  kind === null || kind === '' ? '' : (kinds[kind] ?? kind)

/** The tab of an agent's page that an action is about. */
function tabOf(action: string): string | undefined {
  if (action.startsWith('credential_')) return 'credentials'
  if (action.startsWith('git_')) return 'git'
  if (/_(file|folder)$/.test(action)) return 'files'
  return undefined
}

/** Where the object can be looked at; null when there is no page for it. */
export function placeOf(entry: AuditEntry): RouteLocationRaw | null {
  const agent = entry.object_kind === 'agent' ? entry.object_id : entry.agent
  if (agent) return toAgent(agent, tabOf(entry.action))
  switch (entry.object_kind) {
    case 'credential':
    case 'provider':
      return { name: 'credentials' }
    case 'key':
    case 'vault':
    case 'setting':
      return { name: 'settings' }
    case 'template':
      return { name: 'templates' }
    default:
      return null
  }
}

const toAgent = (name: string, tab?: string): RouteLocationRaw => ({
  name: 'agent',
  params: { name },
  query: tab === undefined ? {} : { tab },
})

/** What the entry is about, in as few words as tell it. */
export function objectWords(entry: AuditEntry): string {
  const named = entry.detail.name
  const name = (typeof named === 'string' ? named : '') || entry.object_id || null
  if (entry.object_kind === 'agent') return name ?? entry.agent ?? ''
  return name ?? kindWords(entry.object_kind)
}

/** The details that are not said elsewhere in the row, as texts. */
export function detailsOf(entry: AuditEntry): { key: string; value: string }[] {
  return Object.entries(entry.detail)
    .filter(([key, value]) => key !== 'name' && value !== null && value !== '')
    .map(([key, value]) => ({
      key: key.replaceAll('_', ' '),
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }))
}

const results: Readonly<Record<string, string>> = text.audit.results

/** Why it was not done, in words. */
export const resultWords = (result: string) => results[result] ?? result.replaceAll('_', ' ')

export const wentWell = (entry: AuditEntry) => entry.result === 'ok' || entry.result === ''
