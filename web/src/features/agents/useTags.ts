import { computed, readonly, ref, shallowRef } from 'vue'
import { ApiError, messageOf } from '@/api/errors'
import { useFleet } from '@/stores/fleet'
import type { FleetAgent } from '@/stores/fleetModel'
import { text } from '@/text/en'
import { MOST_TAGS, tagsIn } from './tags'

/** The tags of one agent while they are edited: each change is stored at once, the last one counts. */
export function useTags(agent: () => FleetAgent) {
  const fleet = useFleet()
  const error = ref<string | null>(null)
  /** What the person asked for, until the server has answered. */
  const wanted = shallowRef<readonly string[] | null>(null)
  let sending = false

  const shown = computed(() => wanted.value ?? agent().tags)

  async function send(): Promise<void> {
    if (sending) return
    sending = true
    try {
      while (wanted.value !== null) {
        const asked = wanted.value
        await fleet.setTags(agent().name, asked)
        if (wanted.value === asked) wanted.value = null
      }
    } catch (failure) {
      wanted.value = null
      const field = failure instanceof ApiError ? failure.fields.tags : undefined
      error.value = field ?? messageOf(failure)
    } finally {
      sending = false
    }
  }

  function change(tags: readonly string[]): void {
    wanted.value = [...tags].sort()
    void send()
  }

  /** Takes what it can; what is left stays in the field. */
  function add(words: string): { added: string[]; rest: string } {
    const { tags, rest } = tagsIn(words)
    const fresh = tags.filter((tag) => !shown.value.includes(tag))
    const room = Math.max(0, MOST_TAGS - shown.value.length)
    const added = fresh.slice(0, room)
    const left = [...fresh.slice(room), ...rest]
    const [first] = rest
    if (fresh.length > room) error.value = text.tags.tooMany(MOST_TAGS)
    else error.value = first === undefined ? null : text.tags.unusable(first)
    if (added.length > 0) change([...shown.value, ...added])
    return { added, rest: left.join(' ') }
  }

  function remove(tag: string): void {
    error.value = null
    change(shown.value.filter((one) => one !== tag))
  }

  const forget = () => {
    error.value = null
  }
  return { shown, error: readonly(error), add, remove, forget }
}
