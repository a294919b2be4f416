import { defineStore } from 'pinia'
import { ref } from 'vue'
import { toClipboard } from '@/lib/toClipboard'

/** The one way by which texts are copied. What the browser does not let the page copy is shown, to be copied by hand. */
export const useCopying = defineStore('copying', () => {
  /** Shown selected, in a dialog of its own. */
  const byHand = ref<string | null>(null)

  /** True when the text is on the clipboard. */
  async function copy(value: string): Promise<boolean> {
    if (await toClipboard(value)) return true
    byHand.value = value
    return false
  }

  function close(): void {
    byHand.value = null
  }

  return { byHand, copy, close }
})
