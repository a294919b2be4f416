import { describe, expect, it } from 'vitest'
import { setupProblem, strengthOf } from '@/features/signin/password'

describe('the administrator password', () => {
  it('needs eight characters and the same text twice', () => {
    expect(setupProblem('1234567', '1234567').field).toBe('password')
    expect(setupProblem('12345678', '1234567').field).toBe('confirm')
    expect(setupProblem('12345678', '12345678').field).toBeNull()
  })

  it.each([
    ['', 0],
    ['abcdefgh', 1],
    ['abcdefghijkl', 2],
    ['Abcdefghijkl', 3],
    ['Abcdefghijk1', 4],
    ['Abcdefghijk1!', 4],
  ])('%j has strength %d', (password, strength) => expect(strengthOf(password)).toBe(strength))
})
