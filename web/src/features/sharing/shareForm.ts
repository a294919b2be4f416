import { ApiError, messageOf } from '@/api/errors'
import { text } from '@/text/en'
import { ADDRESS_LIMIT, asAddress, judgeAddress } from './address'

/** Who is no news: the people who see the agent already, and the one who types. */
export interface KnownPeople {
  shared: readonly string[]
  own: string | null
}

/** What is said about an address while it is typed: only what more typing will not mend. */
export function typingError(raw: string, known: KnownPeople): string | null {
  const verdict = judgeAddress(raw)
  switch (verdict.state) {
    case 'several':
      return text.sharing.several
    case 'many-ats':
      return text.sharing.manyAts
    case 'too-long':
      return text.sharing.tooLong(ADDRESS_LIMIT)
    case 'good':
      if (verdict.address === known.own?.toLowerCase()) return text.sharing.yourself
      return known.shared.includes(verdict.address) ? text.sharing.already(verdict.address) : null
    default:
      return null
  }
}

/** What stands in the way of sharing with it now. */
export function submitError(raw: string, known: KnownPeople): string | null {
  const { state } = judgeAddress(raw)
  if (state === 'empty') return text.sharing.missing
  if (state === 'incomplete') return text.sharing.incomplete
  return typingError(raw, known)
}

/** The server's reason, in words for the field it belongs to. */
export function shareFailure(failure: unknown, raw: string): string {
  if (!(failure instanceof ApiError)) return messageOf(failure)
  if (failure.status === 409 && /already shared/i.test(failure.message))
    return text.sharing.already(asAddress(raw))
  return failure.fields.email ?? failure.message
}
