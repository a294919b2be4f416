import { createApp } from 'vue'
import type { FleetAgent } from '@/stores/fleetModel'

export function agent(name: string, change: Partial<FleetAgent> = {}): FleetAgent {
  return {
    name,
    type: 'business-assistant',
    status: 'running',
    port: 2222,
    created: '2026-01-13T10:15:30.123456',
    resources: { cpu: '2', memory: '4g' },
    container_id: `id-${name}`,
    template: null,
    runtime: 'command',
    base_image_version: '0.1.0',
    owner: 'admin',
    is_owner: true,
    is_shared: false,
    is_system: false,
    autonomy_enabled: false,
    github_repo: null,
    memory_limit: null,
    cpu_limit: null,
    started_at: null,
    changed_at: null,
    reason: null,
    exit_code: null,
    tags: [],
    ...change,
  }
}

export function token(claims: Record<string, unknown>): string {
  return `head.${btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_')}.sign`
}

/** Answers fetch calls by "METHOD path"; what is not listed fails like a dead server. */
export function fakeServer(
  routes: Record<string, (init: RequestInit) => [status: number, body: unknown]>,
): { calls: string[] } {
  const calls: string[] = []
  globalThis.fetch = ((path: string, init: RequestInit = {}) => {
    const key = `${init.method ?? 'GET'} ${path}`
    calls.push(key)
    const route = routes[key]
    if (route === undefined) return Promise.reject(new TypeError('no answer'))
    const [status, body] = route(init)
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }))
  }) as typeof fetch
  return { calls }
}

/** Runs what a component would do in its setup, with an app around it. */
export function inApp<T>(run: () => T): T {
  return createApp({}).runWithContext(run)
}
