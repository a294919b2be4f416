import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export type ToastKind = 'success' | 'info' | 'warning' | 'error'

export interface ToastAction {
  label: string
  run: () => void
}

export interface Toast {
  id: number
  kind: ToastKind
  title: string
  body: string | null
  action: ToastAction | null
}

/** So many are shown at a time. */
const MOST = 3
/** So many that stay are kept; the oldest give way. */
const MOST_KEPT = 30
const STAYS_MS = 5000
/** Something to press needs more time than something to read. */
const STAYS_WITH_ACTION_MS = 10_000

/** Errors and warnings are there until somebody has closed them; the others go by themselves. */
const stays = (toast: Toast): boolean => toast.kind === 'error' || toast.kind === 'warning'

/**
 * The newest notices, at most three. Those that pass give way to those that stay, but the newest of them is always seen; what
 * stays and has no place waits for one.
 */
export function shownOf(items: readonly Toast[]): Toast[] {
  const staying = items.filter(stays)
  const passing = items.filter((toast) => !stays(toast))
  const room = Math.max(1, MOST - staying.length)
  const seen = new Set(passing.slice(-room))
  for (const toast of staying.slice(seen.size - MOST)) seen.add(toast)
  return items.filter((toast) => seen.has(toast))
}

/** What is kept: all that stays, and of the others only what is shown. */
function keptOf(items: readonly Toast[]): Toast[] {
  const shown = new Set(shownOf(items))
  const dropped = Math.max(0, items.filter(stays).length - MOST_KEPT)
  const old = new Set(items.filter(stays).slice(0, dropped))
  return items.filter((toast) => (stays(toast) ? !old.has(toast) : shown.has(toast)))
}

/** One place for short notices. Errors and warnings stay until they are closed; at most three are stacked. */
export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([])
  const shown = computed(() => shownOf(items.value))
  /** How many more wait for a place. */
  const waiting = computed(() => items.value.length - shown.value.length)
  let nextId = 1

  function dismiss(id: number): void {
    items.value = items.value.filter((toast) => toast.id !== id)
  }

  function show(
    kind: ToastKind,
    title: string,
    body: string | null = null,
    action: ToastAction | null = null,
  ): number {
    const id = nextId++
    const same = items.value.filter((toast) => toast.title !== title || toast.body !== body)
    const made: Toast = { id, kind, title, body, action }
    items.value = keptOf([...same, made])
    if (!stays(made))
      setTimeout(() => dismiss(id), action === null ? STAYS_MS : STAYS_WITH_ACTION_MS)
    return id
  }

  function clear(): void {
    items.value = []
  }

  return { items, shown, waiting, show, dismiss, clear }
})
