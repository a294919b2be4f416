import type { FileNode } from '@/api/types'
import { parseUtc } from '@/format/time'

/** A file or a folder in the home folder of an agent. */
export interface FileEntry {
  name: string
  /** Relative to the home folder, parts separated by "/". */
  path: string
  folder: boolean
  /** Bytes; 0 for folders. */
  size: number
  modifiedAt: number | null
  /** Files below a folder. */
  files: number
  canEdit: boolean
  canDelete: boolean
  /** Only owner and administrators may read it. */
  secret: boolean
  /** A symbolic link, told by what it leads to. */
  link: boolean
}

/** The home folder itself. */
export const HOME = ''

export function entryOf(node: FileNode): FileEntry {
  return {
    name: node.name,
    path: node.path,
    folder: node.type === 'directory',
    size: node.size ?? 0,
    modifiedAt: parseUtc(node.modified),
    files: node.file_count ?? 0,
    canEdit: node.can_edit !== false,
    canDelete: node.can_delete !== false,
    secret: node.secret === true,
    link: node.link === true,
  }
}

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/')
  return at < 0 ? HOME : path.slice(0, at)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function pathIn(folder: string, name: string): string {
  return folder === HOME ? name : `${folder}/${name}`
}

/** The folders above a path, from the top down, without the home folder. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, n) => parts.slice(0, n + 1).join('/'))
}

/** The path itself, or something in it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === HOME || path === folder || path.startsWith(`${folder}/`)
}

// ---------------------------------------------------------------- names that people choose

/** Bytes; what file systems take. */
const LONGEST_NAME = 255

export type NameFault = 'empty' | 'slash' | 'dots' | 'long' | 'control' | 'taken'

export function nameFault(name: string, taken: (name: string) => boolean): NameFault | null {
  if (name === '') return 'empty'
  if (name.includes('/')) return 'slash'
  if (name === '.' || name === '..') return 'dots'
  if (new TextEncoder().encode(name).length > LONGEST_NAME) return 'long'
  if (/\p{Cc}/u.test(name)) return 'control'
  return taken(name) ? 'taken' : null
}
