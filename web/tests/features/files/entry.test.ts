import { describe, expect, it } from 'vitest'
import {
  entryOf,
  folderOf,
  foldersAbove,
  isWithin,
  nameFault,
  nameOf,
  pathIn,
} from '@/features/files/entry'
import { kindOf, textOf } from '@/features/files/kind'
import { foldersToRead, treeRows, type FolderState } from '@/features/files/treeRows'

const node = (path: string, type: 'file' | 'directory', more = {}) => ({
  name: nameOf(path),
  path,
  type,
  modified: '2026-01-13T10:15:30.123Z',
  ...more,
})

describe('an entry', () => {
  it('may be edited and deleted unless the server says otherwise', () => {
    expect(entryOf(node('a/b.txt', 'file', { size: 3 }))).toMatchObject({
      size: 3,
      canEdit: true,
      canDelete: true,
      secret: false,
    })
    const marked = { can_edit: false, can_delete: false, secret: true, link: true }
    expect(entryOf(node('.env', 'file', marked))).toMatchObject({
      canEdit: false,
      canDelete: false,
      secret: true,
      link: true,
    })
  })

  it('has a folder, a name, and folders above it', () => {
    expect([folderOf('a/b/c'), folderOf('a'), nameOf('a/b/c'), nameOf('a')]).toEqual([
      'a/b',
      '',
      'c',
      'a',
    ])
    expect(foldersAbove('a/b/c')).toEqual(['a', 'a/b'])
    expect(foldersAbove('a')).toEqual([])
    expect([pathIn('', 'x'), pathIn('a', 'x')]).toEqual(['x', 'a/x'])
    expect([
      isWithin('a/b', 'a'),
      isWithin('ab', 'a'),
      isWithin('a', 'a'),
      isWithin('x', ''),
    ]).toEqual([true, false, true, true])
  })

  it.each([
    ['', 'empty'],
    ['a/b', 'slash'],
    ['..', 'dots'],
    ['ä'.repeat(128), 'long'],
    ['a\u0007', 'control'],
    ['there', 'taken'],
    ['notes ü.md', null],
    ['...', null],
  ])('may be called %j: %s', (name, fault) => {
    expect(nameFault(name, (one) => one === 'there')).toBe(fault)
  })
})

describe('the kind of a file', () => {
  it.each([
    ['a.PNG', 'image'],
    ['readme.md', 'markdown'],
    ['Dockerfile', 'text'],
    ['x.tar', 'archive'],
    ['paper.pdf', 'other'],
    ['notes', 'sniff'],
    ['.env', 'text'],
  ])('%s is %s', (name, kind) => expect(kindOf(name)).toBe(kind))

  it('is text only when its bytes are', () => {
    const bytes = new TextEncoder().encode('grüße')
    expect(textOf(bytes, true)).toBe('grüße')
    expect(textOf(new Uint8Array([65, 0, 66]), true)).toBeNull()
    expect(textOf(new Uint8Array([0xff, 0xfe, 65]), true)).toBeNull()
    // Cut within the ü.
    expect(textOf(bytes.subarray(0, 3), false)).toBe('gr')
    expect(textOf(bytes.subarray(0, 3), true)).toBeNull()
    expect(textOf(new Uint8Array(), true)).toBe('')
  })
})

describe('the tree', () => {
  const state = (...paths: string[]): FolderState => ({
    entries: paths.map((path) => entryOf(node(path, path.includes('.') ? 'file' : 'directory'))),
    loading: false,
    error: null,
    truncated: false,
  })

  it('is drawn folder by folder, only what is open', () => {
    const folders = new Map([
      ['', state('a', 'b', 'c.txt')],
      ['a', state('a/x.txt')],
      ['b', state()],
    ])
    const lines = (open: string[]) =>
      treeRows(folders, new Set(open)).map((row) =>
        row.kind === 'entry'
          ? `${row.level} ${row.key} ${row.place}/${row.of}`
          : `${row.level} (${row.note})`,
      )
    expect(lines([])).toEqual(['1 a 1/3', '1 b 2/3', '1 c.txt 3/3'])
    expect(lines(['a', 'b', 'gone'])).toEqual([
      '1 a 1/3',
      '2 a/x.txt 1/1',
      '1 b 2/3',
      '2 (empty)',
      '1 c.txt 3/3',
    ])
  })

  it('says what is being read, has failed, or is not all', () => {
    const notes = (home: Partial<FolderState>) =>
      treeRows(new Map([['', { ...state(), ...home }]]), new Set()).map((row) =>
        row.kind === 'note' ? row.note : row.key,
      )
    expect(notes({ entries: null, loading: true })).toEqual(['loading'])
    expect(notes({ entries: null, error: 'No.' })).toEqual(['failed'])
    expect(notes({ ...state('a.txt'), truncated: true })).toEqual(['a.txt', 'truncated'])
  })

  it('reads again what a change concerns: the folder, and those above it for their counts', () => {
    const loaded = ['', 'a', 'a/b', 'c']
    expect(foldersToRead(loaded, ['a/b/x.txt'])).toEqual(['', 'a', 'a/b'])
    expect(foldersToRead(loaded, ['c/y'])).toEqual(['', 'c'])
    expect(foldersToRead(loaded, null)).toEqual(loaded)
  })
})
