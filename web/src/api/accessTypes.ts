import type { components } from './schema'

type Schemas = components['schemas']

/** The kinds of credentials that the UI knows; other clients may write others. */
export type CredentialType = 'api_key' | 'token' | 'basic_auth' | 'oauth2' | 'file'

/** What is known of a secret. Never the secret. */
export type Credential = Schemas['Credential']
export type CredentialCreate = Schemas['CredentialCreate']
export type CredentialUpdate = Partial<Schemas['CredentialUpdate']>
export type BulkCredentialResult = Schemas['BulkCredentialResult']
/** What a pasted text would bring, line by line. */
export type BulkPreview = Schemas['BulkCredentialPreview']
export type CredentialRequirement = Schemas['CredentialRequirement']
export type AgentCredentialRequirements = Schemas['AgentCredentialRequirements']
/** The files inside a running agent, or the short form of a stopped one. */
export type AgentCredentialStatus = Partial<Schemas['AgentCredentialStatus']> &
  Partial<Schemas['AgentCredentialStatusStopped']>
export type AssignedCredential = Schemas['CredentialSummary']
export type CredentialAssignments = Schemas['CredentialAssignments']
export type CredentialBulkAssignResult = Schemas['CredentialBulkAssignResult']
export type CredentialApplyResult = Schemas['CredentialApplyResult']
export type HotReloadResult = Schemas['HotReloadResult']

export type GitCommit = Schemas['GitCommit']
export type GitChange = Schemas['GitChange']
/** What is known of an agent's work tree; which members there are depends on what could be asked. */
export type GitStatus = Schemas['GitStatusLive'] &
  Partial<Pick<Schemas['GitStatusUnreachable'], 'agent_running' | 'config'>>
export type GitLog = Schemas['GitLog']
export type GitDiff = Schemas['GitDiff']
export type PushStrategy = NonNullable<Schemas['GitSyncRequest']['strategy']>
export type PullStrategy = NonNullable<Schemas['GitPullRequest']['strategy']>
export type GitSyncResult = Schemas['GitSyncResult']
export type GitPullResult = Schemas['GitPullResult']
export type GitInitializeRequest = Omit<Schemas['GitInitializeRequest'], 'description'>
export type GitInitializeResult = Schemas['GitInitializeResult']

export type PlatformKeysStatus = Schemas['PlatformKeysStatus']
export type PlatformKeyStatus = Schemas['PlatformKeyStatus']
export type PlatformKey = Exclude<keyof PlatformKeysStatus, 'vault' | 'vault_error'>
export type PlatformKeyChange = Pick<Schemas['PlatformKeySaved'], 'agents_to_restart'> &
  Partial<Pick<Schemas['PlatformKeyDeleted'], 'fallback_configured'>>
/** What a test tells beside the verdict depends on whose key it is. */
export type PlatformKeyTest = Schemas['GitHubTokenTestResult']
export type VaultState = Schemas['VaultStatus']
export type VaultRotated = Schemas['VaultRotated']

export type AuditEntry = Schemas['AuditEntry']
export type AuditPage = Schemas['AuditPage']
/** What is looked for in the journal. */
export interface AuditQuery {
  user?: string
  agent?: string
  action?: string
  object?: string
  before?: number
}

export type TemplateProblem = Schemas['TemplateProblem']
/** Either kind: those of repositories list plain names. */
export type Template = Schemas['LocalTemplate'] | Schemas['GithubTemplate']
export type RequiredByTemplate = Schemas['TemplateNeeds']
export type TemplateCheck = Schemas['TemplateCheck']

/** Who a person can give consent at. */
export type OAuthProvider = Schemas['OAuthProvider']
export type LocalTemplate = Schemas['LocalTemplate']
