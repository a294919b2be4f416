import { FileKey, Fingerprint, KeyRound, Lock, Ticket, type LucideIcon } from '@lucide/vue'
import type { CredentialType } from '@/api/types'
import { text } from '@/text/en'

/** The kinds that a person makes by a form, and the one that a provider's consent makes. */
export const KINDS: readonly CredentialType[] = ['api_key', 'token', 'basic_auth', 'file', 'oauth2']

const icons: Record<CredentialType, LucideIcon> = {
  api_key: KeyRound,
  token: Ticket,
  basic_auth: Lock,
  oauth2: Fingerprint,
  file: FileKey,
}

const isKind = (type: string): type is CredentialType => type in icons

export const kindIcon = (type: string): LucideIcon => (isKind(type) ? icons[type] : KeyRound)

export const kindName = (type: string): string =>
  isKind(type) ? text.credentials.kinds[type] : type

export const SERVICES = ['anthropic', 'openai', 'google', 'github', 'slack', 'notion'] as const

export const serviceName = (service: string): string =>
  Object.entries(text.credentials.form.services).find(([key]) => key === service)?.[1] ?? service

/** Whose key a variable most likely is: what stands before the first underscore. */
export function guessService(name: string): string | null {
  const [, first] = /^([A-Z][A-Z0-9]*)_[A-Z0-9_]+$/.exec(name.trim()) ?? []
  return first === undefined ? null : first.toLowerCase()
}

const MEMBERS: Partial<Record<CredentialType, readonly string[]>> = {
  api_key: ['API_KEY'],
  token: ['TOKEN'],
  basic_auth: ['USERNAME', 'PASSWORD'],
  oauth2: ['ACCESS_TOKEN', 'REFRESH_TOKEN'],
}

/** Whether a credential brings a variable: by its name, or by its service and what it holds. */
export function brings(
  credential: { name: string; service: string; type: string },
  variable: string,
): boolean {
  const wanted = variable.toUpperCase()
  if (credential.name.toUpperCase() === wanted) return true
  const service = credential.service.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')
  const members = isKind(credential.type) ? (MEMBERS[credential.type] ?? []) : []
  return members.some((member) => `${service}_${member}` === wanted)
}
