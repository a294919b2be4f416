import { HOME, type FileEntry } from './entry'

/** What is known of one folder's content. */
export interface FolderState {
  entries: readonly FileEntry[] | null
  loading: boolean
  error: string | null
  /** Not all of it was told. */
  truncated: boolean
}

/** One line of the tree as it is drawn. */
export type TreeRow =
  | {
      kind: 'entry'
      key: string
      level: number
      entry: FileEntry
      open: boolean
      /** Its place among its neighbours, from 1, and how many there are. */
      place: number
      of: number
    }
  /** In place of what is in an open folder. */
  | {
      kind: 'note'
      key: string
      level: number
      folder: string
      note: 'loading' | 'empty' | 'failed' | 'truncated'
      text: string
    }

/** The open part of the tree as lines from the top down. */
export function treeRows(
  folders: ReadonlyMap<string, FolderState>,
  open: ReadonlySet<string>,
): TreeRow[] {
  const rows: TreeRow[] = []
  addFolder(HOME, 1, folders, open, rows)
  return rows
}

function addFolder(
  path: string,
  level: number,
  folders: ReadonlyMap<string, FolderState>,
  open: ReadonlySet<string>,
  rows: TreeRow[],
): void {
  const state = folders.get(path)
  const note = (kind: 'loading' | 'empty' | 'failed' | 'truncated', text = '') =>
    rows.push({ kind: 'note', key: `${path}/:${kind}`, level, folder: path, note: kind, text })

  const entries = state?.entries ?? null
  if (entries === null) {
    if (state?.error) note('failed', state.error)
    else note('loading')
    return
  }
  entries.forEach((entry, n) => {
    const isOpen = entry.folder && open.has(entry.path)
    rows.push({
      kind: 'entry',
      key: entry.path,
      level,
      entry,
      open: isOpen,
      place: n + 1,
      of: entries.length,
    })
    if (isOpen) addFolder(entry.path, level + 1, folders, open, rows)
  })
  if (entries.length === 0) note('empty')
  if (state?.truncated) note('truncated')
}

/** Which loaded folders have to be read again for these changed paths; all of them when it is not known what changed. */
export function foldersToRead(loaded: Iterable<string>, paths: readonly string[] | null): string[] {
  const all = [...loaded]
  if (paths === null) return all
  // A folder's line tells how many files are below it: every folder above a change is concerned.
  const touched = new Set<string>([HOME])
  for (const path of paths) {
    for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1))
      touched.add(path.slice(0, at))
  }
  return all.filter((folder) => touched.has(folder))
}
