import { safeLink } from './safeLink'

/**
 * The common part of Markdown as a tree of plain values. There is no HTML in it and none comes out of it: whatever is not
 * known stays text. What is read is bounded in length and in depth, and every character is looked at a bounded number of times.
 */
export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong' | 'em' | 'strike'; parts: Inline[] }
  | { kind: 'link'; href: string; parts: Inline[] }
  | { kind: 'break' }

export type Block =
  | { kind: 'heading'; level: number; parts: Inline[] }
  | { kind: 'paragraph'; parts: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'quote'; blocks: Block[] }
  | { kind: 'list'; ordered: boolean; start: number; items: ListItem[] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'rule' }

export interface ListItem {
  /** A task of a to-do list; null for others. */
  done: boolean | null
  blocks: Block[]
}

export const MOST_MARKDOWN = 256 * 1024
const DEEPEST = 12

export function parseMarkdown(source: string): Block[] {
  const text = source.slice(0, MOST_MARKDOWN).replace(/\r\n?/g, '\n').replaceAll('\t', '    ')
  return parseBlocks(text.split('\n'), 0)
}

// ---------------------------------------------------------------- blocks

const HEADING = /^ {0,3}(#{1,6})(?: +(.*?))?(?: +#+)? *$/
const RULE = /^ {0,3}([-*_])(?: *\1){2,} *$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const QUOTE = /^ {0,3}> ?/
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/
const TABLE_RULE = /^ {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/

function parseBlocks(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1
      continue
    }
    const [block, next] = blockAt(lines, at, depth)
    blocks.push(block)
    at = next
  }
  return blocks
}

function blockAt(lines: readonly string[], at: number, depth: number): [Block, number] {
  const line = lines[at] ?? ''
  const fence = FENCE.exec(line)
  if (fence !== null) return codeAt(lines, at, fence[1] ?? '```')
  const heading = HEADING.exec(line)
  if (heading !== null)
    return [
      { kind: 'heading', level: (heading[1] ?? '#').length, parts: parseInline(heading[2] ?? '') },
      at + 1,
    ]
  if (RULE.test(line)) return [{ kind: 'rule' }, at + 1]
  if (depth < DEEPEST && QUOTE.test(line)) return quoteAt(lines, at, depth)
  if (depth < DEEPEST && ITEM.test(line)) return listAt(lines, at, depth)
  if (line.includes('|') && TABLE_RULE.test(lines[at + 1] ?? '')) return tableAt(lines, at)
  return paragraphAt(lines, at, depth)
}

function codeAt(lines: readonly string[], from: number, fence: string): [Block, number] {
  const ends = (line: string) =>
    line.trim().startsWith(fence) && new Set(line.trim()).size === 1 && !line.startsWith('    ')
  let at = from + 1
  while (at < lines.length && !ends(lines[at] ?? '')) at += 1
  return [{ kind: 'code', text: lines.slice(from + 1, at).join('\n') }, at + 1]
}

function quoteAt(lines: readonly string[], from: number, depth: number): [Block, number] {
  let at = from
  while (at < lines.length && QUOTE.test(lines[at] ?? '')) at += 1
  const inner = lines.slice(from, at).map((line) => line.replace(QUOTE, ''))
  return [{ kind: 'quote', blocks: parseBlocks(inner, depth + 1) }, at]
}

function listAt(lines: readonly string[], from: number, depth: number): [Block, number] {
  const marker = ITEM.exec(lines[from] ?? '')?.[2] ?? '-'
  const ordered = /\d/.test(marker)
  const items: ListItem[] = []
  let at = from
  while (at < lines.length) {
    const match = ITEM.exec(lines[at] ?? '')
    if (match === null || /\d/.test(match[2] ?? '') !== ordered || RULE.test(lines[at] ?? '')) break
    const indent = match[0].length
    const inner = [(lines[at] ?? '').slice(indent)]
    at += 1
    while (at < lines.length && belongs(lines, at, indent)) {
      inner.push((lines[at] ?? '').slice(Math.min(indent, indentOf(lines[at] ?? ''))))
      at += 1
    }
    items.push(itemOf(inner, depth))
    while (at < lines.length && (lines[at] ?? '').trim() === '' && ITEM.test(lines[at + 1] ?? ''))
      at += 1
  }
  const start = ordered ? Number.parseInt(marker, 10) : 1
  return [{ kind: 'list', ordered, start, items }, at]
}

