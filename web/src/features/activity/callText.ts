/** More than this is shown only when somebody asks for it: a page must not stand still for a log. */
export const SHOWN_CHARS = 20_000

/** A text at its first lines, cut so that no character is torn. */
export function beginning(value: string, most = SHOWN_CHARS): string {
  if (value.length <= most) return value
  const torn = /[\uD800-\uDBFF]/.test(value.charAt(most - 1))
  return value.slice(0, torn ? most - 1 : most)
}

/**
 * The input of a call as people read it: a single text as it is, several fields each under its name, everything else as
 * JSON.
 */
export function inputText(input: Readonly<Record<string, unknown>> | null): string {
  const fields = Object.entries(input ?? {})
  const [only] = fields
  if (only === undefined) return ''
  if (fields.length === 1 && typeof only[1] === 'string') return only[1]
  return fields.map(([name, value]) => fieldText(name, value)).join('\n')
}

function fieldText(name: string, value: unknown): string {
  if (typeof value !== 'string') return `${name}: ${JSON.stringify(value, null, 2)}`
  return value.includes('\n') ? `${name}:\n${value.replace(/^/gm, '  ')}` : `${name}: ${value}`
}
