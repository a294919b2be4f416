/**
 * Keys as text: one stroke is "k", "?", "arrowdown", "shift+g" or "mod+k" (Ctrl, or Cmd on a Mac); several strokes one
 * after the other are separated by spaces: "g a".
 */

/** The stroke of a key event; null for keys we never bind (alone standing modifiers, Alt). */
export function strokeOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string | null {
  if (event.altKey || ['Control', 'Meta', 'Shift', 'Alt', 'AltGraph', 'Dead'].includes(event.key))
    return null
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) return `mod+${event.shiftKey ? 'shift+' : ''}${key}`
  const letter = /^[a-z]$/.test(key)
  return event.shiftKey && (letter || key.length > 1) ? `shift+${key}` : key
}

/** How long the next stroke of a sequence may take. */
export const SEQUENCE_MS = 1200

export type Fed = { kind: 'match'; keys: string } | { kind: 'more' } | { kind: 'none' }

/** Puts strokes together to what is bound. "g" alone waits when "g a" is bound. */
export class KeySequence {
  #typed: string[] = []
  #at = 0

  feed(stroke: string, at: number, bound: readonly string[]): Fed {
    if (at - this.#at > SEQUENCE_MS) this.#typed = []
    this.#at = at
    // A stroke that does not go on with what was typed begins anew.
    for (const typed of [[...this.#typed, stroke], [stroke]]) {
      const keys = typed.join(' ')
      if (bound.includes(keys)) {
        this.#typed = []
        return { kind: 'match', keys }
      }
      if (bound.some((one) => one.startsWith(`${keys} `))) {
        this.#typed = typed
        return { kind: 'more' }
      }
    }
    this.#typed = []
    return { kind: 'none' }
  }

  reset(): void {
    this.#typed = []
  }
}

const NAMES: Record<string, string> = {
  arrowup: '↑',
  arrowdown: '↓',
  arrowleft: '←',
  arrowright: '→',
  enter: 'Enter',
  escape: 'Esc',
  space: 'Space',
  shift: 'Shift',
}

function onMac(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}

/** What stands on the keys, one entry per key: ["Ctrl", "K"], ["G", "A"]. */
export function keyNames(keys: string, mac = onMac()): string[] {
  return keys.split(/[ +]/).map((key) => {
    if (key === 'mod') return mac ? '⌘' : 'Ctrl'
    return NAMES[key] ?? key.toUpperCase()
  })
}

/** Letters that are typed into something are no commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  const input = target.closest('input')
  if (input !== null) return !['checkbox', 'radio', 'button', 'submit'].includes(input.type)
  return target.closest('textarea, select, [contenteditable]:not([contenteditable=false])') !== null
}

/** Something modal or a menu has the keyboard. */
export function isCovered(): boolean {
  return document.querySelector('[role=dialog], [role=menu], [role=alertdialog]') !== null
}
