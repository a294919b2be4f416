import { computed, onScopeDispose, shallowReactive, type Component } from 'vue'
import { isCovered, isTyping, KeySequence, strokeOf } from '@/lib/keys'

/** Something a person can do from the command palette, by a key, or both. */
export interface Command {
  id: string
  label: string
  group: string
  /** Keys that run it, in the spelling of lib/keys. */
  keys?: string
  /** More keys for the same, not shown in the help. */
  alsoKeys?: readonly string[]
  icon?: Component
  /** Other words people may look for. */
  words?: string
  /** Only a key: it makes no sense in the palette. */
  keyOnly?: boolean
  /** Works while something is typed, too. */
  always?: boolean
  run: () => void
}

const sets = shallowReactive(new Map<symbol, () => readonly Command[]>())

/** Everything that can be done now; pages that come later win over the shell for the same key. */
export const commands = computed(() => [...sets.values()].flatMap((get) => get()))

/** Offers commands while the calling component lives. */
export function useCommands(get: () => readonly Command[]): void {
  const owner = Symbol('commands')
  sets.set(owner, get)
  onScopeDispose(() => sets.delete(owner))
}

const keysOf = (command: Command): string[] => [
  ...(command.keys === undefined ? [] : [command.keys]),
  ...(command.alsoKeys ?? []),
]

/** Listens for the keys of all commands while the calling component lives. */
export function useCommandKeys(): void {
  const sequence = new KeySequence()

  function onKey(event: KeyboardEvent): void {
    const stroke = event.defaultPrevented || event.isComposing ? null : strokeOf(event)
    if (stroke === null) return
    const covered = isCovered()
    const typing = isTyping(event.target)
    const open = commands.value.filter(
      (command) => keysOf(command).length > 0 && !covered && (!typing || command.always),
    )
    const fed = sequence.feed(stroke, event.timeStamp, open.flatMap(keysOf))
    if (fed.kind === 'none') return
    event.preventDefault()
    if (fed.kind === 'match') open.findLast((command) => keysOf(command).includes(fed.keys))?.run()
  }

  document.addEventListener('keydown', onKey)
  onScopeDispose(() => document.removeEventListener('keydown', onKey))
}
