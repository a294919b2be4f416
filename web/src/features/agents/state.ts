import { cpuShare, parseCores, parseSize } from '@/format/quantity'
import { parseUtc } from '@/format/time'
import type { FleetAgent } from '@/stores/fleetModel'
import type { AgentFigures } from '@/stores/statsModel'
import type { Pending } from '@/stores/fleet'
import { text } from '@/text/en'

export type Tone = 'calm' | 'off' | 'working' | 'attention' | 'bad'

export interface ShownState {
  key: string
  label: string
  tone: Tone
}

/** Ended without anybody asking for it. */
export function endedBadly(agent: FleetAgent): boolean {
  if (agent.status !== 'stopped') return false
  if (agent.reason === 'oom') return true
  return agent.reason === 'exit' && (agent.exit_code ?? 0) !== 0
}

/** The state as a person should see it: what is under way here comes before what the engine says. */
export function shownState(agent: FleetAgent, pending: Pending | undefined): ShownState {
  if (pending !== undefined) return { key: pending, label: text.state[pending], tone: 'working' }
  switch (agent.status) {
    case 'running':
      return { key: 'running', label: text.state.running, tone: 'calm' }
    case 'stopped':
      return {
        key: 'stopped',
        label: text.state.stopped,
        tone: endedBadly(agent) ? 'bad' : 'off',
      }
    case 'paused':
      return { key: 'paused', label: text.state.paused, tone: 'attention' }
    case 'restarting':
      return { key: 'restarting', label: text.state.restarting, tone: 'attention' }
    case 'removing':
      return { key: 'removing', label: text.state.removing, tone: 'working' }
    default:
      return { key: 'other', label: agent.status, tone: 'attention' }
  }
}

/** What is under way, or how the agent came to stand still. What a running one works on stands in nowWords.ts. */
export function nowText(agent: FleetAgent, pending: Pending | undefined): string {
  if (pending !== undefined) return text.now[pending]
  switch (agent.status) {
    case 'paused':
      return text.now.paused
    case 'restarting':
      return text.now.restarting
    case 'removing':
      return text.now.deleting
    case 'stopped':
      return howItEnded(agent)
    default:
      return ''
  }
}

function howItEnded(agent: FleetAgent): string {
  switch (agent.reason) {
    case 'user':
      return text.now.stoppedByUser
    case 'resources':
      return text.now.stoppedForResources
    case 'emergency_stop':
      return text.now.emergency
    case 'system':
      return text.now.bySystem
    case 'oom':
      return text.now.oom
    case 'exit':
      if (agent.exit_code === 137) return text.now.killed
      return (agent.exit_code ?? 0) === 0
        ? text.now.finished
        : text.now.failed(agent.exit_code ?? 0)
    default:
      return ''
  }
}

/** When the present state began, epoch milliseconds. */
export function stateSince(agent: FleetAgent, figures: AgentFigures | undefined): number | null {
  if (agent.status !== 'running') return parseUtc(agent.changed_at)
  const started = parseUtc(agent.started_at)
  if (started !== null) return started
  return figures !== undefined && figures.uptimeSeconds > 0
    ? figures.sampledAt - figures.uptimeSeconds * 1000
    : null
}

/** The limit that holds now: a container keeps what it was made with until its next start brings what was set. */
function inForce<T>(agent: FleetAgent, made: T | null, set: T | null): T | null {
  return agent.status === 'stopped' ? (set ?? made) : (made ?? set)
}

export function coresOf(agent: FleetAgent): number | null {
  return inForce(agent, parseCores(agent.resources?.cpu), parseCores(agent.cpu_limit))
}

export function memoryLimitOf(agent: FleetAgent): number | null {
  return inForce(agent, parseSize(agent.resources?.memory), parseSize(agent.memory_limit))
}

/** Limits have been set that its container does not have yet. */
export function limitsWaiting(agent: FleetAgent): boolean {
  if (agent.status === 'stopped') return false
  const differ = (set: number | null, made: number | null) =>
    set !== null && made !== null && set !== made
  return (
    differ(parseSize(agent.memory_limit), parseSize(agent.resources?.memory)) ||
    differ(parseCores(agent.cpu_limit), parseCores(agent.resources?.cpu))
  )
}

