import { describe, expect, it } from 'vitest'
import { judgeAgentName, sanitizeAgentName } from '@/features/agents/agentName'

describe('the name the server will use', () => {
  it.each([
    ['invalid name with spaces!', 'invalid-name-with-spaces'],
    ['Research Bot', 'research-bot'],
    ['--.x', 'x'],
    ['a---b', 'a-b'],
    ['a - b', 'a-b'],
    ['tail---', 'tail'],
    ['Ünïcode', 'n-code'],
    ['a_b.c-d', 'a_b.c-d'],
    ['end.', 'end.'],
    ['😀x', 'x'],
    ['!!!', ''],
    ['', ''],
  ])('%j becomes %j', (raw, name) => expect(sanitizeAgentName(raw)).toBe(name))
})

describe('judging a name while it is typed', () => {
  const taken = (name: string) => name === 'writer'
  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['!!!', 'unusable'],
    ['Writer', 'taken'],
    ['writer!', 'taken'],
    ['Deploy Local', 'reserved'],
    ['new one', 'changed'],
    ['new-one', 'good'],
    ['x'.repeat(50), 'good'],
    ['x'.repeat(51), 'too-long'],
  ])('%j is %s', (raw, state) => expect(judgeAgentName(raw, taken).state).toBe(state))
})
