import { onScopeDispose } from 'vue'
import { liveStatus, useTopic } from '@/live/client'
import { agentTopic, type ConfigArea } from '@/live/frames'

/** How long a part of the page waits for the live connection before it asks without it. */
const WAIT_MS = 1500

/**
 * Asks for a part of an agent's configuration, and again whenever it may have changed: the live connection tells that
 * these areas did, or it comes back and changes may have been missed. Nothing is asked without a reason.
 */
export function useAgentConfig(
  name: () => string,
  areas: readonly ConfigArea[],
  load: () => void,
): void {
  // With the connection up, a change after our question is told. While it is made, the snapshot comes first.
  let asked = liveStatus.value !== 'connecting'
  let first = liveStatus.value === 'ready'
  const ask = () => {
    asked = true
    load()
  }
  const late = asked ? null : setTimeout(() => asked || ask(), WAIT_MS)

  useTopic(() => agentTopic(name()), {
    snapshot() {
      const known = first
      first = false
      if (!known) ask()
    },
    event(frame) {
      if (areas.some((area) => area === frame.data.area)) ask()
    },
  })
  if (asked) load()
  onScopeDispose(() => late !== null && clearTimeout(late))
}
