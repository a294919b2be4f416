/** The beginning of a Markdown text in one line: marks only disturb there. */
export function plainLine(source: string): string {
  return source
    .replace(/^\s*(?:#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/[*`]+/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
