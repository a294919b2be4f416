import type {
  AgentCredentialRequirements,
  AssignedCredential,
  CredentialAssignments,
  CredentialRequirement,
} from '@/api/types'
import { brings } from '@/features/credentials/kinds'
import { text } from '@/text/en'

/** One thing the template needs, and how far it is from being in the agent. */
export interface Need {
  name: string
  source: string
  state: 'assigned' | 'have' | 'missing'
  /** What could be assigned for it. */
  candidates: readonly AssignedCredential[]
}

/** Where a template says that it needs something, in words. */
export function sourceWords(source: string): string {
  const { sources } = text.agentCredentials
  const [, server] = /(?:^|:)mcp:(.+)$/.exec(source) ?? []
  if (server !== undefined) return sources.mcp(server)
  if (source === 'template:env_file') return sources.env
  return source === '.env.example' ? sources.example : ''
}

function needOf(one: CredentialRequirement, { assigned, available }: CredentialAssignments): Need {
  const whole = { name: one.name, source: sourceWords(one.source) }
  if (assigned.some((other) => brings(other, one.name)))
    return { ...whole, state: 'assigned', candidates: [] }
  const candidates = available.filter((other) => brings(other, one.name))
  // The server knows what is inside the secrets, too.
  const state = candidates.length > 0 || one.configured ? 'have' : 'missing'
  return { ...whole, state, candidates }
}

/** What is missing first. */
export function needsOf(
  required: AgentCredentialRequirements,
  assignments: CredentialAssignments,
): Need[] {
  const weight = { missing: 0, have: 1, assigned: 2 }
  return required.required_credentials
    .map((one) => needOf(one, assignments))
    .sort((a, b) => weight[a.state] - weight[b.state])
}

export function fits(one: AssignedCredential, search: string): boolean {
  const told = `${one.name} ${one.service} ${one.file_path ?? ''}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => told.includes(word))
}

/** What is assigned has not reached the agent. */
export const isPending = ({ pending, assigned }: CredentialAssignments) =>
  pending === true || assigned.some((one) => one.pending === true)
