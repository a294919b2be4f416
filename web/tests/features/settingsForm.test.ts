import { describe, expect, it } from 'vitest'
import {
  changedParts,
  formOf,
  limitWaits,
  waitingParts,
  type StoredSettings,
} from '@/features/agentSettings/settingsForm'

function stored(change: {
  memory?: string | null
  cpu?: string | null
  flag?: boolean
  current?: boolean
  next?: boolean
  key?: boolean
  keyRestart?: boolean
}): StoredSettings {
  return {
    resources: {
      memory: change.memory ?? null,
      cpu: change.cpu ?? null,
      current_memory: '4g',
      current_cpu: '2',
    },
    capabilities: {
      full_capabilities: change.flag ?? false,
      current_full_capabilities: change.current ?? true,
      next_full_capabilities: change.next ?? true,
      restart_needed: false,
    },
    apiKey: {
      agent_name: 'a',
      use_platform_api_key: change.key ?? true,
      restart_required: change.keyRestart ?? false,
      status: 'running',
    },
  } as StoredSettings
}

describe('the settings of an agent', () => {
  it('begin as they are stored: the rights as the next start makes them', () => {
    expect(formOf(stored({ memory: '8g' }))).toEqual({
      memory: '8g',
      cpu: '',
      full: true,
      platformKey: true,
    })
  })

  it('are sent only where they were changed', () => {
    const now = stored({})
    expect(changedParts(formOf(now), now)).toEqual([])
    expect(changedParts({ ...formOf(now), cpu: '4' }, now)).toEqual(['resources'])
    expect(changedParts({ ...formOf(now), full: false, platformKey: false }, now)).toEqual([
      'capabilities',
      'apiKey',
    ])
  })

  it('wait for a start where the container has something else', () => {
    const now = stored({})
    const form = formOf(now)
    expect(waitingParts(form, now)).toEqual([])
    expect(waitingParts({ ...form, memory: '8g' }, now)).toEqual(['resources'])
    // The limit that it has, said as one of its own.
    expect(waitingParts({ ...form, memory: '4g', cpu: '2' }, now)).toEqual([])
    expect(waitingParts({ ...form, full: false, platformKey: false }, now)).toEqual([
      'capabilities',
      'apiKey',
    ])
  })

  it('that were saved before and are not in force yet wait, until they are taken back', () => {
    const now = stored({ memory: '8g', current: true, next: false, key: false, keyRestart: true })
    const form = formOf(now)
    expect(changedParts(form, now)).toEqual([])
    expect(waitingParts(form, now)).toEqual(['resources', 'capabilities', 'apiKey'])
    expect(waitingParts({ memory: '', cpu: '', full: true, platformKey: true }, now)).toEqual([])
  })

  it('without a limit keep what the container has', () => {
    expect(limitWaits('', '4g')).toBe(false)
    expect(limitWaits('4g', '4g')).toBe(false)
    expect(limitWaits('1g', '4g')).toBe(true)
  })
})
