import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { usePlaces } from '@/features/fleetGraph/places'
import { keepFor } from '@/lib/kept'
import { keptFlag } from '@/lib/keptFlag'
import { useChats } from '@/stores/chats'
import { usePreferences } from '@/stores/preferences'
import { useSession } from '@/stores/session'
import { fakeServer, token } from '../helpers'

async function arrive(person: string): Promise<void> {
  fakeServer({ 'POST /api/token': () => [200, { access_token: token({ sub: person }) }] })
  await useSession().signIn(person, 'x')
}
const leave = () => useSession().forget('signed-out')
const stored = () => JSON.stringify({ ...localStorage })

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  setActivePinia(createPinia())
})
afterEach(() => keepFor(''))

describe('what the browser keeps', () => {
  it('is of one person: the next one begins with the usual, and the first finds it again', async () => {
    const preferences = usePreferences()
    await arrive('maria')
    preferences.view = 'cards'
    preferences.compact = true
    preferences.railOpen = true
    preferences.dashboard = { view: 'graph', range: '7d', needsFolded: true }
    leave()

    await arrive('ann')
    expect(preferences).toMatchObject({
      view: 'table',
      compact: false,
      railOpen: false,
      dashboard: {},
    })
    preferences.dashboard = { view: 'timeline' }
    leave()

    await arrive('maria')
    expect(preferences).toMatchObject({
      view: 'cards',
      compact: true,
      railOpen: true,
      dashboard: { view: 'graph', range: '7d', needsFolded: true },
    })
  })

  it('has the theme of each person, and shows the last one before anybody has signed in', async () => {
    const preferences = usePreferences()
    await arrive('maria')
    preferences.theme = 'dark'
    leave()
    expect(localStorage.getItem('trinity-theme')).toBe('dark')
    await arrive('ann')
    expect(preferences.theme).toBe('dark')
    preferences.theme = 'light'
    leave()
    await arrive('maria')
    expect(preferences.theme).toBe('dark')
  })

  it('names no agent, tag or group after signing out', async () => {
    const preferences = usePreferences()
    await arrive('maria')
    preferences.dashboard = { view: 'graph', tag: 'secret-tag', folded: ['owner/secret-person'] }
    usePlaces().put('network', 'secret-agent', { x: 1, y: 2 })
    useChats().keepDraft('maria', 'a', 'secret words')
    expect(stored()).toContain('secret-agent')
    expect(stored()).toContain('secret-person')
    expect(usePlaces().of('network')).toEqual({ 'secret-agent': [1, 2] })
    leave()
    expect(stored()).not.toContain('secret')
    await arrive('maria')
    expect(preferences.dashboard).toEqual({ view: 'graph' })
    expect(usePlaces().of('network')).toEqual({})
  })

  it('is nothing while nobody is signed in', async () => {
    usePreferences().view = 'cards'
    const flag = keptFlag('trinity-flag', false)
    flag.value = true
    await nextTick()
    expect(Object.keys(localStorage)).toEqual([])
  })

  it('has switches of single pages, too', async () => {
    await arrive('maria')
    const flag = keptFlag('trinity-flag', false)
    flag.value = true
    await nextTick()
    leave()
    await arrive('ann')
    expect(keptFlag('trinity-flag', false).value).toBe(false)
    leave()
    await arrive('maria')
    expect(keptFlag('trinity-flag', false).value).toBe(true)
  })

  it('of earlier versions, which belongs to nobody, is dropped; the theme is not', () => {
    localStorage.setItem('trinity-dashboard', '{"tag":"secret-tag"}')
    localStorage.setItem('trinity-compact', 'true')
    localStorage.setItem('trinity-theme', 'dark')
    localStorage.setItem('of-another-program', '1')
    usePreferences()
    expect(Object.keys(localStorage).sort()).toEqual(['of-another-program', 'trinity-theme'])
  })
})

describe('drafts', () => {
  it('of somebody else go when a person comes', () => {
    const chats = useChats()
    chats.keepDraft('maria', 'a', 'of maria')
    chats.keepDraft('ann', 'a', 'of ann')
    chats.forgetDrafts('ann')
    expect(chats.draft('maria', 'a')).toBe('')
    expect(chats.draft('ann', 'a')).toBe('of ann')
    chats.forgetDrafts()
    expect(chats.draft('ann', 'a')).toBe('')
  })
})
