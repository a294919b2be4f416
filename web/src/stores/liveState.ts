import { defineStore } from 'pinia'
import { ref } from 'vue'

/** What the page shows about the live connection beside its status. */
export const useLiveState = defineStore('liveState', () => {
  /** REST polling stands in for the socket. */
  const polling = ref(false)
  const roleKnown = ref(false)

  function reset(): void {
    polling.value = false
    roleKnown.value = false
  }

  return { polling, roleKnown, reset }
})
