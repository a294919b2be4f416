import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effectScope, type EffectScope } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { useLeaving, type Leaving } from '@/app/leaving'
import { setToken } from '@/api/http'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { fakeServer, token } from '../helpers'

class FakeChannel {
  static all: FakeChannel[] = []
  static said: unknown[] = []
  onmessage: ((event: { data: unknown }) => void) | null = null
  constructor() {
    FakeChannel.all.push(this)
  }
  postMessage(news: unknown): void {
    FakeChannel.said.push(news)
  }
}

const jwt = (sub: string) => token({ sub })
let router: Router
let scope: EffectScope
let ways: Leaving
let answers: Record<string, (init: RequestInit) => [number, unknown]>

beforeEach(async () => {
  vi.stubGlobal('BroadcastChannel', FakeChannel)
  FakeChannel.all = []
  FakeChannel.said = []
  setActivePinia(createPinia())
  setToken(null)
  answers = {
    'POST /api/token': () => [200, { access_token: jwt('maria') }],
    'POST /api/auth/session': () => [200, { access_token: jwt('maria') }],
    'DELETE /api/auth/session': () => [204, null],
  }
  fakeServer(answers)
  const page = { template: '<p />' }
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/login', name: 'sign-in', component: page, meta: { open: true } },
      { path: '/agents', component: page },
    ],
  })
  await router.push('/agents')
  scope = effectScope()
  const app = createApp({})
  app.use(router)
  const made = app.runWithContext(() => scope.run(() => useLeaving()))
  if (made === undefined) throw new Error('nothing made')
  ways = made
  await useSession().signIn('maria', 'x')
  await flushPromises()
  FakeChannel.said = []
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

const path = () => router.currentRoute.value.path
const otherTabSays = (news: unknown) => FakeChannel.all[0]?.onmessage?.({ data: news })

describe('signing out', () => {
  it('tells the other tabs only when the server knows', async () => {
    answers['DELETE /api/auth/session'] = () => {
      expect(FakeChannel.said).toEqual([])
      return [204, null]
    }
    await ways.signOut()
    expect(FakeChannel.said).toEqual(['signed-out'])
    expect(path()).toBe('/login')
    expect(useSession().state).toBe('signed-out')
  })

  it('that the server did not hear of leaves the person signed in, and says so until it works', async () => {
    for (const answer of [undefined, (): [number, unknown] => [503, {}]]) {
      if (answer === undefined) delete answers['DELETE /api/auth/session']
      else answers['DELETE /api/auth/session'] = answer
      await ways.signOut()
      expect(useSession()).toMatchObject({
        state: 'signed-in',
        token: jwt('maria'),
        leaving: false,
      })
      expect(path()).toBe('/agents')
      expect(FakeChannel.said).toEqual([])
    }
    const notice = useToasts().shown.at(-1)
    expect(notice?.kind).toBe('error')
    expect(notice?.title).toBe('You are still signed in: the server could not be told')
    answers['DELETE /api/auth/session'] = () => [204, null]
    notice?.action?.run()
    await flushPromises()
    expect(useSession().state).toBe('signed-out')
    expect(FakeChannel.said).toEqual(['signed-out'])
  })

  it('of a session that is over already is signing out', async () => {
    answers['DELETE /api/auth/session'] = () => [401, { detail: 'Not authenticated' }]
    await ways.signOut()
    expect(useSession().state).toBe('signed-out')
  })

  it('in another tab signs out here, also while the page waits', async () => {
    ways.lost()
    otherTabSays('signed-out')
    await flushPromises()
    expect(useSession().state).toBe('signed-out')
    expect(path()).toBe('/login')
  })
})

describe('a session that has ended', () => {
  it('leaves the page where it is, and knows whose it was', () => {
    ways.lost()
    expect(useSession()).toMatchObject({
      state: 'ended',
      present: true,
      signedIn: false,
      token: null,
      subject: 'maria',
    })
    expect(path()).toBe('/agents')
  })

  it('goes on in all tabs when the person has signed in again in one', async () => {
    ways.lost()
    await useSession().signIn('maria', 'x')
    await flushPromises()
    expect(useSession().state).toBe('signed-in')
    expect(FakeChannel.said).toEqual(['signed-in'])

    ways.lost()
    otherTabSays('signed-in')
    await flushPromises()
    expect(useSession().state).toBe('signed-in')
  })

  it('is left for good when the person wants that', async () => {
    ways.lost()
    ways.leave('signed-out')
    await flushPromises()
    expect(useSession()).toMatchObject({ state: 'signed-out', subject: null, person: null })
    expect(path()).toBe('/login')
  })

  it('makes way for another person by loading the page anew', async () => {
    const replace = vi.spyOn(window.location, 'replace').mockImplementation(() => undefined)
    ways.lost()
    answers['POST /api/token'] = () => [200, { access_token: jwt('ann') }]
    await useSession().signIn('ann', 'x')
    expect(useSession()).toMatchObject({ state: 'changing', person: null, token: null })
    await flushPromises()
    expect(replace).toHaveBeenCalledWith('/')
  })
})
