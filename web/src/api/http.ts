import { text } from '@/text/en'
import { ApiError, errorFromAnswer } from './errors'

/** What the server said about the freshness of fleet data. */
export interface Freshness {
  engine: 'ok' | 'unreachable' | null
  /** Age of the shown state in milliseconds, null when the server did not say. */
  ageMs: number | null
}

export interface Answer<T> {
  data: T
  freshness: Freshness
}

interface CallOptions {
  json?: unknown
  form?: FormData
  signal?: AbortSignal
  /** The header `Range`: only these bytes. */
  range?: string
  /** The header `If-Match`: only when it is still this version. */
  ifMatch?: string
  /** Further headers. */
  headers?: Readonly<Record<string, string>>
  /** Calls that decide about the session itself: their 401 is an ordinary answer. */
  sessionCall?: boolean
}

let token: string | null = null
let onSessionLost: () => void = () => undefined

/** The token lives here, in memory, and nowhere else. */
export function setToken(value: string | null): void {
  token = value
}

export function bearer(): string | null {
  return token
}

export function onUnauthorized(handler: () => void): void {
  onSessionLost = handler
}

function freshnessOf(headers: Headers): Freshness {
  const engine = headers.get('Trinity-Engine')
  const age = headers.get('Trinity-Snapshot-Age')
  return {
    engine: engine === 'ok' || engine === 'unreachable' ? engine : null,
    ageMs: age !== null && /^\d+$/.test(age) ? Number(age) : null,
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status === 204) return null
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** The answer to a call that was taken; refusals are thrown. */
export async function send(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' })
  const sent = options.sessionCall ? null : token
  if (sent !== null) headers.set('Authorization', `Bearer ${sent}`)
  if (options.json !== undefined) headers.set('Content-Type', 'application/json')
  if (options.range !== undefined) headers.set('Range', options.range)
  if (options.ifMatch !== undefined) headers.set('If-Match', options.ifMatch)
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)

  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      body: options.json !== undefined ? JSON.stringify(options.json) : (options.form ?? null),
      signal: options.signal ?? null,
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, text.errors.noAnswer)
  }
  if (response.ok) return response
  if (response.status === 401 && !options.sessionCall) sessionRefused(sent)
  const conflict = response.headers.get('X-Conflict-Type')
  throw errorFromAnswer(response.status, await bodyOf(response), conflict)
}

/** A late answer for an older token must not end the session that followed it. */
export function sessionRefused(sent: string | null): void {
  if (sent === token) onSessionLost()
}

export async function call<T>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const response = await send(method, path, options)
  return { data: (await bodyOf(response)) as T, freshness: freshnessOf(response.headers) }
}
