import type { Agent, AgentListItem } from '@/api/types'
import type { EventFrame, LiveAgent } from '@/live/frames'

/** One agent as the UI knows it. What only the live connection tells is left out by REST answers. */
export type FleetAgent = LiveAgent

export type FleetMap = Map<string, FleetAgent>

/** Replaces the whole list. */
export function replaceAll(fleet: FleetMap, items: readonly LiveAgent[]): void {
  const names = new Set(items.map((item) => item.name))
  for (const name of [...fleet.keys()]) if (!names.has(name)) fleet.delete(name)
  for (const item of items) fleet.set(item.name, { ...item })
}

/** Adds or replaces one agent; a partial item only changes the fields it has. */
export function upsert(fleet: FleetMap, item: LiveAgent): void {
  const old = fleet.get(item.name)
  fleet.set(item.name, old === undefined ? { ...item } : { ...old, ...item })
}

/** Turns the answer of a creation into a list item, until the live item arrives. */
export function asListItem(
  agent: Agent & Partial<AgentListItem>,
  owner: string | null,
): AgentListItem {
  return {
    owner,
    is_owner: true,
    is_shared: false,
    is_system: false,
    autonomy_enabled: false,
    github_repo: null,
    memory_limit: null,
    cpu_limit: null,
    started_at: null,
    changed_at: null,
    reason: null,
    exit_code: null,
    tags: [],
    ...agent,
  }
}

/**
 * Applies one event of the topic `agents`. Returns the name it was about, or null when it was about no agent we can
 * place: unknown events and half-known agents change nothing.
 */
export function applyEvent(fleet: FleetMap, frame: EventFrame): string | null {
  const name = frame.data.name
  if (typeof name !== 'string' || name === '') return null
  switch (frame.event) {
    case 'agent_created':
      upsert(fleet, frame.data as unknown as LiveAgent)
      return name
    case 'agent_deleted':
      fleet.delete(name)
      return name
    case 'agent_updated': {
      const old = fleet.get(name)
      if (old === undefined) return null
      fleet.set(name, { ...old, ...frame.data })
      return name
    }
    case 'agent_status':
      return applyStatus(fleet, name, frame)
    default:
      return null
  }
}

function applyStatus(fleet: FleetMap, name: string, frame: EventFrame): string | null {
  const old = fleet.get(name)
  const { status, reason, exit_code, started_at, changed_at } = frame.data
  if (old === undefined || typeof status !== 'string') return null
  fleet.set(name, {
    ...old,
    status,
    reason: typeof reason === 'string' ? reason : null,
    exit_code: typeof exit_code === 'number' ? exit_code : null,
    started_at: typeof started_at === 'string' ? started_at : null,
    changed_at: typeof changed_at === 'string' ? changed_at : (frame.ts ?? null),
  })
  return name
}
