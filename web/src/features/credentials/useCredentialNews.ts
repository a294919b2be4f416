import { onScopeDispose, watch } from 'vue'
import { live, type TopicHold, type TopicListener } from '@/live/client'
import { agentTopic } from '@/live/frames'

/** A socket has room for 64 topics; these are for the agents that use the person's credentials. */
const MOST = 32

/**
 * Asks for the person's credentials now, and again when an agent that uses one of them tells that something about its
 * credentials changed. Much news at once is one question, and one more when it came while that was asked.
 */
export function useCredentialNews(
  agents: () => readonly string[],
  load: () => Promise<void>,
): void {
  let asking = false
  let again = false

  async function ask(): Promise<void> {
    if (asking) {
      again = true
      return
    }
    asking = true
    do {
      again = false
      await load()
    } while (again)
    asking = false
  }

  function listener(): TopicListener {
    let first = true
    return {
      snapshot() {
        // The first one says nothing new; a later one means that news may have been missed.
        if (!first) void ask()
        first = false
      },
      event(frame) {
        if (frame.data.area === 'credentials') void ask()
      },
    }
  }

  const holds = new Map<string, TopicHold>()
  watch(
    () => agents().slice(0, MOST).join(),
    (joined) => {
      const names = new Set(joined.split(',').filter(Boolean))
      for (const [name, hold] of holds) {
        if (names.has(name)) continue
        hold.release()
        holds.delete(name)
      }
      for (const name of names)
        if (!holds.has(name)) holds.set(name, live.hold(agentTopic(name), listener()))
    },
    { immediate: true },
  )
  void ask()
  onScopeDispose(() => {
    for (const hold of holds.values()) hold.release()
  })
}
