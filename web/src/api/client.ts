import { call, type Answer } from './http'
import type {
  Agent,
  AgentCreateRequest,
  AgentListItem,
  AgentLogs,
  AgentStats,
  AgentTemplateInfo,
  LocalTemplate,
  MessageResponse,
  SetupStatus,
  Token,
  UserProfile,
  VersionInfo,
} from './types'

const agentPath = (name: string, rest = '') => `/api/agents/${encodeURIComponent(name)}${rest}`

/** One function per operation the UI uses; shapes come from the contract. */
export const api = {
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
  async version(): Promise<VersionInfo> {
    return (await call<VersionInfo>('GET', '/api/version')).data
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
  async logs(name: string, tail: number, signal?: AbortSignal): Promise<string> {
    const answer = await call<AgentLogs>('GET', agentPath(name, `/logs?tail=${tail}`), { signal })
    return answer.data.logs
  },
  async info(name: string, signal?: AbortSignal): Promise<AgentTemplateInfo> {
    return (await call<AgentTemplateInfo>('GET', agentPath(name, '/info'), { signal })).data
  },
  async templates(signal?: AbortSignal): Promise<LocalTemplate[]> {
    return (await call<LocalTemplate[]>('GET', '/api/templates', { signal })).data
  },
}
