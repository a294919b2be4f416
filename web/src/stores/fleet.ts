import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { Freshness } from '@/api/http'
import type { AgentCreateRequest } from '@/api/types'
import { parseUtc } from '@/format/time'
import { someAtOnce, type Failure } from '@/lib/someAtOnce'
import type { EventFrame, FleetSnapshot, LiveEngine } from '@/live/frames'
import { text } from '@/text/en'
import { applyEvent, asListItem, replaceAll, upsert, type FleetAgent } from './fleetModel'
import { useRunControl } from './runControl'
import { useSession } from './session'
import { useStats } from './stats'
import { useToasts, type ToastAction } from './toasts'

export type Pending = 'starting' | 'stopping' | 'deleting' | 'creating'

export interface EngineState {
  state: 'unknown' | 'ok' | 'unreachable'
  /** Epoch milliseconds, null when not known. */
  since: number | null
}

/** How long a deleted name is remembered, so that a late list does not bring the agent back. */
const GRAVE_MS = 30_000

export const useFleet = defineStore('fleet', () => {
  const agents = shallowReactive(new Map<string, FleetAgent>())
  const pending = shallowReactive(new Map<string, Pending>())
  const graves = new Map<string, number>()
  const loaded = ref(false)
  const error = ref<string | null>(null)
  const engine = ref<EngineState>({ state: 'unknown', since: null })
  /** Up to when what is shown was true, epoch milliseconds; moves with live data. */
  const asOf = ref<number | null>(null)

  const session = useSession()
  const stats = useStats()
  const toasts = useToasts()
  const runControl = useRunControl()

  const list = computed(() => [...agents.values()])

  // ---------------------------------------------------------------- what the server tells

  function takeSnapshot(snapshot: FleetSnapshot): void {
    replaceAll(agents, snapshot.agents ?? [])
    for (const name of stats.figures.keys()) dropFiguresUnlessRunning(name)
    if (snapshot.engine !== undefined) takeEngine(snapshot.engine)
    if (snapshot.runs !== undefined) runControl.take(snapshot.runs)
    if (snapshot.budgets !== undefined) runControl.takeBudgets(snapshot.budgets)
    loaded.value = true
    error.value = null
    asOf.value = Date.now()
  }

  function takeEvent(frame: EventFrame): void {
    if (frame.event === 'engine_status') {
      takeEngine(frame.data as unknown as LiveEngine)
      return
    }
    if (runControl.takeEvent(frame)) return
    const name = applyEvent(agents, frame)
    if (name !== null) dropFiguresUnlessRunning(name)
    asOf.value = Date.now()
  }

  /** The connection is back and nothing was missed, or what was missed follows. */
  function upToDate(): void {
    asOf.value = Date.now()
  }

  function takeEngine(value: LiveEngine): void {
    if (value.state !== 'ok' && value.state !== 'unreachable') return
    engine.value = { state: value.state, since: parseUtc(value.since) }
  }

  function takeFreshness(freshness: Freshness): void {
    if (freshness.engine === null) return
    const age = freshness.ageMs ?? 0
    const same = engine.value.state === freshness.engine
    const since = freshness.engine === 'ok' ? null : Date.now() - age
    engine.value = { state: freshness.engine, since: same ? engine.value.since : since }
    asOf.value = Date.now() - age
  }

  function dropFiguresUnlessRunning(name: string): void {
    if (agents.get(name)?.status !== 'running') stats.drop(name)
  }

  /** Loads the list by REST: at the start when the socket is slow, and while it is down. */
  async function load(signal?: AbortSignal): Promise<void> {
    try {
      const answer = await api.agents(signal)
      const now = Date.now()
      replaceAll(
        agents,
        answer.data.filter((item) => (graves.get(item.name) ?? 0) < now - GRAVE_MS),
      )
      takeFreshness(answer.freshness)
      loaded.value = true
      error.value = null
    } catch (failure) {
      if (signal?.aborted === true) return
      error.value = messageOf(failure)
      throw failure
    }
  }

  function clear(): void {
    agents.clear()
    pending.clear()
    graves.clear()
    loaded.value = false
    error.value = null
    engine.value = { state: 'unknown', since: null }
    asOf.value = null
  }

  // ---------------------------------------------------------------- what a person does

  /** The answer of an action is true even when the live event is late or the socket is down. */
  function settle(name: string, status: 'running' | 'stopped'): void {
    const agent = agents.get(name)
    if (agent === undefined || agent.status === status) return
    const at = new Date().toISOString()
    agents.set(name, {
      ...agent,
      status,
      reason: 'user',
      exit_code: null,
      started_at: status === 'running' ? at : null,
      changed_at: at,
    })
    dropFiguresUnlessRunning(name)
  }

  const doings = {
    start: {
      pending: 'starting' as const,
      run: async (name: string) => {
        await api.startAgent(name)
        settle(name, 'running')
      },
      done: text.agent.started,
      failed: text.agent.startFailed,
    },
    stop: {
      pending: 'stopping' as const,
      run: async (name: string) => {
        await api.stopAgent(name)
        settle(name, 'stopped')
      },
      done: text.agent.stopped,
      failed: text.agent.stopFailed,
    },
  }

  async function act(kind: 'start' | 'stop', name: string): Promise<boolean> {
    if (pending.has(name)) return false
    const doing = doings[kind]
    pending.set(name, doing.pending)
    try {
      await doing.run(name)
      toasts.show('success', doing.done(name), null, undoOf(kind, name))
      return true
    } catch (failure) {
      toasts.show('error', doing.failed(name), messageOf(failure))
      return false
    } finally {
      pending.delete(name)
    }
  }

  /** A stopped agent was perhaps the wrong one. */
  function undoOf(kind: 'start' | 'stop', name: string): ToastAction | null {
    return kind === 'start'
      ? null
      : { label: text.agent.startAgain, run: () => void act('start', name) }
  }

  const start = (name: string) => act('start', name)
  const stop = (name: string) => act('stop', name)

  /** Does the same to many agents and tells what failed. */
  function actOnMany(
    kind: 'start' | 'stop',
    names: readonly string[],
    onDone: (count: number) => void,
  ): Promise<Failure[]> {
    const doing = doings[kind]
    const free = names.filter((name) => !pending.has(name))
    return someAtOnce(
      free,
      async (name) => {
        pending.set(name, doing.pending)
        try {
          await doing.run(name)
        } finally {
          pending.delete(name)
        }
      },
      onDone,
    )
  }

  /** Stops and starts, and tells which of the two is under way. Throws on failure, with the agent in between. */
  async function restart(name: string, at: (step: 'stop' | 'start') => void): Promise<void> {
    try {
      for (const step of ['stop', 'start'] as const) {
        if (step === 'stop' && agents.get(name)?.status === 'stopped') continue
        at(step)
        pending.set(name, doings[step].pending)
        await doings[step].run(name)
      }
    } finally {
      pending.delete(name)
    }
  }

  async function removeQuietly(name: string): Promise<void> {
    pending.set(name, 'deleting')
    try {
      await api.deleteAgent(name)
      graves.set(name, Date.now())
      agents.delete(name)
      stats.drop(name)
    } finally {
      pending.delete(name)
    }
  }

  /** Throws on failure: the dialog that asked stays open and shows the reason. */
  async function remove(name: string): Promise<void> {
    await removeQuietly(name)
    toasts.show('success', text.agent.deleted(name))
  }

  /** Deletes many agents and tells which are still there. */
  function removeMany(
    names: readonly string[],
    onDone: (count: number) => void,
  ): Promise<Failure[]> {
    return someAtOnce(names, removeQuietly, onDone)
  }

  /** Throws on failure: the dialog attaches the reasons to its fields. */
  async function create(request: AgentCreateRequest): Promise<string> {
    const agent = await api.createAgent(request)
    graves.delete(agent.name)
    if (!agents.has(agent.name)) {
      upsert(agents, asListItem(agent, session.person?.username ?? null))
    }
    toasts.show('success', text.agent.created(agent.name))
    return agent.name
  }

  /** Throws on failure. Other pages are told by the server; this one need not wait for it. */
  async function setTags(name: string, wanted: readonly string[]): Promise<void> {
    const { tags } = await api.setTags(name, wanted)
    const agent = agents.get(name)
    if (agent !== undefined) agents.set(name, { ...agent, tags })
  }

  /** Its settings, its sharing and its permissions belong to its owner and to administrators. */
  function mayManage(agent: FleetAgent): boolean {
    return agent.is_owner || session.isAdmin
  }

  function mayDelete(agent: FleetAgent): boolean {
    return !agent.is_system && mayManage(agent)
  }

  return {
    agents,
    pending,
    loaded,
    error,
    engine,
    asOf,
    list,
    takeSnapshot,
    takeEvent,
    upToDate,
    load,
    clear,
    start,
    stop,
    actOnMany,
    remove,
    removeMany,
    create,
    restart,
    setTags,
    mayManage,
    mayDelete,
  }
})
