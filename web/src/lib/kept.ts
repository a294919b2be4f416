/**
 * What this browser keeps for a person: how the page looks and where they were. Everybody who signs in here has their own; one
 * person's choices are never another's. Where the browser forbids it, nothing is kept.
 */
let person = ''

/** What names agents: it goes when the person signs out. Drafts go the same way, see stores/chats. */
const NAMING = ['trinity-graph-places']
/** Of the browser, not of a person: it is read before anybody has signed in, by /theme.js. */
export const THEME_KEY = 'trinity-theme'

const keyOf = (key: string): string => `${key}:${person}`

/** Says whose things are read and written from now on; empty: nobody's, and nothing is kept. */
export function keepFor(who: string): void {
  person = who
}

export function readKept(key: string): string | null {
  if (person === '') return null
  try {
    return localStorage.getItem(keyOf(key))
  } catch {
    return null
  }
}

export function writeKept(key: string, value: string): void {
  if (person === '') return
  try {
    localStorage.setItem(keyOf(key), value)
  } catch {
    // kept for this page only
  }
}

/** The person signs out: what names agents does not stay behind. */
export function forgetNames(): void {
  try {
    for (const key of NAMING) localStorage.removeItem(keyOf(key))
  } catch {
    // there is nothing to forget
  }
}

/** Earlier versions kept things for whoever came: nobody knows whose they are. */
export function forgetOwnerless(): void {
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith('trinity-') && !key.includes(':') && key !== THEME_KEY)
        localStorage.removeItem(key)
  } catch {
    // there is nothing to forget
  }
}
