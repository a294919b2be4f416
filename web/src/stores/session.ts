import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import { setToken } from '@/api/http'
import { parseUtc } from '@/format/time'
import { forgetNames, keepFor } from '@/lib/kept'

/**
 * `ended`: the server ended the session; the page stands as it was left until the same person signs in again. `changing`: the
 * browser's session is another person's now, and the page is about to be loaded anew.
 */
export type SessionState =
  'starting' | 'unreachable' | 'signed-out' | 'signed-in' | 'ended' | 'changing'
/** What asking for a fresh token came to; `unknown`: no answer, which is no sign that the session is over. */
export type Renewal = 'renewed' | 'over' | 'unknown'
/** Why the person is asked to sign in. */
export type SignInReason = 'signed-out' | 'setup-done' | 'setup-already'

export interface Person {
  username: string
  role: string
  /** null: none, or not told yet. */
  email: string | null
}

/** The claims we read for display. The server checks the token; nothing is decided by this. */
export function claimsOf(token: string): { username: string | null; expiresAt: number | null } {
  try {
    const part = token.split('.')[1] ?? ''
    const json = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    const claims = JSON.parse(json) as { sub?: unknown; exp?: unknown }
    return {
      username: typeof claims.sub === 'string' ? claims.sub : null,
      expiresAt: typeof claims.exp === 'number' ? claims.exp * 1000 : null,
    }
  } catch {
    return { username: null, expiresAt: null }
  }
}

/** Who is signed in. The token is only in memory; a reload asks for a new one with the HttpOnly cookie. */
export const useSession = defineStore('session', () => {
  const state = ref<SessionState>('starting')
  const token = ref<string | null>(null)
  const person = ref<Person | null>(null)
  const expiresAt = ref<number | null>(null)
  const reason = ref<SignInReason | null>(null)
  /** null until asked; asked once per load of the page. */
  const setupCompleted = ref<boolean | null>(null)

  /** The server is being told that the person leaves. */
  const leaving = ref(false)

  const signedIn = computed(() => state.value === 'signed-in')
  /** Somebody's page stands: of a person who is signed in, or has to sign in again to go on. */
  const present = computed(() => signedIn.value || state.value === 'ended')
  const isAdmin = computed(() => person.value?.role === 'admin')

  let started: Promise<void> | null = null
  /** Whose token it is, as the token itself says. */
  const subject = ref<string | null>(null)
  /** Calls that were refused because the session has ended wait for this. */
  let again: { promise: Promise<boolean>; settle: (goesOn: boolean) => void } | null = null

  /** Finds out who we are. Called by the guard; everybody waits for the same answer. */
  function start(): Promise<void> {
    started ??= find()
    return started
  }

  function startAgain(): Promise<void> {
    started = null
    state.value = 'starting'
    return start()
  }

  async function find(): Promise<void> {
    try {
      accept((await api.openSession()).access_token)
      return
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) {
        state.value = 'unreachable'
        return
      }
    }
    try {
      setupCompleted.value = (await api.setupStatus()).setup_completed
      state.value = 'signed-out'
    } catch {
      state.value = 'unreachable'
    }
  }

  function accept(value: string): void {
    const claims = claimsOf(value)
    if (subject.value !== null && claims.username !== subject.value) {
      changePerson()
      return
    }
    keepFor(claims.username ?? '')
    subject.value = claims.username ?? ''
    token.value = value
    setToken(value)
    setupCompleted.value = true
    expiresAt.value = claims.expiresAt
    person.value = {
      username: claims.username ?? '',
      role: person.value?.role ?? 'user',
      email: person.value?.email ?? null,
    }
    reason.value = null
    state.value = 'signed-in'
    settle(true)
  }

  function settle(goesOn: boolean): void {
    again?.settle(goesOn)
    again = null
  }

  function drop(): void {
    // Whoever keeps something hears of it first, and may still write for the person who leaves.
    subject.value = null
    forgetNames()
    keepFor('')
    token.value = null
    setToken(null)
    person.value = null
    expiresAt.value = null
  }

  /** Nothing of what the first person saw or typed may be there for the next one. */
  function changePerson(): void {
    drop()
    state.value = 'changing'
    settle(false)
  }

  /** The session is over without the person's will. Who it was stays known: the page waits for them. */
  function end(): void {
    if (state.value !== 'signed-in') return
    token.value = null
    setToken(null)
    state.value = 'ended'
  }

  /** Whether the session goes on. While it has ended the answer comes when somebody has signed in, or left. */
  function goesOn(): Promise<boolean> {
    if (state.value !== 'ended') return Promise.resolve(signedIn.value)
    if (again === null) {
      let settleIt: (goesOn: boolean) => void = () => undefined
      const promise = new Promise<boolean>((done) => {
        settleIt = done
      })
      again = { promise, settle: settleIt }
    }
    return again.promise
  }

  /** What the live socket says about us; without an address it says nothing about that. */
  function known(
    username: string,
    role: string,
    expires: string | null,
    email: string | null = person.value?.email ?? null,
  ): void {
    person.value = { username: username || (person.value?.username ?? ''), role, email }
    expiresAt.value = parseUtc(expires) ?? expiresAt.value
  }

  async function signIn(username: string, password: string): Promise<void> {
    try {
      accept((await api.signIn(username, password)).access_token)
    } catch (error) {
      if (error instanceof ApiError && error.detail === 'setup_required')
        setupCompleted.value = false
      throw error
    }
  }

  async function finishSetup(password: string, confirm: string): Promise<void> {
    try {
      await api.setAdminPassword(password, confirm)
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) {
        setupCompleted.value = true
        reason.value = 'setup-already'
      }
      throw error
    }
    setupCompleted.value = true
    try {
      await signIn('admin', password)
    } catch {
      reason.value = 'setup-done' // the password is set; signing in by hand is left
    }
  }

  /** Asks for a fresh token by the cookie. */
  async function renew(): Promise<Renewal> {
    try {
      accept((await api.openSession()).access_token)
      return 'renewed'
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? 'over' : 'unknown'
    }
  }

  function forget(why: SignInReason): void {
    drop()
    setupCompleted.value = true
    reason.value = why
    state.value = 'signed-out'
    settle(false)
  }

  /** Signed out is who the server has let go: when it cannot be told, this throws and the person is still signed in. */
  async function signOut(): Promise<void> {
    leaving.value = true
    try {
      await api.closeSession()
    } catch (error) {
      // There is no such session any more.
      if (!(error instanceof ApiError && error.status === 401)) throw error
    } finally {
      leaving.value = false
    }
    forget('signed-out')
  }

  return {
    state,
    token,
    person,
    subject,
    expiresAt,
    reason,
    setupCompleted,
    leaving,
    signedIn,
    present,
    isAdmin,
    start,
    startAgain,
    known,
    signIn,
    finishSetup,
    renew,
    end,
    goesOn,
    forget,
    signOut,
  }
})
