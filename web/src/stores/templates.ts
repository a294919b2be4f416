import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import type { Template } from '@/api/types'

/** The templates, loaded when something shows them. What is known stays while it is loaded again. */
export const useTemplates = defineStore('templates', () => {
  const items = shallowRef<Template[] | null>(null)
  const error = ref<string | null>(null)
  const loading = ref(false)

  async function load(): Promise<void> {
    if (loading.value) return
    loading.value = true
    try {
      items.value = await api.templates()
      error.value = null
    } catch (failure) {
      error.value = messageOf(failure)
    } finally {
      loading.value = false
    }
  }

  function clear(): void {
    items.value = null
    error.value = null
  }

  return { items, error, loading, load, clear }
})
