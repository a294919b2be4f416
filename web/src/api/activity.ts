import { call } from './http'
import { agentPath } from './paths'
import type {
  AgentDashboard,
  AgentMetrics,
  LiveActivity,
  LiveChatSession,
  LiveToolCall,
} from './types'

/** What an agent does, and what it says by files of its own. */
export const activityCalls = {
  async activity(name: string, signal?: AbortSignal): Promise<LiveActivity> {
    return (await call<LiveActivity>('GET', agentPath(name, '/activity'), { signal })).data
  },
  async clearActivity(name: string): Promise<void> {
    await call('DELETE', agentPath(name, '/activity'))
  },
  async toolCall(name: string, id: string, signal?: AbortSignal): Promise<LiveToolCall> {
    const path = agentPath(name, `/activity/${encodeURIComponent(id)}`)
    return (await call<LiveToolCall>('GET', path, { signal })).data
  },
  async chatSession(name: string, signal?: AbortSignal): Promise<LiveChatSession> {
    return (await call<LiveChatSession>('GET', agentPath(name, '/chat/session'), { signal })).data
  },
  async metrics(name: string, signal?: AbortSignal): Promise<AgentMetrics> {
    return (await call<AgentMetrics>('GET', agentPath(name, '/metrics'), { signal })).data
  },
  async dashboard(name: string, signal?: AbortSignal): Promise<AgentDashboard> {
    const path = `/api/agent-dashboard/${encodeURIComponent(name)}`
    return (await call<AgentDashboard>('GET', path, { signal })).data
  },
}
