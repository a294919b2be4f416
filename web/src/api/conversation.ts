import { call } from './http'
import { agentPath } from './paths'
import { fetchWhole } from './transfer'
import type { AgentModel, ChatSearch, ChatSession, ChatSessionPage, StartedRun } from './types'

const sessionPath = (name: string, id: string, rest = '') =>
  agentPath(name, `/chat/sessions/${encodeURIComponent(id)}${rest}`)

/** The conversation with an agent, and what is kept of earlier ones. */
export const conversationCalls = {
  /** Starts a turn and comes back at once. The same key never starts a second one. */
  async chat(name: string, message: string, key: string): Promise<StartedRun> {
    const headers = { Prefer: 'respond-async', 'Idempotency-Key': key }
    const path = agentPath(name, '/chat')
    return (await call<StartedRun>('POST', path, { json: { message }, headers })).data
  },
  async chatSessions(
    name: string,
    status: 'active' | 'closed' | null,
    signal?: AbortSignal,
  ): Promise<ChatSession[]> {
    const path = agentPath(name, `/chat/sessions${status === null ? '' : `?status=${status}`}`)
    return (await call<{ sessions: ChatSession[] }>('GET', path, { signal })).data.sessions
  },
  /** The newest messages of a session, or those before one. */
  async chatMessages(
    name: string,
    session: string,
    limit: number,
    before: string | null,
    signal?: AbortSignal,
  ): Promise<ChatSessionPage> {
    const query = new URLSearchParams({ limit: String(limit) })
    if (before !== null) query.set('before', before)
    const path = sessionPath(name, session, `?${query}`)
    return (await call<ChatSessionPage>('GET', path, { signal })).data
  },
  async closeChatSession(name: string, session: string): Promise<void> {
    await call('POST', sessionPath(name, session, '/close'))
  },
  /** Makes the agent forget what was talked about. */
  async resetChat(name: string): Promise<void> {
    await call('DELETE', agentPath(name, '/chat/history'))
  },
  async searchChats(
    name: string,
    words: string,
    cursor: string | null,
    signal?: AbortSignal,
  ): Promise<ChatSearch> {
    const query = new URLSearchParams({ q: words, limit: '30' })
    if (cursor !== null) query.set('cursor', cursor)
    return (await call<ChatSearch>('GET', agentPath(name, `/chat/search?${query}`), { signal }))
      .data
  },
  exportChat(name: string, session: string, format: 'markdown' | 'json'): Promise<Blob> {
    return fetchWhole(sessionPath(name, session, `/export?format=${format}`))
  },
  async model(name: string, signal?: AbortSignal): Promise<AgentModel> {
    return (await call<AgentModel>('GET', agentPath(name, '/model'), { signal })).data
  },
  async setModel(name: string, model: string): Promise<void> {
    await call('PUT', agentPath(name, '/model'), { json: { model } })
  },
}
