import { computed, nextTick, reactive, ref, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { useAgentConfig } from '@/app/agentConfig'
import { useLoaded, type Loaded } from '@/lib/loaded'
import {
  changedParts,
  formOf,
  waitingParts,
  type SettingsForm,
  type SettingsPart,
  type StoredSettings,
} from './settingsForm'

/** The settings of one agent while they are edited. */
export interface SettingsEditor {
  loaded: Loaded<StoredSettings>
  form: SettingsForm
  changed: ComputedRef<SettingsPart[]>
  /** What the next start will change, as the form stands. */
  waiting: ComputedRef<SettingsPart[]>
  /** Why a part was refused; it holds until the part is changed. */
  errors: Readonly<Ref<Partial<Record<SettingsPart, string>>>>
  /** An administrator's rule for all agents kept a wish for full rights from coming true. */
  overruled: Readonly<Ref<boolean>>
  /** Sends what was changed. Answers false when something was refused: what else was sent is stored. */
  save(): Promise<boolean>
}

export function useSettings(name: () => string): SettingsEditor {
  const loaded = useLoaded<StoredSettings>(async (signal) => {
    const [resources, capabilities, apiKey] = await Promise.all([
      api.resources(name(), signal),
      api.capabilities(name(), signal),
      api.apiKeySetting(name(), signal),
    ])
    return { resources, capabilities, apiKey }
  })
  const form = reactive<SettingsForm>({ memory: '', cpu: '', full: false, platformKey: true })
  const errors = ref<Partial<Record<SettingsPart, string>>>({})
  const overruled = ref(false)
  let saving = false

  useAgentConfig(name, ['resources', 'capabilities', 'api_key'], () => {
    if (!saving) void loaded.load()
  })

  const of = <T>(ask: (form: SettingsForm, stored: StoredSettings) => T[]): ComputedRef<T[]> =>
    computed(() => (loaded.data.value === null ? [] : ask(form, loaded.data.value)))
  const changed = of(changedParts)
  const waiting = of(waitingParts)

  // What somebody else changed comes into the fields that the person has not touched.
  watch(loaded.data, (now, before) => {
    if (now === null) return
    const fresh = formOf(now)
    const old = before === null ? null : formOf(before)
    for (const key of Object.keys(fresh) as (keyof SettingsForm)[])
      if (old === null || form[key] === old[key]) Object.assign(form, { [key]: fresh[key] })
  })
  watch(
    () => [form.memory, form.cpu],
    () => forget('resources'),
  )
  watch(
    () => form.full,
    () => {
      forget('capabilities')
      overruled.value = false
    },
  )
  watch(
    () => form.platformKey,
    () => forget('apiKey'),
  )
  function forget(part: SettingsPart): void {
    errors.value = { ...errors.value, [part]: undefined }
  }

  const senders: Record<SettingsPart, () => Promise<void>> = {
    resources: () => api.setResources(name(), form.memory || null, form.cpu || null),
    capabilities: () => api.setCapabilities(name(), form.full),
    apiKey: () => api.setApiKeySetting(name(), form.platformKey),
  }

  async function save(): Promise<boolean> {
    const wantsFull = changed.value.includes('capabilities') && form.full
    const refused: Partial<Record<SettingsPart, string>> = {}
    saving = true
    try {
      for (const part of changed.value) {
        try {
          await senders[part]()
        } catch (failure) {
          refused[part] = messageOf(failure)
        }
      }
      await readBack(refused)
    } finally {
      saving = false
    }
    // What was read back changes the form, and a change of the form forgets what was said about it.
    await nextTick()
    errors.value = refused
    overruled.value = wantsFull && refused.capabilities === undefined && !form.full
    return Object.keys(refused).length === 0
  }

  /** The parts that were taken stand in the form as they are stored; the refused ones as the person left them. */
  async function readBack(refused: Partial<Record<SettingsPart, string>>): Promise<void> {
    const mine = { ...form }
    await loaded.load()
    if (loaded.data.value === null || loaded.error.value !== null) return
    const stored = formOf(loaded.data.value)
    Object.assign(
      form,
      stored,
      refused.resources === undefined ? {} : { memory: mine.memory, cpu: mine.cpu },
      refused.capabilities === undefined ? {} : { full: mine.full },
      refused.apiKey === undefined ? {} : { platformKey: mine.platformKey },
    )
  }

  return { loaded, form, changed, waiting, errors, overruled, save }
}
