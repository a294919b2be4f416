export function agentPath(name: string, rest = ''): string {
  return `/api/agents/${encodeURIComponent(name)}${rest}`
}
