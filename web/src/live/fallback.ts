/**
 * Polling by REST while, and only while, the live socket does not bring something: because it is down, or because the
 * server refused that one topic. The one place in the UI that polls.
 *
 * A resource is planned again only after its answer, never overlaps itself, pauses in hidden tabs, and slows down
 * after three failures in a row.
 */
export interface FallbackResource {
  /** Names the resource; the first `subscribed` of the topic with this name ends its polling. */
  key: string
  intervalMs: number
  load: (signal: AbortSignal) => Promise<void>
}

interface Entry {
  resource: FallbackResource
  /** The server refused its topic: it is polled although the socket is up. */
  refused: boolean
  failures: number
  timer: ReturnType<typeof setTimeout> | null
  running: AbortController | null
}

/** The socket gets this long to come back before anything is asked by REST. */
export const GRACE_MS = 5000
const SLOWEST_MS = 60_000

/** How often each resource is asked for while the live connection does not bring it: nothing else sets an interval. */
export const FALLBACK_MS = {
  activity: 5_000,
  stats: 10_000,
  git: 60_000,
  logs: 15_000,
  queue: 10_000,
  executions: 15_000,
  execution: 5_000,
  /** The least: an agent's own dashboard says how often it changes. */
  dashboard: 15_000,
  metrics: 60_000,
  /** Moves with the turns of the agent: mostly asked for together with its activity. */
  session: 60_000,
  agents: 15_000,
  contexts: 10_000,
  dayOfRuns: 30_000,
  timeline: 15_000,
  host: 10_000,
  attention: 10_000,
  pressure: 10_000,
} as const

export class FallbackPoller {
  readonly #entries = new Map<string, Entry>()
  #down = false
  #active = false
  #grace: ReturnType<typeof setTimeout> | null = null

  constructor(
    private readonly hidden: () => boolean = () => document.hidden,
    private readonly onActive: (active: boolean) => void = () => undefined,
  ) {}

  get active(): boolean {
    return this.#active
  }

  /** Adds a resource while something on the page shows it. Returns the function that takes it away. */
  add(resource: FallbackResource): () => void {
    this.#remove(resource.key)
    const entry: Entry = { resource, refused: false, failures: 0, timer: null, running: null }
    this.#entries.set(resource.key, entry)
    if (this.#active) void this.#load(entry)
    return () => {
      if (this.#entries.get(resource.key) === entry) this.#remove(resource.key)
    }
  }

  /** The topic of a resource was refused: it is polled until `subscribed`. */
  refused(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.refused) return
    entry.refused = true
    if (entry.timer === null && entry.running === null) this.#plan(entry, GRACE_MS)
  }

  subscribed(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.refused = false
    if (!this.#active) this.#halt(entry)
  }

  /** The socket is gone, or not there yet. */
  socketDown(): void {
    if (this.#down) return
    this.#down = true
    this.#grace = setTimeout(() => {
      this.#grace = null
      this.#active = true
      this.onActive(true)
      for (const entry of this.#entries.values()) void this.#load(entry)
    }, GRACE_MS)
  }

  /** The socket is signed in again: nothing is polled any more. */
  socketUp(): void {
    this.#down = false
    if (this.#grace !== null) clearTimeout(this.#grace)
    this.#grace = null
    for (const entry of this.#entries.values()) if (!entry.refused) this.#halt(entry)
    if (this.#active) {
      this.#active = false
      this.onActive(false)
    }
  }

  /** The tab is visible again: ask at once for what was left out meanwhile. */
  visible(): void {
    if (this.hidden()) return
    for (const entry of this.#entries.values()) {
      if (entry.running !== null || !this.#needed(entry)) continue
      if (entry.timer !== null) clearTimeout(entry.timer)
      void this.#load(entry)
    }
  }

  #needed(entry: Entry): boolean {
    return this.#active || entry.refused
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#halt(entry)
    this.#entries.delete(key)
  }

  #halt(entry: Entry): void {
    if (entry.timer !== null) clearTimeout(entry.timer)
    entry.timer = null
    entry.running?.abort()
    entry.running = null
    entry.failures = 0
  }

  async #load(entry: Entry): Promise<void> {
    if (this.hidden()) {
      this.#plan(entry)
      return
    }
    const running = new AbortController()
    entry.running = running
    try {
      await entry.resource.load(running.signal)
      entry.failures = 0
    } catch {
      entry.failures += 1
    }
    if (entry.running !== running) return
    entry.running = null
    this.#plan(entry)
  }

  #plan(entry: Entry, first?: number): void {
    if (!this.#needed(entry) || this.#entries.get(entry.resource.key) !== entry) return
    const slower = entry.failures < 3 ? 1 : 2 ** (entry.failures - 2)
    const wait = Math.min(
      Math.max(SLOWEST_MS, entry.resource.intervalMs),
      entry.resource.intervalMs * slower,
    )
    entry.timer = setTimeout(() => {
      entry.timer = null
      void this.#load(entry)
    }, first ?? wait)
  }
}
