import { defineStore } from 'pinia'
import { ref } from 'vue'

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

const MOST = 3
const STAYS_MS = 5000
/** Something to press needs more time than something to read. */
const STAYS_WITH_ACTION_MS = 10_000

/** One place for short notices. Errors and warnings stay until they are closed; at most three are stacked. */
export const useToasts = defineStore('toasts', () => {
  const items = ref<Toast[]>([])
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
    items.value = [...same, { id, kind, title, body, action }].slice(-MOST)
    if (kind === 'success' || kind === 'info')
      setTimeout(() => dismiss(id), action === null ? STAYS_MS : STAYS_WITH_ACTION_MS)
    return id
  }

  return { items, show, dismiss }
})
