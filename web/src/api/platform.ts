import { call } from './http'
import type {
  AuditPage,
  AuditQuery,
  PlatformKey,
  PlatformKeyChange,
  PlatformKeysStatus,
  PlatformKeyTest,
} from './accessTypes'

const keyPath = (key: PlatformKey, rest = '') => `/api/settings/api-keys/${key}${rest}`

/** What only an administrator decides. */
export const platformCalls = {
  /** With the state of the vault. */
  async platformKeys(signal?: AbortSignal): Promise<PlatformKeysStatus> {
    const path = '/api/settings/api-keys?with_vault=true'
    return (await call<PlatformKeysStatus>('GET', path, { signal })).data
  },
  async setPlatformKey(key: PlatformKey, value: string): Promise<PlatformKeyChange> {
    const options = { json: { api_key: value } }
    return (await call<PlatformKeyChange>('PUT', keyPath(key), options)).data
  },
  async deletePlatformKey(key: PlatformKey): Promise<PlatformKeyChange> {
    return (await call<PlatformKeyChange>('DELETE', keyPath(key))).data
  },
  /** Without a value the key in use is tried. */
  async testPlatformKey(key: PlatformKey, value?: string): Promise<PlatformKeyTest> {
    const options = { json: value === undefined ? {} : { api_key: value } }
    return (await call<PlatformKeyTest>('POST', keyPath(key, '/test'), options)).data
  },
  async rotateVault(): Promise<{ key_id: string; rewrapped: number }> {
    return (await call<{ key_id: string; rewrapped: number }>('POST', '/api/vault/rotate')).data
  },
  async audit(query: AuditQuery, limit: number, signal?: AbortSignal): Promise<AuditPage> {
    const asked = new URLSearchParams({ limit: String(limit) })
    for (const [key, value] of Object.entries(query)) if (value) asked.set(key, String(value))
    return (await call<AuditPage>('GET', `/api/audit?${asked}`, { signal })).data
  },
}
