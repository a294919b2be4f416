import { readonly, shallowRef } from 'vue'
import type { Router } from 'vue-router'

/**
 * Pages and parts are scripts of their own, fetched when they are needed. After a new version was installed, or when the
 * network changed under way, that fails although nothing else is wrong: then the whole page is loaded again, once, or the
 * person is told and has a button for it.
 */
const FAILURES =
  /dynamically imported module|importing a module script failed|unable to preload css|failed to load module script/i

/** Whether a script or style of a page could not be fetched; other errors are faults of the page itself. */
export function isLoadFailure(error: unknown): boolean {
  return error instanceof Error && FAILURES.test(error.message)
}

/** Fetches a script once more when that has failed: mostly the network has only hiccuped. */
export function twice<T>(load: () => Promise<T>): () => Promise<T> {
  return () =>
    load().catch((error: unknown) => (isLoadFailure(error) ? load() : Promise.reject(error)))
}

/** What is done by the browser, so that the rules can be tested without one. */
export interface Surroundings {
  /** Whether the server answers at this address just now. */
  reachable(address: string): Promise<boolean>
  open(address: string): void
  remembered(): string | null
  remember(value: string): void
  now(): number
}

/** So long after a load it is not tried by itself again: it did not help, and must not go round. */
export const AGAIN_AFTER_MS = 60_000

const failed = shallowRef<string | null>(null)
/** The address whose page could not be loaded; null while there is none. */
export const failedPage = readonly(failed)

export function pageArrived(): void {
  failed.value = null
}

export async function pageFailed(address: string, around: Surroundings = browser): Promise<void> {
  const last = Number(around.remembered() ?? 0)
  const tried = around.now() - last < AGAIN_AFTER_MS
  if (!tried && (await around.reachable(address))) {
    around.remember(String(around.now()))
    around.open(address)
    return
  }
  failed.value = address
}

const KEY = 'trinity-loaded-again'

const browser: Surroundings = {
  async reachable(address) {
    try {
      const options = { cache: 'no-store', headers: { Accept: 'text/html' } } as const
      return (await fetch(address, options)).ok
    } catch {
      return false
    }
  },
  open: (address) => window.location.assign(address),
  remembered() {
    try {
      return sessionStorage.getItem(KEY)
    } catch {
      // Where nothing can be remembered, nothing is done by itself.
      return String(Date.now())
    }
  },
  remember(value) {
    try {
      sessionStorage.setItem(KEY, value)
    } catch {
      // remembered() has said so before
    }
  },
  now: () => Date.now(),
}

/** Loads what a person wants to see once more. */
export function loadAgain(address = window.location.href): void {
  browser.open(address)
}

export function watchPageLoads(router: Router): void {
  router.onError((error, to) => {
    if (isLoadFailure(error)) void pageFailed(to.fullPath)
  })
  router.afterEach((_to, _from, failure) => {
    if (failure === undefined) pageArrived()
  })
}
