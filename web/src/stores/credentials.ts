import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { Credential } from '@/api/types'

/** What is known of the person's own credentials, loaded when something shows them. Never a secret. */
export const useCredentials = defineStore('credentials', () => {
  const items = shallowRef<Credential[] | null>(null)
  const error = ref<string | null>(null)
  const loading = ref(false)
  let asked = 0

  /** A newer call wins over an older one. */
  async function load(): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const answer = await api.credentials()
      if (mine !== asked) return
      items.value = answer
      error.value = null
    } catch (failure) {
      if (mine === asked) error.value = messageOf(failure)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  /** Puts what the server answered to a change into the list. */
  function put(one: Credential): void {
    const others = (items.value ?? []).filter((other) => other.id !== one.id)
    const before = items.value?.find((other) => other.id === one.id)
    const whole = { agents: before?.agents, pending_agents: before?.pending_agents, ...one }
    const next = {
      ...whole,
      agents: whole.agents ?? [],
      pending_agents: whole.pending_agents ?? [],
    }
    items.value = before === undefined ? [next, ...others] : swap(items.value ?? [], next)
  }

  function drop(id: string): void {
    items.value = (items.value ?? []).filter((other) => other.id !== id)
  }

  function clear(): void {
    asked += 1
    items.value = null
    error.value = null
    loading.value = false
  }

  return { items, error, loading, load, put, drop, clear }
})

const swap = (all: readonly Credential[], next: Credential) =>
  all.map((one) => (one.id === next.id ? next : one))
