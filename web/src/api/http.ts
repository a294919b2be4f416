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
  /** Calls that decide about the session itself: their 401 is an ordinary answer. */
  sessionCall?: boolean
}

let token: string | null = null
let onSessionLost: () => void = () => undefined

/** The token lives here, in memory, and nowhere else. */
export function setToken(value: string | null): void {
  token = value
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

export async function call<T>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const headers = new Headers({ Accept: 'application/json' })
  const sent = options.sessionCall ? null : token
  if (sent !== null) headers.set('Authorization', `Bearer ${sent}`)
  if (options.json !== undefined) headers.set('Content-Type', 'application/json')

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

  const body = await bodyOf(response)
  if (!response.ok) {
    // A late answer for an older token must not end the session that followed it.
    if (response.status === 401 && !options.sessionCall && sent === token) onSessionLost()
    throw errorFromAnswer(response.status, body)
  }
  return { data: body as T, freshness: freshnessOf(response.headers) }
}
