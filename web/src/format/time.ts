/** Times of the REST operations carry no zone mark and mean UTC; live frames carry Z. Both are read as UTC. */
export function parseUtc(value: string | null | undefined): number | null {
  if (value === null || value === undefined || value === '') return null
  const zoned = /(?:[zZ]|[+-]\d{2}:?\d{2})$/.test(value)
  // Microseconds: browsers read three digits at least.
  const text = value.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')
  const ms = Date.parse(zoned ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : ms
}

/** "12 s", "4 min", "2 h 3 min", "3 d 4 h": two units at most, the smaller one left out when zero. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return joinUnits(hours, 'h', minutes % 60, 'min')
  return joinUnits(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** How long something took: "41 ms", "12.4 s", "3 min 12 s". */
export function formatElapsed(ms: number): string {
  const took = Math.max(0, ms)
  if (took < 1000) return `${Math.round(took)} ms`
  if (took < 59_950) return `${(took / 1000).toFixed(1)} s`
  const seconds = Math.round(took / 1000)
  if (seconds < 3600) return joinUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  return formatDuration(took)
}

function joinUnits(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
}

/** "just now", "12 s ago", "4 min ago", "2 h ago", "3 d ago"; older than a week as a local date. */
export function formatAgo(then: number, now: number, locale?: string): string {
  const seconds = Math.floor((now - then) / 1000)
  if (seconds < 3) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`
  return new Date(then).toLocaleDateString(locale, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  })
}

/** How long ago, however long: beside a date, which says the rest. */
export function formatAge(then: number, now: number): string {
  return now - then < 7 * 86_400_000
    ? formatAgo(then, now)
    : `${Math.floor((now - then) / 86_400_000)} d ago`
}

/** The exact moment for tips, in the person's own zone and locale. */
export function formatExact(ms: number, locale?: string): string {
  return new Date(ms).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' })
}

/** A day and a minute of it, for what is read on the page itself: "Jan 14, 2026, 8:57 AM". */
export function formatMoment(ms: number, locale?: string): string {
  return new Date(ms).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
}

export function formatClock(ms: number, seconds = false, locale?: string): string {
  return new Date(ms).toLocaleTimeString(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  })
}