const indentOf = (line: string) => line.length - line.trimStart().length

/** Whether a line goes on with the item above it: it is indented, or it is the rest of a paragraph. */
function belongs(lines: readonly string[], at: number, indent: number): boolean {
  const line = lines[at] ?? ''
  if (line.trim() === '')
    return indentOf(lines[at + 1] ?? '') >= Math.min(indent, 2) && at + 1 < lines.length
  if (indentOf(line) >= Math.min(indent, 2)) return true
  return (lines[at - 1] ?? '').trim() !== '' && !startsBlock(line)
}

function itemOf(lines: string[], depth: number): ListItem {
  const task = /^\[([ xX])\] +/.exec(lines[0] ?? '')
  if (task !== null) lines[0] = (lines[0] ?? '').slice(task[0].length)
  return {
    done: task === null ? null : task[1] !== ' ',
    blocks: parseBlocks(lines, depth + 1),
  }
}

function tableAt(lines: readonly string[], from: number): [Block, number] {
  const head = cellsOf(lines[from] ?? '')
  const rows: Inline[][][] = []
  let at = from + 2
  while (at < lines.length && (lines[at] ?? '').includes('|')) {
    const cells = cellsOf(lines[at] ?? '')
    rows.push(head.map((_, n) => cells[n] ?? []))
    at += 1
  }
  return [{ kind: 'table', head, rows }, at]
}

function cellsOf(line: string): Inline[][] {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => parseInline(cell.trim().replaceAll('\\|', '|')))
}

function startsBlock(line: string): boolean {
  return (
    HEADING.test(line) || RULE.test(line) || FENCE.test(line) || QUOTE.test(line) || ITEM.test(line)
  )
}

function paragraphAt(lines: readonly string[], from: number, depth: number): [Block, number] {
  let at = from + 1
  const goesOn = (line: string) => line.trim() !== '' && (depth >= DEEPEST || !startsBlock(line))
  while (at < lines.length && goesOn(lines[at] ?? '')) at += 1
  const text = lines
    .slice(from, at)
    .map((line) => line.replace(/^ +/, ''))
    .join('\n')
    .trimEnd()
  return [{ kind: 'paragraph', parts: parseInline(text) }, at]
}

// ---------------------------------------------------------------- inline

const MARKS = [
  { mark: '**', kind: 'strong' },
  { mark: '__', kind: 'strong' },
  { mark: '~~', kind: 'strike' },
  { mark: '*', kind: 'em' },
  { mark: '_', kind: 'em' },
] as const

/** A mark that is not closed within this many characters is text: keeps what is looked at bounded. */
const REACH = 2000

export function parseInline(source: string, depth = 0): Inline[] {
  const parts: Inline[] = []
  let plain = ''
  let at = 0
  const flush = () => {
    if (plain !== '') parts.push({ kind: 'text', text: plain })
    plain = ''
  }
  while (at < source.length) {
    const found = depth < DEEPEST ? inlineAt(source, at, depth) : null
    if (found === null) {
      plain += source.charAt(at)
      at += 1
      continue
    }
    const [part, next] = found
    if (part.kind === 'text') plain += part.text
    else {
      flush()
      parts.push(part)
    }
    at = next
  }
  flush()
  return parts
}

