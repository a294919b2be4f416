import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import { setToken } from '@/api/http'
import { parseUtc } from '@/format/time'

export type SessionState = 'starting' | 'unreachable' | 'signed-out' | 'signed-in'
/** Why the person is asked to sign in. */
export type SignInReason = 'ended' | 'signed-out' | 'setup-done' | 'setup-already'

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

  const signedIn = computed(() => state.value === 'signed-in')
  const isAdmin = computed(() => person.value?.role === 'admin')

  let started: Promise<void> | null = null

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

  /** Asks for a fresh token. False when the session is over; an answer that did not arrive is no such sign. */
  async function renew(): Promise<boolean> {
    try {
      accept((await api.openSession()).access_token)
      return true
    } catch (error) {
      return !(error instanceof ApiError && error.status === 401)
    }
  }

  function forget(why: SignInReason): void {
    token.value = null
    setToken(null)
    person.value = null
    expiresAt.value = null
    setupCompleted.value = true
    reason.value = why
    state.value = 'signed-out'
  }

  async function signOut(): Promise<void> {
    try {
      await api.closeSession()
    } finally {
      forget('signed-out')
    }
  }

  return {
    state,
    token,
    person,
    expiresAt,
    reason,
    setupCompleted,
    signedIn,
    isAdmin,
    start,
    startAgain,
    known,
    signIn,
    finishSetup,
    renew,
    forget,
    signOut,
  }
})
