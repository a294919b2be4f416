import { counted } from './words'

/** Texts of the tags that people give their agents. */
export const tagTexts = {
  tags: {
    label: 'Tags',
    of: (name: string) => `Tags of ${name}`,
    hint: 'Letters, digits and - _ . : / without blanks. Enter or a comma ends one.',
    placeholder: 'Add a tag',
    remove: (tag: string) => `Remove ${tag}`,
    added: (tags: readonly string[]) => `${tags.join(', ')} added`,
    removed: (tag: string) => `${tag} removed`,
    unusable: (words: string) =>
      `“${words}” is no tag: it takes a-z, 0-9 and - _ . : /, begins with a letter or a digit, and has at most 40 characters.`,
    tooMany: (most: number) => `An agent has at most ${most} tags.`,
    filter: 'Filter by tag',
    any: 'Any tag',
    chosen: (tags: readonly string[]) =>
      tags.length === 1 ? `Tag: ${tags[0] ?? ''}` : counted(tags.length, 'tag'),
    more: (n: number) => `+${n}`,
  },
} as const
