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
let onRefused: () => Promise<boolean> = () => Promise.resolve(false)

/** The token lives here, in memory, and nowhere else. */
export function setToken(value: string | null): void {
  token = value
}

export function bearer(): string | null {
  return token
}

/** Who is asked when a call was refused with 401: true when the session goes on, and the call may be sent again. */
export function onUnauthorized(handler: () => Promise<boolean>): void {
  onRefused = handler
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

/**
 * The answer to a call that was taken; refusals are thrown. A call that was refused because the session had ended was not
 * carried out: it waits until the person has signed in again, and is sent once more.
 */
export async function send(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Response> {
  const sent = options.sessionCall ? null : token
  let response = await sendOnce(method, path, options, sent)
  if (response.status === 401 && !options.sessionCall && (await mayGoOn(sent)))
    response = await sendOnce(method, path, options, token)
  if (response.ok) return response
  const conflict = response.headers.get('X-Conflict-Type')
  throw errorFromAnswer(response.status, await bodyOf(response), conflict)
}

async function sendOnce(
  method: string,
  path: string,
  options: CallOptions,
  sent: string | null,
): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json' })
  if (sent !== null) headers.set('Authorization', `Bearer ${sent}`)
  if (options.json !== undefined) headers.set('Content-Type', 'application/json')
  if (options.range !== undefined) headers.set('Range', options.range)
  if (options.ifMatch !== undefined) headers.set('If-Match', options.ifMatch)
  for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)

  try {
    return await fetch(path, {
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
}

/** Whether a call that was refused may be sent again. A late answer for an older token says nothing of the newer one. */
export async function mayGoOn(sent: string | null): Promise<boolean> {
  return token !== null && sent !== token ? true : onRefused()
}

export async function call<T>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const response = await send(method, path, options)
  return { data: (await bodyOf(response)) as T, freshness: freshnessOf(response.headers) }
}
