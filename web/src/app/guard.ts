import type { SessionState } from '@/stores/session'

export interface Wanted {
  /** Full path with query. */
  path: string
  name: string | null
  /** The page may be seen without a session. */
  open: boolean
  /** Address to go to after signing in, as the query carries it. */
  next: string | null
}

export interface Standing {
  state: SessionState
  setupCompleted: boolean | null
}

export type Verdict =
  | { kind: 'stay' }
  /** Nothing moves while the page waits for the person to sign in again. */
  | { kind: 'refuse' }
  | { kind: 'sign-in'; next: string | null }
  | { kind: 'setup' }
  | { kind: 'go'; path: string }

/** Only addresses of this app: one slash, then no second one, so that nobody is sent to another site. */
export function safeNext(next: unknown): string | null {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : null
}

/** Decides where a navigation ends. Runs only after the session is known; no delays, no guesses. */
export function decide(wanted: Wanted, standing: Standing): Verdict {
  if (standing.state === 'ended' || standing.state === 'changing') return { kind: 'refuse' }
  if (standing.state === 'unreachable' || standing.state === 'starting') return { kind: 'stay' }

  if (standing.state === 'signed-in') {
    if (wanted.name !== 'sign-in' && wanted.name !== 'setup') return { kind: 'stay' }
    return { kind: 'go', path: safeNext(wanted.next) ?? '/' }
  }
  if (standing.setupCompleted === false) {
    return wanted.name === 'setup' ? { kind: 'stay' } : { kind: 'setup' }
  }
  if (wanted.name === 'setup') return { kind: 'sign-in', next: null }
  if (wanted.open) return { kind: 'stay' }
  return { kind: 'sign-in', next: wanted.path === '/' ? null : wanted.path }
}
