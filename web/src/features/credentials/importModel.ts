import type { BulkPreview } from '@/api/types'

/** How many pairs will become credentials. */
export function importCount(preview: BulkPreview, skipDiffering: boolean): number {
  return preview.pairs.filter(
    (pair) => pair.status === 'new' || (pair.status === 'differs' && !skipDiffering),
  ).length
}

/** The text without the lines that are to be left out. */
export function linesToSend(content: string, preview: BulkPreview, skipDiffering: boolean): string {
  if (!skipDiffering) return content
  const left = new Set(
    preview.pairs.filter((pair) => pair.status === 'differs').map((pair) => pair.line),
  )
  return content
    .split('\n')
    .filter((_, index) => !left.has(index + 1))
    .join('\n')
}

/** Pairs in pasted lines, as far as can be told without the server: for the count under the field. */
export function countPairs(content: string): number {
  const names = new Set<string>()
  for (const line of content.split('\n')) {
    const [, name] = /^\s*(?!#)(?:export\s+)?([^=\s#][^=]*?)\s*=/.exec(line) ?? []
    if (name !== undefined) names.add(name)
  }
  return names.size
}
