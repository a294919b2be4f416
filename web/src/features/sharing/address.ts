/** The longest address that the server takes, in bytes. */
export const ADDRESS_LIMIT = 254

export type AddressVerdict =
  | { state: 'empty' | 'incomplete' | 'several' | 'many-ats' | 'too-long' }
  | { state: 'good'; address: string }

const LOCAL = /^[\p{L}\p{N}!#$%&'*+\-=?^_`{|}~]+(\.[\p{L}\p{N}!#$%&'*+\-=?^_`{|}~]+)*$/u
const LABEL = /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u

/** How addresses are stored and compared. */
export function asAddress(raw: string): string {
  return raw.trim().toLowerCase()
}

/** What a typed address is worth. The server has the last word; this one only speaks while somebody types. */
export function judgeAddress(raw: string): AddressVerdict {
  const address = asAddress(raw)
  if (address === '') return { state: 'empty' }
  if (new TextEncoder().encode(address).length > ADDRESS_LIMIT) return { state: 'too-long' }
  if (/[\s,;<>()"[\]\\/]/.test(address)) return { state: 'several' }
  const [local = '', host, ...more] = address.split('@')
  if (more.length > 0) return { state: 'many-ats' }
  const whole =
    host !== undefined &&
    local.length <= 64 &&
    LOCAL.test(local) &&
    host.split('.').every((label) => LABEL.test(label))
  return whole ? { state: 'good', address } : { state: 'incomplete' }
}
