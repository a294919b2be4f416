const two = (value: number) => String(value).padStart(2, '0')

/** A line's time in the person's own zone: 09:30:05.120. Made by hand, since it is made for every line that is drawn. */
export function clockOf(microseconds: number): string {
  const date = new Date(microseconds / 1000)
  const ms = String(date.getMilliseconds()).padStart(3, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`
}

/** The form that inputs of date and time take, in the person's own zone. */
export function localInput(microseconds: number): string {
  const date = new Date(microseconds / 1000)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** What such an input says, as microseconds; null while it is incomplete. */
export function fromLocalInput(value: string): number | null {
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? null : ms * 1000
}

/** Two moments as people read them: the day only once when it is the same. */
export function rangeText(from: number, to: number): [string, string] {
  const [first, last] = [localInput(from), localInput(to)]
  const sameDay = first.slice(0, 10) === last.slice(0, 10)
  const said = (text: string) => (sameDay ? text.slice(11) : text.replace('T', ' '))
  return [said(first), said(last)]
}
