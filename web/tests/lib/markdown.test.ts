import { describe, expect, it } from 'vitest'
import { MOST_MARKDOWN, parseInline, parseMarkdown, type Block } from '@/lib/markdown'

const kinds = (source: string) => parseMarkdown(source).map((block) => block.kind)
const plain = (block: Block | undefined) =>
  block !== undefined && 'parts' in block ? JSON.stringify(block.parts) : ''

describe('markdown', () => {
  it('knows the blocks that people write', () => {
    const source =
      '# One\n\ntext\nmore\n\n- a\n- b\n\n1. x\n\n> said\n\n---\n\n```sh\nls\n```\n\n| a | b |\n|---|:-:|\n| 1 | 2 |'
    expect(kinds(source)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'quote',
      'rule',
      'code',
      'table',
    ])
  })

  it('keeps lists in lists, tasks, and where numbers begin', () => {
    const [list] = parseMarkdown('3. one\n   - [x] done\n   - [ ] open\n4. two')
    expect(list).toMatchObject({ kind: 'list', ordered: true, start: 3 })
    if (list?.kind !== 'list') throw new Error('no list')
    expect(list.items).toHaveLength(2)
    const inner = list.items[0]?.blocks[1]
    expect(inner?.kind === 'list' && inner.items.map((item) => item.done)).toEqual([true, false])
  })

  it('makes rows as wide as the head, and takes an escaped bar as text', () => {
    const [table] = parseMarkdown('a | b\n--- | ---\n1 \\| 2\nx | y | z')
    if (table?.kind !== 'table') throw new Error('no table')
    expect(table.rows.map((row) => row.length)).toEqual([2, 2])
    expect(table.rows[0]?.[0]).toEqual([{ kind: 'text', text: '1 | 2' }])
  })

  it('reads marks within a line, and leaves lonely ones alone', () => {
    expect(parseInline('a **b *c*** `d*` ~~e~~').map((part) => part.kind)).toEqual([
      'text',
      'strong',
      'text',
      'code',
      'text',
      'strike',
    ])
    expect(parseInline('2 * 3 * 4 and snake_case_name')).toEqual([
      { kind: 'text', text: '2 * 3 * 4 and snake_case_name' },
    ])
    expect(parseInline('\\*no\\*')).toEqual([{ kind: 'text', text: '*no*' }])
  })

  it('links only to places that may be gone to', () => {
    expect(parseInline('[ok](https://example.com/a_(b))')).toEqual([
      { kind: 'link', href: 'https://example.com/a_(b)', parts: [{ kind: 'text', text: 'ok' }] },
    ])
    for (const address of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      '//evil',
      'file:///etc',
      ' javascript:x',
    ])
      expect(JSON.stringify(parseInline(`[words](${address})`))).not.toContain('link')
    expect(parseInline('see https://example.com/x.')[1]).toMatchObject({
      href: 'https://example.com/x',
    })
    expect(parseInline('<mailto:a@example.com>')[0]).toMatchObject({ kind: 'link' })
  })

  it('never asks for a picture from elsewhere, and takes HTML as text', () => {
    expect(parseInline('![chart](https://example.com/c.png)')).toEqual([
      { kind: 'link', href: 'https://example.com/c.png', parts: [{ kind: 'text', text: 'chart' }] },
    ])
    const [block] = parseMarkdown('<script>alert(1)</script>')
    expect(plain(block)).toContain('<script>')
  })

  it('is bounded: deep and long texts take no time', () => {
    const hostile = [
      '> '.repeat(5000) + 'x',
      '- '.repeat(5000) + 'x',
      '*a '.repeat(60_000),
      '[a'.repeat(60_000),
      '`'.repeat(100_000),
      '**'.repeat(80_000),
      '_a*'.repeat(60_000),
      '|'.repeat(50_000) + '\n' + '|-'.repeat(50_000),
      'x'.repeat(MOST_MARKDOWN * 2),
    ]
    for (const source of hostile) {
      const began = performance.now()
      parseMarkdown(source)
      expect(performance.now() - began, source.slice(0, 6)).toBeLessThan(1500)
    }
  })
})
