import type { AgentCapabilities, AgentResources, ApiKeySetting } from '@/api/types'

/** What the server says about the settings of an agent: what is set, and what its container was made with. */
export interface StoredSettings {
  resources: AgentResources
  capabilities: AgentCapabilities
  apiKey: ApiKeySetting
}

/** What stands in the dialog. */
export interface SettingsForm {
  /** The empty text: no limit is set, the container keeps what it has. */
  memory: string
  cpu: string
  full: boolean
  platformKey: boolean
}

export type SettingsPart = 'resources' | 'capabilities' | 'apiKey'
export const PARTS: readonly SettingsPart[] = ['resources', 'capabilities', 'apiKey']

export const MEMORY_CHOICES = ['1g', '2g', '4g', '8g', '16g', '32g', '64g'] as const
export const CPU_CHOICES = ['1', '2', '4', '8', '16'] as const

export function formOf(stored: StoredSettings): SettingsForm {
  return {
    memory: stored.resources.memory ?? '',
    cpu: stored.resources.cpu ?? '',
    // What the next start makes of the flag and the rule for all agents: the flag alone is not what it will be.
    full: stored.capabilities.next_full_capabilities,
    platformKey: stored.apiKey.use_platform_api_key,
  }
}

/** The parts in which the form says something else than what is stored. */
export function changedParts(form: SettingsForm, stored: StoredSettings): SettingsPart[] {
  const before = formOf(stored)
  const changed: Record<SettingsPart, boolean> = {
    resources: form.memory !== before.memory || form.cpu !== before.cpu,
    capabilities: form.full !== before.full,
    apiKey: form.platformKey !== before.platformKey,
  }
  return PARTS.filter((part) => changed[part])
}

/** Whether a limit will be another one after the next start. */
export function limitWaits(set: string, now: string): boolean {
  return set !== '' && set !== now
}

/** What the next start will change, with what the form says. */
export function waitingParts(form: SettingsForm, stored: StoredSettings): SettingsPart[] {
  const { resources, capabilities, apiKey } = stored
  const waits: Record<SettingsPart, boolean> = {
    resources:
      limitWaits(form.memory, resources.current_memory) ||
      limitWaits(form.cpu, resources.current_cpu),
    capabilities: form.full !== capabilities.current_full_capabilities,
    // Only the server knows the key in the container; a change back takes the difference away, or makes one.
    apiKey: (form.platformKey !== apiKey.use_platform_api_key) !== apiKey.restart_required,
  }
  return PARTS.filter((part) => waits[part])
}
