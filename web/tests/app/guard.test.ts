import { describe, expect, it } from 'vitest'
import { decide, safeNext, type Standing, type Wanted } from '@/app/guard'

const to = (path: string, change: Partial<Wanted> = {}): Wanted => ({
  path,
  name: 'agents',
  open: false,
  next: null,
  ...change,
})
const login = (next: string | null = null) => to('/login', { name: 'sign-in', open: true, next })
const setup = to('/setup', { name: 'setup', open: true })

const out: Standing = { state: 'signed-out', setupCompleted: true }
const fresh: Standing = { state: 'signed-out', setupCompleted: false }
const inside: Standing = { state: 'signed-in', setupCompleted: true }

describe('where a navigation ends', () => {
  it('lands on a deep link while signed in', () => {
    expect(decide(to('/agents/x?tab=logs'), inside)).toEqual({ kind: 'stay' })
  })

  it('keeps the wanted address through sign-in', () => {
    expect(decide(to('/agents/x?tab=logs'), out)).toEqual({
      kind: 'sign-in',
      next: '/agents/x?tab=logs',
    })
    expect(decide(login('/agents/x?tab=logs'), inside)).toEqual({
      kind: 'go',
      path: '/agents/x?tab=logs',
    })
  })

  it('sends everything to setup until it is finished', () => {
    expect(decide(to('/agents'), fresh)).toEqual({ kind: 'setup' })
    expect(decide(login(), fresh)).toEqual({ kind: 'setup' })
    expect(decide(setup, fresh)).toEqual({ kind: 'stay' })
  })

  it('never shows setup again', () => {
    expect(decide(setup, out)).toEqual({ kind: 'sign-in', next: null })
    expect(decide(setup, inside)).toEqual({ kind: 'go', path: '/' })
  })

  it('moves nowhere while the server does not answer', () => {
    const away: Standing = { state: 'unreachable', setupCompleted: null }
    expect(decide(to('/agents/x'), away)).toEqual({ kind: 'stay' })
  })

  it('moves nowhere while a page waits for its person to sign in again', () => {
    for (const state of ['ended', 'changing'] as const)
      expect(decide(to('/agents/x'), { state, setupCompleted: true })).toEqual({ kind: 'refuse' })
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'agents',
    undefined,
    ['/a'],
  ])('does not follow %j after sign-in', (next) => expect(safeNext(next)).toBeNull())
})
