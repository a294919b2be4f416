import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { api } from '@/api/client'
import { ApiError } from '@/api/errors'
import { onUnauthorized, setToken } from '@/api/http'
import { useSession } from '@/stores/session'
import { fakeServer, token } from '../helpers'

const mine = token({ sub: 'maria', exp: 2_000_000_000, mode: 'admin' })
const good = (): [number, unknown] => [200, { access_token: mine, token_type: 'bearer' }]
const no = (): [number, unknown] => [401, { detail: 'Not authenticated' }]

beforeEach(() => {
  setActivePinia(createPinia())
  setToken(null)
  localStorage.clear()
  document.cookie = ''
})

describe('finding out who we are', () => {
  it('asks for one token with the cookie and nothing else when signed in', async () => {
    const { calls } = fakeServer({ 'POST /api/auth/session': good })
    const session = useSession()
    await Promise.all([session.start(), session.start()])
    expect(calls).toEqual(['POST /api/auth/session'])
    expect(session.state).toBe('signed-in')
    expect(session.person?.username).toBe('maria')
    expect(session.expiresAt).toBe(2_000_000_000_000)
  })

  it('asks for the set-up state once when nobody is signed in', async () => {
    const { calls } = fakeServer({
      'POST /api/auth/session': no,
      'GET /api/setup/status': () => [200, { setup_completed: false }],
    })
    const session = useSession()
    await session.start()
    await session.start()
    expect(calls).toHaveLength(2)
    expect(session).toMatchObject({ state: 'signed-out', setupCompleted: false })
  })

  it('does not take a silent server for a lost session', async () => {
    fakeServer({})
    const session = useSession()
    await session.start()
    expect(session.state).toBe('unreachable')
    fakeServer({ 'POST /api/auth/session': good })
    await session.startAgain()
    expect(session.state).toBe('signed-in')
  })

  it('keeps the token out of every storage', async () => {
    fakeServer({ 'POST /api/auth/session': good })
    await useSession().start()
    expect(JSON.stringify({ ...localStorage })).not.toContain(mine)
    expect(document.cookie).not.toContain(mine)
  })
})

describe('signing in', () => {
  it('sends the form as multipart and keeps the error of the server', async () => {
    let body: unknown
    fakeServer({
      'POST /api/token': (init) => {
        body = init.body
        return [401, { detail: 'Incorrect username or password' }]
      },
    })
    await expect(useSession().signIn('admin', 'x')).rejects.toThrow(
      'Incorrect username or password',
    )
    expect(body).toBeInstanceOf(FormData)
    expect((body as FormData).get('username')).toBe('admin')
  })

  it('notices that setup is not finished', async () => {
    fakeServer({ 'POST /api/token': () => [403, { detail: 'setup_required' }] })
    const session = useSession()
    await expect(session.signIn('admin', 'x')).rejects.toBeInstanceOf(ApiError)
    expect(session.setupCompleted).toBe(false)
  })

  it('signs in by itself after setup', async () => {
    const { calls } = fakeServer({
      'POST /api/setup/admin-password': () => [200, { success: true }],
      'POST /api/token': good,
    })
    const session = useSession()
    await session.finishSetup('12345678', '12345678')
    expect(calls).toEqual(['POST /api/setup/admin-password', 'POST /api/token'])
    expect(session.signedIn).toBe(true)
  })

  it('says so when setup was already done', async () => {
    fakeServer({
      'POST /api/setup/admin-password': () => [403, { detail: 'Setup already completed.' }],
    })
    const session = useSession()
    await expect(session.finishSetup('12345678', '12345678')).rejects.toBeInstanceOf(ApiError)
    expect(session).toMatchObject({ setupCompleted: true, reason: 'setup-already' })
  })
})

describe('losing the session', () => {
  it('tells of a 401 to an ordinary call, but not of one to the session itself', async () => {
    const lost = vi.fn(() => Promise.resolve(false))
    onUnauthorized(lost)
    fakeServer({ 'GET /api/agents': no, 'POST /api/auth/session': no })
    setToken('t')
    await expect(api.agents()).rejects.toThrow()
    expect(lost).toHaveBeenCalledTimes(1)
    expect(await useSession().renew()).toBe('over')
    expect(lost).toHaveBeenCalledTimes(1)
  })

  it('lets a late 401 of the former token pass', async () => {
    const lost = vi.fn(() => Promise.resolve(false))
    onUnauthorized(lost)
    const sent: (string | null)[] = []
    fakeServer({
      'GET /api/agents': (init) => {
        sent.push(new Headers(init.headers).get('Authorization'))
        if (sent.length > 1) return [200, []]
        setToken('new')
        return no()
      },
    })
    setToken('old')
    await api.agents()
    expect(sent).toEqual(['Bearer old', 'Bearer new'])
    expect(lost).not.toHaveBeenCalled()
  })

  it('does not end the session when the renewal gets no answer', async () => {
    fakeServer({})
    expect(await useSession().renew()).toBe('unknown')
  })

  it('holds a call that was refused until the person has signed in again, and sends it once more', async () => {
    const session = useSession()
    let valid = true
    const { calls } = fakeServer({
      'POST /api/auth/session': good,
      'POST /api/token': () => {
        valid = true
        return good()
      },
      'GET /api/agents': () => (valid ? [200, []] : no()),
    })
    await session.start()
    onUnauthorized(() => {
      session.end()
      return session.goesOn()
    })
    valid = false
    const answer = api.agents()
    const other = api.agents()
    await vi.waitFor(() => expect(session.state).toBe('ended'))
    await session.signIn('maria', 'x')
    expect((await answer).data).toEqual([])
    expect((await other).data).toEqual([])
    expect(calls.filter((one) => one === 'GET /api/agents')).toHaveLength(4)
  })

  it('refuses the call that waited when the person leaves, or is another one', async () => {
    for (const way of ['leaves', 'another']) {
      setActivePinia(createPinia())
      const session = useSession()
      fakeServer({
        'POST /api/auth/session': good,
        'POST /api/token': () => [200, { access_token: token({ sub: 'ann' }) }],
        'GET /api/agents': no,
      })
      await session.start()
      onUnauthorized(() => {
        session.end()
        return session.goesOn()
      })
      const answer = expect(api.agents()).rejects.toThrow()
      await vi.waitFor(() => expect(session.state).toBe('ended'))
      if (way === 'leaves') session.forget('signed-out')
      else await session.signIn('ann', 'x')
      await answer
      expect(session.signedIn).toBe(false)
    }
  })

  it('is noticed when the cookie has become another person’s', async () => {
    const session = useSession()
    fakeServer({ 'POST /api/auth/session': good })
    await session.start()
    fakeServer({ 'POST /api/auth/session': () => [200, { access_token: token({ sub: 'ann' }) }] })
    await session.renew()
    expect(session).toMatchObject({ state: 'changing', person: null, token: null })
  })

  it('forgets everything on sign-out', async () => {
    fakeServer({ 'POST /api/auth/session': good, 'DELETE /api/auth/session': () => [204, null] })
    const session = useSession()
    await session.start()
    await session.signOut()
    expect(session).toMatchObject({
      state: 'signed-out',
      token: null,
      person: null,
      reason: 'signed-out',
    })
  })
})
