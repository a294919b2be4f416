import type { components } from './schema'

type Schemas = components['schemas']

export type Agent = Schemas['Agent']
export type AgentListItem = Schemas['AgentListItem']
export type AgentStats = Schemas['AgentStats']
export type AgentLogs = Schemas['AgentLogs']
export type AgentTemplateInfo = Schemas['AgentTemplateInfo']
export type AgentCreateRequest = Schemas['AgentCreateRequest']
export type LocalTemplate = Schemas['LocalTemplate']
export type NamedItem = Schemas['NamedItem']
export type Token = Schemas['Token']
export type AuthMode = Schemas['AuthMode']
export type SetupStatus = Schemas['SetupStatus']
export type UserProfile = Schemas['UserProfile']
export type VersionInfo = Schemas['VersionInfo']
export type MessageResponse = Schemas['MessageResponse']
export type ValidationProblem = Schemas['ValidationError']['detail'][number]
