/**
 * How well a text fits what was typed: 0 is not at all. The whole text before its beginning, the beginning of a word
 * before its middle, and letters in order but apart last, so that "rd" finds "research-desk".
 */
export function fitOf(query: string, label: string): number {
  const text = label.toLowerCase()
  if (query === '') return 1
  if (text === query) return 100
  if (text.startsWith(query)) return 80
  const at = text.indexOf(query)
  if (at > 0) return /[\s._/-]/.test(text[at - 1] ?? '') ? 60 : 40
  return apart(query, text)
}

function apart(query: string, text: string): number {
  let from = 0
  let starts = 0
  for (const letter of query) {
    const at = text.indexOf(letter, from)
    if (at < 0) return 0
    if (at === 0 || /[\s._/-]/.test(text[at - 1] ?? '')) starts += 1
    from = at + 1
  }
  // Letters strewn over a long text are chance, unless they begin its words.
  const span = from - text.indexOf(query[0] ?? '')
  if (starts === query.length) return 30
  return span <= query.length * 3 ? 10 : 0
}

export interface Searchable {
  label: string
  words?: string
}

/** The best fits first, at most `most`; equal ones keep their order. Every word typed has to fit. */
export function search<T extends Searchable>(
  query: string,
  items: readonly T[],
  most: number,
): T[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return items.slice(0, most)
  const whole = words.join(' ')
  const found: { item: T; fit: number }[] = []
  for (const item of items) {
    let fit = fitOf(whole, item.label)
    if (fit === 0) {
      const each = words.map((word) =>
        Math.max(fitOf(word, item.label), fitOf(word, item.words ?? '') * 0.5),
      )
      fit = each.includes(0) ? 0 : Math.min(...each) * 0.9
    }
    if (fit > 0) found.push({ item, fit })
  }
  return found
    .sort((a, b) => b.fit - a.fit)
    .slice(0, most)
    .map(({ item }) => item)
}
