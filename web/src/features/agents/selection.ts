import { computed, shallowReactive, watch } from 'vue'

/** The agents a person has chosen in a list. What is no longer shown is no longer chosen. */
export interface Selection {
  readonly size: number
  readonly names: readonly string[]
  has(name: string): boolean
  /** With `extend`, everything from the last one touched to this one gets the same state. */
  toggle(name: string, extend?: boolean): void
  toggleAll(off: boolean): void
  clear(): void
}

export function useSelection(shown: () => readonly string[]): Selection {
  const chosen = shallowReactive(new Set<string>())
  const names = computed(() => shown().filter((name) => chosen.has(name)))
  let last: string | null = null

  watch(shown, (now) => {
    const still = new Set(now)
    for (const name of [...chosen]) if (!still.has(name)) chosen.delete(name)
  })

  function put(name: string, on: boolean): void {
    if (on) chosen.add(name)
    else chosen.delete(name)
  }

  function toggle(name: string, extend = false): void {
    const on = !chosen.has(name)
    const all = shown()
    const from = extend && last !== null ? all.indexOf(last) : -1
    const to = all.indexOf(name)
    if (from < 0 || to < 0) put(name, on)
    else for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) put(one, on)
    last = name
  }

  return {
    get size() {
      return names.value.length
    },
    get names() {
      return names.value
    },
    has: (name) => chosen.has(name),
    toggle,
    toggleAll(off) {
      for (const name of shown()) put(name, !off)
    },
    clear() {
      chosen.clear()
      last = null
    },
  }
}
