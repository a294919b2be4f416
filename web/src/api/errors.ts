import { text } from '@/text/en'
import type { ValidationProblem } from './types'

/** A call that failed. `message` is always a sentence for people, `fields` holds texts for form fields by name. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    /** HTTP status; 0 when no answer arrived. */
    readonly status: number,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    /** The server's own `detail` text, for the few answers that clients compare. */
    readonly detail: string | null = null,
    /** What stands against a push or pull, where another way may be chosen. */
    readonly conflict: string | null = null,
  ) {
    super(message)
  }
}

function isProblem(value: unknown): value is ValidationProblem {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as ValidationProblem).loc) &&
    typeof (value as ValidationProblem).msg === 'string'
  )
}

/** The name of the field a validation problem belongs to: the last text of its path that is not the request part. */
function fieldOf(problem: ValidationProblem): string {
  const names = problem.loc.slice(1).filter((part): part is string => typeof part === 'string')
  return names[names.length - 1] ?? ''
}

/** Turns an unsuccessful answer into an error that can be shown. Never says "status code 403". */
export function errorFromAnswer(
  status: number,
  body: unknown,
  conflict: string | null = null,
): ApiError {
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null

  if (typeof detail === 'string' && detail !== '')
    return new ApiError(status, detail, {}, detail, conflict)

  if (Array.isArray(detail)) {
    const fields: Record<string, string> = {}
    for (const problem of detail.filter(isProblem)) fields[fieldOf(problem)] ??= problem.msg
    return new ApiError(status, text.errors.invalid, fields)
  }
  // A full queue says more than a sentence.
  if (typeof detail === 'object' && detail !== null && 'message' in detail) {
    const { message } = detail
    if (typeof message === 'string' && message !== '') return new ApiError(status, message)
  }
  return new ApiError(status, text.errors.byStatus(status), {}, null, conflict)
}

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : text.errors.unexpected
}
