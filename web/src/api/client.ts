import { activityCalls } from './activity'
import { conversationCalls } from './conversation'
import { credentialCalls } from './credentials'
import { fileCalls } from './files'
import { fleetCalls } from './fleet'
import { gitCalls } from './git'
import { historyCalls } from './history'
import { call, type Answer } from './http'
import { agentPath } from './paths'
import { platformCalls } from './platform'
import { pressureCalls } from './pressure'
import { runCalls } from './runs'
import type {
  Agent,
  AgentCreateRequest,
  AgentListItem,
  AgentCapabilities,
  AgentLogs,
  AgentPermissions,
  AgentResources,
  AgentTags,
  AgentShare,
  AgentStats,
  AgentTemplateInfo,
  AgentsStats,
  ApiKeySetting,
  AutonomyUpdateResult,
  MessageResponse,
  RequiredByTemplate,
  SetupStatus,
  Template,
  TemplateCheck,
  Token,
  UserProfile,
} from './types'

/** One function per operation the UI uses; shapes come from the contract. */
export const api = {
  ...activityCalls,
  ...conversationCalls,
  ...credentialCalls,
  ...fileCalls,
  ...fleetCalls,
  ...gitCalls,
  ...historyCalls,
  ...platformCalls,
  ...pressureCalls,
  ...runCalls,
  async openSession(): Promise<Token> {
    return (await call<Token>('POST', '/api/auth/session', { sessionCall: true })).data
  },
  async closeSession(): Promise<void> {
    await call<null>('DELETE', '/api/auth/session', { sessionCall: true })
  },
  async signIn(username: string, password: string): Promise<Token> {
    const form = new FormData()
    form.set('username', username)
    form.set('password', password)
    return (await call<Token>('POST', '/api/token', { form, sessionCall: true })).data
  },
  async setupStatus(): Promise<SetupStatus> {
    return (await call<SetupStatus>('GET', '/api/setup/status', { sessionCall: true })).data
  },
  async setAdminPassword(password: string, confirm: string): Promise<void> {
    await call('POST', '/api/setup/admin-password', {
      json: { password, confirm_password: confirm },
      sessionCall: true,
    })
  },
  async me(): Promise<UserProfile> {
    return (await call<UserProfile>('GET', '/api/users/me')).data
  },
  agents(signal?: AbortSignal): Promise<Answer<AgentListItem[]>> {
    return call<AgentListItem[]>('GET', '/api/agents', { signal })
  },
  async createAgent(request: AgentCreateRequest): Promise<Agent> {
    return (await call<Agent>('POST', '/api/agents', { json: request })).data
  },
  async startAgent(name: string): Promise<MessageResponse> {
    return (await call<MessageResponse>('POST', agentPath(name, '/start'))).data
  },
  async stopAgent(name: string): Promise<MessageResponse> {
    return (await call<MessageResponse>('POST', agentPath(name, '/stop'))).data
  },
  async deleteAgent(name: string): Promise<MessageResponse> {
    return (await call<MessageResponse>('DELETE', agentPath(name))).data
  },
  stats(name: string, signal?: AbortSignal): Promise<Answer<AgentStats>> {
    return call<AgentStats>('GET', agentPath(name, '/stats'), { signal })
  },
  /** The figures of every agent that the person may see. */
  allStats(signal?: AbortSignal): Promise<Answer<AgentsStats>> {
    return call<AgentsStats>('GET', '/api/agents/stats', { signal })
  },
  async logs(name: string, tail: number, signal?: AbortSignal): Promise<string> {
    const answer = await call<AgentLogs>('GET', agentPath(name, `/logs?tail=${tail}`), { signal })
    return answer.data.logs
  },
  async info(name: string, signal?: AbortSignal): Promise<AgentTemplateInfo> {
    return (await call<AgentTemplateInfo>('GET', agentPath(name, '/info'), { signal })).data
  },
  async setAutonomy(name: string, enabled: boolean): Promise<AutonomyUpdateResult> {
    const path = agentPath(name, '/autonomy')
    return (await call<AutonomyUpdateResult>('PUT', path, { json: { enabled } })).data
  },

  async shares(name: string, signal?: AbortSignal): Promise<AgentShare[]> {
    return (await call<AgentShare[]>('GET', agentPath(name, '/shares'), { signal })).data
  },
  async share(name: string, email: string): Promise<AgentShare> {
    return (await call<AgentShare>('POST', agentPath(name, '/share'), { json: { email } })).data
  },
  async unshare(name: string, email: string): Promise<void> {
    await call('DELETE', agentPath(name, `/share/${encodeURIComponent(email)}`))
  },

  async permissions(name: string, signal?: AbortSignal): Promise<AgentPermissions> {
    const path = agentPath(name, '/permissions')
    return (await call<AgentPermissions>('GET', path, { signal })).data
  },
  async setPermissions(name: string, permitted: readonly string[]): Promise<void> {
    await call('PUT', agentPath(name, '/permissions'), { json: { permitted_agents: permitted } })
  },
  async permit(name: string, target: string, on: boolean): Promise<void> {
    const path = agentPath(name, `/permissions/${encodeURIComponent(target)}`)
    await call(on ? 'POST' : 'DELETE', path)
  },

  async resources(name: string, signal?: AbortSignal): Promise<AgentResources> {
    return (await call<AgentResources>('GET', agentPath(name, '/resources'), { signal })).data
  },
  async setResources(name: string, memory: string | null, cpu: string | null): Promise<void> {
    await call('PUT', agentPath(name, '/resources'), { json: { memory, cpu } })
  },
  async capabilities(name: string, signal?: AbortSignal): Promise<AgentCapabilities> {
    const path = agentPath(name, '/capabilities')
    return (await call<AgentCapabilities>('GET', path, { signal })).data
  },
  async setCapabilities(name: string, full: boolean): Promise<void> {
    await call('PUT', agentPath(name, '/capabilities'), { json: { full_capabilities: full } })
  },
  /** In place of those it has; answers them as the server keeps them. */
  async setTags(name: string, tags: readonly string[]): Promise<AgentTags> {
    return (await call<AgentTags>('PUT', agentPath(name, '/tags'), { json: { tags } })).data
  },
  async apiKeySetting(name: string, signal?: AbortSignal): Promise<ApiKeySetting> {
    const path = agentPath(name, '/api-key-setting')
    return (await call<ApiKeySetting>('GET', path, { signal })).data
  },
  async setApiKeySetting(name: string, usePlatformKey: boolean): Promise<void> {
    const json = { use_platform_api_key: usePlatformKey }
    await call('PUT', agentPath(name, '/api-key-setting'), { json })
  },

  async templates(signal?: AbortSignal): Promise<Template[]> {
    return (await call<Template[]>('GET', '/api/templates', { signal })).data
  },
  /** The names a template needs, as lines to be filled in. */
  async envTemplate(template: string, signal?: AbortSignal): Promise<string> {
    const path = `/api/templates/env-template?${new URLSearchParams({ template_id: template })}`
    return (await call<{ content: string }>('GET', path, { signal })).data.content
  },
  /** What a template needs, and which of the person's own credentials fit. */
  async requiredCredentials(template: string, signal?: AbortSignal): Promise<RequiredByTemplate> {
    const query = new URLSearchParams({ template_id: template })
    const path = `/api/templates/required-credentials?${query}`
    return (await call<RequiredByTemplate>('GET', path, { signal })).data
  },
  /** Looks at a repository, whether an agent can be made of it. */
  async checkTemplate(template: string, signal?: AbortSignal): Promise<TemplateCheck> {
    const options = { json: { template }, signal }
    return (await call<TemplateCheck>('POST', '/api/templates/check', options)).data
  },
}
