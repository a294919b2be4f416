/** Shapes of credentials, git, repositories as templates, platform keys, the vault and the journal. */

export type CredentialType = 'api_key' | 'token' | 'basic_auth' | 'oauth2' | 'file'

/** What is known of a secret. Never the secret. */
export interface Credential {
  id: string
  name: string
  service: string
  /** One of `CredentialType`, or what another client wrote. */
  type: string
  description: string | null
  file_path: string | null
  created_at: string
  updated_at: string
  status: string
  /** The agents that it is assigned to. */
  agents?: string[]
  /** Those of them that have not got its newest value yet. */
  pending_agents?: string[]
  /** The variable that it is delivered as, when that is not its name. */
  export_as?: string | null
}

export interface CredentialCreate {
  name: string
  service: string
  type: string
  credentials: Record<string, unknown>
  description: string | null
  file_path: string | null
}

export interface CredentialUpdate {
  name?: string
  description?: string
  credentials?: Record<string, unknown>
}

export interface BulkCredentialResult {
  created: number
  skipped: number
  errors: string[]
  credentials: { id: string; name: string; service: string; type: string }[]
}

/** What a pasted text would bring, line by line. */
export interface BulkPreview {
  pairs: {
    line: number
    name: string
    service: string
    type: string
    status: 'new' | 'same' | 'differs'
  }[]
  ignored: { line: number; reason: string }[]
}

export interface OAuthProvider {
  name: string
  display_name: string
  configured: boolean
  scopes: string[]
}

export interface CredentialRequirement {
  name: string
  source: string
  configured: boolean
}

export interface AgentCredentialRequirements {
  agent_name: string
  template: string | null
  required_credentials: CredentialRequirement[]
  total?: number
  configured_count?: number
  missing_count?: number
  message?: string
}

export interface CredentialFileStatus {
  exists: boolean
  size?: number
  modified?: string
}

/** The files inside a running agent, or the short form of a stopped one. */
export interface AgentCredentialStatus {
  agent_name: string
  files?: Record<string, CredentialFileStatus>
  credential_count?: number
  status?: string
  message?: string
}

export interface AssignedCredential {
  id: string
  name: string
  service: string
  type: string
  file_path: string | null
  export_as?: string | null
  /** The agent has not got its newest value yet. */
  pending?: boolean
}

export interface CredentialAssignments {
  agent_name: string
  assigned: AssignedCredential[]
  available: AssignedCredential[]
  /** What is assigned and what the agent has differ. */
  pending?: boolean
  /** How many other people have assigned to it. */
  others?: number
  last_push?: { at: string; status: string; error: string | null } | null
}

export interface CredentialBulkAssignResult {
  message: string
  assigned_count: number
  assigned_ids: string[]
  failed_ids: string[]
}

export interface CredentialApplyResult {
  message: string
  credential_count: number
  file_count: number
  file_paths: string[]
  updated_files: string[]
  files_written: string[]
  note: string
}

export interface HotReloadResult {
  message: string
  credential_count: number
  credential_names: string[]
  updated_files: string[]
  saved_to_redis: { name: string; status: string; original: string | null }[]
  note: string
}

export interface GitCommit {
  sha: string
  short_sha: string
  message: string
  author: string
  date: string
}

export interface GitChange {
  status: string
  path: string
}

export type GitOperation = 'pull' | 'push' | 'initialize'

/** What is known of an agent's work tree; which members there are depends on what could be asked. */
export interface GitStatus {
  git_enabled: boolean
  /** Only when the agent did not tell: whether it runs at all. */
  agent_running?: boolean
  message?: string
  branch?: string
  remote_url?: string
  last_commit?: GitCommit | null
  changes?: GitChange[]
  changes_count?: number
  ahead?: number
  behind?: number
  sync_status?: string
  db_config?: { last_sync_at: string | null; last_commit_sha: string | null }
  config?: {
    github_repo: string
    working_branch: string
    last_sync_at: string | null
    last_commit_sha: string | null
  }
  checked_at?: string | null
  remote_checked_at?: string | null
  operation?: GitOperation | null
  last_error?: string | null
  /** Why the remote could not be looked at. */
  remote_error?: string | null
}

export interface GitLog {
  commits: GitCommit[]
  count: number
}

export interface GitDiff {
  files: {
    path: string
    status: string
    added: number | null
    removed: number | null
    binary: boolean
  }[]
  added: number
  removed: number
  truncated: boolean
}

export type PushStrategy = 'normal' | 'pull_first' | 'force_push'
export type PullStrategy = 'clean' | 'stash_reapply' | 'force_reset'

export interface GitSyncResult {
  success: boolean
  commit_sha: string | null
  files_changed: number
  branch: string | null
  message: string
  /** Where what was given up is kept inside the agent. */
  kept?: string
}

export interface GitPullResult {
  success: boolean
  message: string
  strategy: PullStrategy
  commits_behind?: number
  kept?: string
}

export interface GitInitializeRequest {
  repo_owner: string
  repo_name: string
  create_repo: boolean
  private: boolean
}

export interface GitInitializeResult {
  success: boolean
  message: string
  github_repo: string
  working_branch: string
  repo_url: string
}

export type PlatformKey = 'anthropic' | 'github' | 'google' | 'openai'

export interface PlatformKeyStatus {
  configured: boolean
  masked: string | null
  source: string | null
}

export type PlatformKeysStatus = Partial<Record<PlatformKey, PlatformKeyStatus>>

export interface PlatformKeyChange {
  success: boolean
  masked?: string
  deleted?: boolean
  fallback_configured?: boolean
  agents_to_restart?: number
}

export interface PlatformKeyTest {
  valid: boolean
  error?: string
  username?: string | null
  token_type?: string
  has_repo_access?: boolean
}

export interface VaultState {
  backend: string
  key_id: string
  key_source: string
  secrets: number
  /** Secrets that an older key still seals. */
  older: number
}

export interface AuditEntry {
  id: number
  at: string
  request_id: string | null
  user: string | null
  action: string
  object_kind: string | null
  object_id: string | null
  agent: string | null
  by_agent?: string | null
  result: string
  detail: Record<string, unknown>
}

export interface AuditPage {
  entries: AuditEntry[]
  next: number | null
  /** Entries that could not be kept since the server started. */
  lost?: number
}

export interface AuditQuery {
  user?: string
  agent?: string
  action?: string
  object?: string
  before?: number
}

export interface TemplateProblem {
  file: string
  line: number | null
  key: string | null
  message: string
  level: 'error' | 'warning'
}

/** A template of either kind; those of repositories list plain names. */
export interface Template {
  id: string
  display_name: string
  description: string
  source: string
  github_repo?: string
  resources: { cpu?: string; memory?: string }
  mcp_servers: ({ name?: string } | string)[]
  required_credentials: ({ name: string; source?: string } | string)[]
  priority?: number
  problems?: TemplateProblem[]
  /** No agent can be made of it. */
  broken?: boolean
}

export interface RequiredByTemplate {
  template_id: string
  required: {
    name: string
    source: string
    credentials: { id: string; name: string; service: string; type: string }[]
  }[]
}

export interface TemplateCheck {
  template: string
  valid: boolean
  problems: TemplateProblem[]
  item: Template | null
}
