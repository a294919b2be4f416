import type { FileEntry } from './entry'

/** What a person can do with one line of the tree. */
export type FileAction =
  | { kind: 'newFile' | 'newFolder' | 'upload'; folder: string }
  | { kind: 'rename' | 'delete' | 'copyPath'; entry: FileEntry }