function inlineAt(source: string, at: number, depth: number): [Inline, number] | null {
  switch (source.charAt(at)) {
    case '\\':
      return /[!-/:-@[-`{-~]/.test(source.charAt(at + 1))
        ? [{ kind: 'text', text: source.charAt(at + 1) }, at + 2]
        : null
    case '\n':
      return / {2}$/.test(source.slice(Math.max(0, at - 2), at))
        ? [{ kind: 'break' }, at + 1]
        : null
    case '`':
      return codeSpanAt(source, at)
    case '!':
      // A picture would be asked for from elsewhere: its words, as a link, are enough.
      return source.charAt(at + 1) === '[' ? linkAt(source, at + 1, depth) : null
    case '[':
      return linkAt(source, at, depth)
    case '<':
      return autolinkAt(source, at)
    case 'h':
      return bareLinkAt(source, at)
    case '*':
    case '_':
    case '~':
      return markAt(source, at, depth)
    default:
      return null
  }
}

function codeSpanAt(source: string, at: number): [Inline, number] | null {
  const fence = /^`+/.exec(source.slice(at, at + 20))?.[0] ?? '`'
  const from = at + fence.length
  const end = source.slice(from, from + REACH).indexOf(fence)
  if (end < 0) return [{ kind: 'text', text: fence }, from]
  const inner = source.slice(from, from + end)
  return [
    { kind: 'code', text: /^ .*[^ ].* $/s.test(inner) ? inner.slice(1, -1) : inner },
    from + end + fence.length,
  ]
}

function linkAt(source: string, at: number, depth: number): [Inline, number] | null {
  const near = source.slice(at, at + REACH)
  const match =
    /^\[((?:[^[\]\\]|\\.)*)\]\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+"[^"]*")?\s*\)/.exec(
      near,
    )
  if (match === null) return null
  const href = safeLink(match[2])
  const parts = parseInline(match[1] ?? '', depth + 1)
  const next = at + match[0].length
  if (href !== null) return [{ kind: 'link', href, parts }, next]
  // Leads nowhere that may be gone to: only its words stay.
  return [{ kind: 'text', text: match[1] ?? '' }, next]
}

function autolinkAt(source: string, at: number): [Inline, number] | null {
  const match = /^<((?:https?:\/\/|mailto:)[^\s<>]{1,1000})>/i.exec(source.slice(at, at + 1100))
  const href = safeLink(match?.[1])
  if (match === null || href === null) return null
  return [
    { kind: 'link', href, parts: [{ kind: 'text', text: match[1] ?? '' }] },
    at + match[0].length,
  ]
}

function bareLinkAt(source: string, at: number): [Inline, number] | null {
  if (/\w/.test(source.charAt(at - 1))) return null
  const match = /^https?:\/\/[^\s<>"'`]{1,1000}/.exec(source.slice(at, at + 1100))
  const shown = match?.[0].replace(/[.,;:!?)\]*_~]+$/, '') ?? ''
  const href = safeLink(shown)
  if (href === null) return null
  return [{ kind: 'link', href, parts: [{ kind: 'text', text: shown }] }, at + shown.length]
}

function markAt(source: string, at: number, depth: number): [Inline, number] | null {
  for (const { mark, kind } of MARKS) {
    if (!source.startsWith(mark, at)) continue
    const from = at + mark.length
    if (/\s|^$/.test(source.charAt(from))) continue
    // Within a word an underline is an underline.
    if (mark.startsWith('_') && /\w/.test(source.charAt(at - 1))) continue
    const end = closingOf(source, from, mark)
    if (end < 0) continue
    return [{ kind, parts: parseInline(source.slice(from, end), depth + 1) }, end + mark.length]
  }
  return null
}

function closingOf(source: string, from: number, mark: string): number {
  const near = source.slice(from, from + REACH)
  for (let at = near.indexOf(mark, 1); at > 0; at = near.indexOf(mark, at + 1)) {
    if (/[\s\\]/.test(near.charAt(at - 1))) continue
    // "**" is no end of "*".
    if (mark.length === 1 && (near.charAt(at + 1) === mark || near.charAt(at - 1) === mark))
      continue
    if (mark.startsWith('_') && /\w/.test(near.charAt(at + mark.length))) continue
    return from + at
  }
  return -1
}
