import type { Component } from 'vue'
import {
  Archive,
  File,
  FileImage,
  FileMusic,
  FileText,
  FileVideoCamera,
  Folder,
  FolderOpen,
} from '@lucide/vue'
import type { FileEntry } from './entry'
import { kindOf, type FileKind } from './kind'

const ICONS: Readonly<Record<FileKind, Component>> = {
  image: FileImage,
  video: FileVideoCamera,
  audio: FileMusic,
  markdown: FileText,
  text: FileText,
  archive: Archive,
  other: File,
  sniff: File,
}

export function fileIcon(entry: FileEntry, open: boolean): Component {
  if (entry.folder) return open ? FolderOpen : Folder
  return ICONS[kindOf(entry.name)]
}
