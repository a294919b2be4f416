/** The server's rule for agent names: what it will make of what was typed. */
export function sanitizeAgentName(raw: string): string {
  return raw
    .replace(/[^A-Za-z0-9_.-]/gu, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/-+/g, '-')
    .replace(/-+$/, '')
    .toLowerCase()
}

export type NameVerdict =
  | { state: 'empty' }
  | { state: 'unusable' }
  | { state: 'too-long'; name: string }
  | { state: 'reserved'; name: string }
  | { state: 'taken'; name: string }
  | { state: 'changed'; name: string }
  | { state: 'good'; name: string }

export const NAME_LIMIT = 50

/** Words that stand in addresses where an agent's name would. */
const RESERVED = new Set([
  'context-stats',
  'execution-stats',
  'autonomy-status',
  'deploy-local',
  'activities',
  'stats',
  'attention',
  'trinity-system',
])

export function judgeAgentName(raw: string, taken: (name: string) => boolean): NameVerdict {
  if (raw.trim() === '') return { state: 'empty' }
  const name = sanitizeAgentName(raw)
  if (name === '') return { state: 'unusable' }
  if (name.length > NAME_LIMIT) return { state: 'too-long', name }
  if (RESERVED.has(name)) return { state: 'reserved', name }
  if (taken(name)) return { state: 'taken', name }
  return name === raw ? { state: 'good', name } : { state: 'changed', name }
}
