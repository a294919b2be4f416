import { call } from './http'
import { agentPath } from './paths'
import type {
  AgentCredentialStatus,
  BulkCredentialResult,
  BulkPreview,
  Credential,
  CredentialApplyResult,
  CredentialAssignments,
  CredentialBulkAssignResult,
  CredentialCreate,
  CredentialUpdate,
  HotReloadResult,
  OAuthProvider,
} from './accessTypes'

const onePath = (id: string) => `/api/credentials/${encodeURIComponent(id)}`
const ofAgent = (name: string, rest = '') => agentPath(name, `/credentials${rest}`)

/** Secrets: they are sent once and never come back. */
export const credentialCalls = {
  async credentials(signal?: AbortSignal): Promise<Credential[]> {
    return (await call<Credential[]>('GET', '/api/credentials', { signal })).data
  },
  async createCredential(given: CredentialCreate): Promise<Credential> {
    return (await call<Credential>('POST', '/api/credentials', { json: given })).data
  },
  async updateCredential(id: string, change: CredentialUpdate): Promise<Credential> {
    return (await call<Credential>('PUT', onePath(id), { json: change })).data
  },
  async deleteCredential(id: string): Promise<void> {
    await call('DELETE', onePath(id))
  },
  /** What importing this text would do; nothing is stored. */
  async previewImport(content: string, signal?: AbortSignal): Promise<BulkPreview> {
    const options = { json: { content }, signal }
    return (await call<BulkPreview>('POST', '/api/credentials/bulk/preview', options)).data
  },
  async importCredentials(content: string): Promise<BulkCredentialResult> {
    const options = { json: { content } }
    return (await call<BulkCredentialResult>('POST', '/api/credentials/bulk', options)).data
  },
  async oauthProviders(signal?: AbortSignal): Promise<OAuthProvider[]> {
    const answer = await call<{ providers: OAuthProvider[] }>('GET', '/api/oauth/providers', {
      signal,
    })
    return answer.data.providers
  },
  /** Where the browser goes to give its consent. */
  async beginOAuth(provider: string): Promise<string> {
    const path = `/api/oauth/${encodeURIComponent(provider)}/init`
    return (await call<{ auth_url: string }>('POST', path)).data.auth_url
  },

  async credentialStatus(name: string, signal?: AbortSignal): Promise<AgentCredentialStatus> {
    return (await call<AgentCredentialStatus>('GET', ofAgent(name, '/status'), { signal })).data
  },
  /** With what the template needs. */
  async assignments(name: string, signal?: AbortSignal): Promise<CredentialAssignments> {
    const path = ofAgent(name, '/assignments?with_requirements=true')
    return (await call<CredentialAssignments>('GET', path, { signal })).data
  },
  async assignCredentials(
    name: string,
    ids: readonly string[],
  ): Promise<CredentialBulkAssignResult> {
    const options = { json: { credential_ids: ids } }
    return (await call<CredentialBulkAssignResult>('POST', ofAgent(name, '/assign/bulk'), options))
      .data
  },
  async unassignCredential(name: string, id: string): Promise<void> {
    await call('DELETE', ofAgent(name, `/assign/${encodeURIComponent(id)}`))
  },
  /** Brings everything that is assigned into the running agent. */
  async applyCredentials(name: string): Promise<CredentialApplyResult> {
    return (await call<CredentialApplyResult>('POST', ofAgent(name, '/apply'), { json: {} })).data
  },
  /** Stores pasted pairs, assigns them, and brings everything into the running agent. */
  async hotReload(name: string, pasted: string): Promise<HotReloadResult> {
    const options = { json: { credentials_text: pasted } }
    return (await call<HotReloadResult>('POST', ofAgent(name, '/hot-reload'), options)).data
  },
}