export type StateFilter = 'all' | 'running' | 'stopped' | 'attention'

export function needsLook(agent: FleetAgent): boolean {
  return endedBadly(agent) || !['running', 'stopped', 'removing'].includes(agent.status)
}

/** `needs` says whether somebody should look at it, where more is known than its state. */
export function fits(
  agent: FleetAgent,
  filter: StateFilter,
  search: string,
  needs = needsLook(agent),
): boolean {
  if (filter === 'running' && agent.status !== 'running') return false
  if (filter === 'stopped' && agent.status !== 'stopped') return false
  if (filter === 'attention' && !needs) return false
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const { name, template, runtime, owner, type } = agent
  const haystack = [name, template, runtime, owner, type, tagsText(agent)].join(' ').toLowerCase()
  return words.every((word) => haystack.includes(word))
}

export type SortKey = 'state' | 'name' | 'cpu' | 'memory' | 'since' | 'owner'
export interface Sort {
  key: SortKey
  down: boolean
}

/** A click on a column's head: figures begin with the largest, the same column again turns round. */
export function chooseSort(now: Sort, key: SortKey): Sort {
  const first = key === 'cpu' || key === 'memory' || key === 'since'
  return { key, down: now.key === key ? !now.down : first }
}

/** What needs a person first: what is known to, the most urgent first, bad ends, odd states, running, stopped. */
function rank(agent: FleetAgent, urgency: number | null): number {
  if (urgency !== null) return urgency - 100
  if (endedBadly(agent)) return 0
  if (needsLook(agent)) return 1
  return agent.status === 'running' ? 2 : 3
}

/**
 * Sorts a copy. Live figures only decide when the person chose that column; equal rows keep the order of their names,
 * so that nothing jumps.
 */
export function sortAgents(
  agents: readonly FleetAgent[],
  sort: Sort,
  figuresOf: (name: string) => AgentFigures | undefined,
  /** Of what needs a person, 0 the most urgent; null: nothing is known to. */
  urgencyOf: (name: string) => number | null = () => null,
): FleetAgent[] {
  const value = (agent: FleetAgent): number | string => {
    switch (sort.key) {
      case 'state':
        return rank(agent, urgencyOf(agent.name))
      case 'name':
        return agent.name
      case 'owner':
        return agent.owner ?? ''
      case 'cpu': {
        const figures = figuresOf(agent.name)
        return figures === undefined ? -1 : cpuShare(figures.cpuPercent, coresOf(agent))
      }
      case 'memory':
        return figuresOf(agent.name)?.memoryUsed ?? -1
      case 'since':
        return stateSince(agent, undefined) ?? 0
    }
  }
  const direction = sort.down ? -1 : 1
  return [...agents].sort((a, b) => {
    const left = value(a)
    const right = value(b)
    const by = typeof left === 'string' ? left.localeCompare(String(right)) : left - Number(right)
    return by !== 0 ? by * direction : a.name.localeCompare(b.name)
  })
}

/** "local:demo-writer" as people call it. */
export function templateName(template: string | null | undefined): string | null {
  if (template === null || template === undefined || template === '') return null
  return template.replace(/^(local|github):/, '')
}

/** "#billing #prod", as they stand beside other small texts. */
export const tagsText = (agent: FleetAgent): string => agent.tags.map((tag) => `#${tag}`).join(' ')

/** What it was made from and what runs in it, in one line. */
export function originOf(agent: FleetAgent): string {
  return `${templateName(agent.template) ?? text.agents.blank} · ${runtimeName(agent.runtime)}`
}

export function runtimeName(runtime: string | null | undefined): string {
  switch (runtime) {
    case null:
    case undefined:
    case '':
    case 'claude':
    case 'claude-code':
      return 'Claude Code'
    case 'gemini':
    case 'gemini-cli':
      return 'Gemini CLI'
    case 'command':
      return 'Command'
    default:
      return runtime
  }
}
