import { call } from './http'
import { agentPath } from './paths'
import type {
  GitDiff,
  GitInitializeRequest,
  GitInitializeResult,
  GitLog,
  GitPullResult,
  GitStatus,
  GitSyncResult,
  PullStrategy,
  PushStrategy,
} from './accessTypes'

const gitPath = (name: string, rest: string) => agentPath(name, `/git/${rest}`)

/** The work tree of an agent and its repository. */
export const gitCalls = {
  async gitStatus(name: string, signal?: AbortSignal): Promise<GitStatus> {
    return (await call<GitStatus>('GET', gitPath(name, 'status'), { signal })).data
  },
  async gitLog(name: string, limit: number, signal?: AbortSignal): Promise<GitLog> {
    return (await call<GitLog>('GET', gitPath(name, `log?limit=${limit}`), { signal })).data
  },
  async gitDiff(name: string, signal?: AbortSignal): Promise<GitDiff> {
    return (await call<GitDiff>('GET', gitPath(name, 'diff'), { signal })).data
  },
  /** Looks at the work tree and at the remote now; soon after the last look it answers what is known. */
  async gitRefresh(name: string): Promise<GitStatus> {
    return (await call<GitStatus>('POST', gitPath(name, 'refresh'))).data
  },
  async gitPush(
    name: string,
    strategy: PushStrategy,
    message: string | null = null,
  ): Promise<GitSyncResult> {
    const json = message === null ? { strategy } : { strategy, message }
    return (await call<GitSyncResult>('POST', gitPath(name, 'sync'), { json })).data
  },
  async gitPull(name: string, strategy: PullStrategy): Promise<GitPullResult> {
    return (await call<GitPullResult>('POST', gitPath(name, 'pull'), { json: { strategy } })).data
  },
  async gitInitialize(name: string, given: GitInitializeRequest): Promise<GitInitializeResult> {
    const options = { json: given }
    return (await call<GitInitializeResult>('POST', gitPath(name, 'initialize'), options)).data
  },
}
