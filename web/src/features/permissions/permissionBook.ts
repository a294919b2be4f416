import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { messageOf } from '@/api/errors'

/** How the book reaches the server. */
export interface PermissionCalls {
  permit(target: string, on: boolean): Promise<void>
  replace(permitted: readonly string[]): Promise<void>
}

/** From more changes on the whole list is sent, not each of them. */
const MANY = 8

/**
 * Which agents one agent may call: what the server said, and over it what has been chosen and is not answered yet. The
 * changes are sent one after the other, in the order in which they were made. One that fails is taken back, and kept
 * with its reason.
 */
export class PermissionBook {
  readonly #known = shallowRef<ReadonlySet<string>>(new Set())
  readonly #wished = shallowReactive(new Map<string, boolean>())
  readonly #failed = shallowReactive(new Map<string, boolean>())
  readonly #reason = ref<string | null>(null)
  readonly #everSaved = ref(false)
  #line: Promise<void> = Promise.resolve()
  #jobs = 0
  #whenIdle: (() => void) | null = null

  /** How many changes are on their way. */
  readonly saving = computed(() => this.#wished.size)
  readonly failures = computed(() => this.#failed.size)
  /** Why the last ones failed; null when none did since the last try. */
  readonly reason = computed(() => (this.#failed.size > 0 ? this.#reason.value : null))
  readonly saved = computed(
    () => this.#everSaved.value && this.saving.value === 0 && this.failures.value === 0,
  )

  constructor(private readonly calls: PermissionCalls) {}

  has(target: string): boolean {
    return this.#wished.get(target) ?? this.#known.value.has(target)
  }

  hasFailed(target: string): boolean {
    return this.#failed.has(target)
  }

  /** What the server says now. Not to be called while changes are on their way: see `whenIdle`. */
  take(permitted: readonly string[]): void {
    this.#known.value = new Set(permitted)
  }

  /** Runs when nothing is on its way, at once or later; a later call takes the place of an earlier one. */
  whenIdle(run: () => void): void {
    if (this.#jobs === 0) run()
    else this.#whenIdle = run
  }

  set(target: string, on: boolean): Promise<void> {
    return this.#change([target], on, async () => {
      // Chosen back meanwhile, or there already: nothing to send.
      if (this.#wished.get(target) !== on || this.#known.value.has(target) === on) return false
      await this.calls.permit(target, on)
      return true
    })
  }

  /** All of these at once, in one call that states the whole list. */
  setAll(targets: readonly string[], on: boolean): Promise<void> {
    const changed = targets.filter((target) => this.has(target) !== on)
    if (changed.length === 0) return Promise.resolve()
    return this.#change(changed, on, async () => {
      await this.calls.replace([...after(this.#known.value, changed, on)].sort())
      return true
    })
  }

  /** Tries once more what has failed. */
  retry(): void {
    const again = [...this.#failed]
    this.#forgive()
    for (const wanted of [true, false]) {
      const targets = again.filter(([, on]) => on === wanted).map(([target]) => target)
      if (targets.length > MANY) void this.setAll(targets, wanted)
      else for (const target of targets) void this.set(target, wanted)
    }
  }

  #forgive(): void {
    this.#failed.clear()
    this.#reason.value = null
  }

  #change(targets: readonly string[], on: boolean, send: () => Promise<boolean>): Promise<void> {
    this.#forgive()
    for (const target of targets) this.#wished.set(target, on)
    this.#jobs += 1
    this.#line = this.#line.then(async () => {
      try {
        if (await send()) {
          this.#known.value = after(this.#known.value, targets, on)
          this.#everSaved.value = true
        }
      } catch (failure) {
        for (const target of targets)
          if (this.#wished.get(target) === on) this.#failed.set(target, on)
        this.#reason.value = messageOf(failure)
      }
      this.#settle(targets, on)
    })
    return this.#line
  }

  /** A wish that was changed meanwhile belongs to the job behind. */
  #settle(targets: readonly string[], on: boolean): void {
    for (const target of targets) if (this.#wished.get(target) === on) this.#wished.delete(target)
    this.#jobs -= 1
    if (this.#jobs > 0) return
    const run = this.#whenIdle
    this.#whenIdle = null
    run?.()
  }
}

function after(known: ReadonlySet<string>, targets: readonly string[], on: boolean): Set<string> {
  const now = new Set(known)
  for (const target of targets) {
    if (on) now.add(target)
    else now.delete(target)
  }
  return now
}
