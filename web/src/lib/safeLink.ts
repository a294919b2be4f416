/** Addresses that others wrote: only these kinds are ever made into links. */
export function safeLink(address: unknown): string | null {
  if (typeof address !== 'string') return null
  const trimmed = address.trim()
  if (!/^(?:https?:\/\/|mailto:)/i.test(trimmed)) return null
  try {
    return new URL(trimmed).href
  } catch {
    return null
  }
}
