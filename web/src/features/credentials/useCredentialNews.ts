import { onScopeDispose } from 'vue'
import { liveStatus, useTopic } from '@/live/client'
import { USER_TOPIC } from '@/live/frames'

/** How long the page waits for the live connection before it asks without it. */
const WAIT_MS = 1500

/** Asks for the person's credentials now, and again when the live connection tells that they changed. */
export function useCredentialNews(load: () => void): void {
  let asked = liveStatus.value !== 'connecting'
  let known = liveStatus.value === 'ready'
  const ask = () => {
    asked = true
    load()
  }
  const late = asked ? null : setTimeout(() => asked || ask(), WAIT_MS)
  useTopic(() => USER_TOPIC, {
    snapshot() {
      // The first one comes with the question below; a later one means that news may have been missed.
      if (!known) ask()
      known = false
    },
    event(frame) {
      if (frame.event === 'credentials_changed') ask()
    },
  })
  if (asked) load()
  onScopeDispose(() => late !== null && clearTimeout(late))
}
