import { text } from '@/text/en'
import { ApiError, errorFromAnswer } from './errors'
import { bearer, mayGoOn, send } from './http'

/** Bytes of an answer, as far as they were wanted. */
export interface Bytes {
  bytes: Uint8Array
  /** There was no more. */
  whole: boolean
  headers: Headers
}

/** Reads at most so many bytes of an answer; the rest is never taken from the network. */
export async function fetchBytes(path: string, most: number, signal?: AbortSignal): Promise<Bytes> {
  const response = await sendForRange(path, most, signal)
  const total = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
  const { bytes, ended } = await readAtMost(response, most)
  const whole = total === undefined ? ended : Number(total) === bytes.length
  return { bytes, whole, headers: response.headers }
}

/** A whole answer, to be kept as a file. */
export async function fetchWhole(path: string): Promise<Blob> {
  return (await send('GET', path)).blob()
}

async function sendForRange(path: string, most: number, signal?: AbortSignal): Promise<Response> {
  try {
    return await send('GET', path, { signal, range: `bytes=0-${most - 1}` })
  } catch (failure) {
    // Nothing of an empty file lies within any range.
    if (failure instanceof ApiError && failure.status === 416) return send('GET', path, { signal })
    throw failure
  }
}

async function readAtMost(
  response: Response,
  most: number,
): Promise<{ bytes: Uint8Array; ended: boolean }> {
  const reader = response.body?.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  let ended = true
  while (reader !== undefined) {
    const { done, value } = await reader.read()
    if (done) break
    if (length + value.length > most) {
      ended = false
      parts.push(value.subarray(0, most - length))
      length = most
      await reader.cancel()
      break
    }
    parts.push(value)
    length += value.length
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { bytes, ended }
}

/** Sends a file as it is and tells how far it is, from 0 to 1; once more when the session had ended and goes on. */
export async function sendFile(
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const sent = bearer()
  try {
    return await sendFileOnce(path, file, onProgress, signal, sent)
  } catch (failure) {
    const refused = failure instanceof ApiError && failure.status === 401
    if (!refused || !(await mayGoOn(sent))) throw failure
    return sendFileOnce(path, file, onProgress, signal, bearer())
  }
}

function sendFileOnce(
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
  sent: string | null,
): Promise<unknown> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    request.open('PUT', path)
    request.responseType = 'text'
    if (sent !== null) request.setRequestHeader('Authorization', `Bearer ${sent}`)
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status >= 200 && request.status < 300) return done(body)
      failed(errorFromAnswer(request.status, body))
    }
    request.onerror = () => failed(new ApiError(0, text.errors.noAnswer))
    request.onabort = () => failed(new DOMException('Stopped', 'AbortError'))
    request.onloadend = () => signal.removeEventListener('abort', abort)
    if (signal.aborted) return failed(new DOMException('Stopped', 'AbortError'))
    signal.addEventListener('abort', abort)
    request.send(file)
  })
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    return null
  }
}
