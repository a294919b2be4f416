import { computed, shallowRef, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { useCopying } from '@/stores/copying'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import type { FileAction } from './actions'
import { folderOf, nameOf, pathIn, type FileEntry } from './entry'
import type { AgentFiles } from './useFiles'

/** What the dialog that asks for a name needs to know. */
export interface NameQuestion {
  title: string
  folder: string
  now?: string
  submitLabel: string
  submit: (name: string) => Promise<void>
}

export interface FileDialogs {
  question: ComputedRef<NameQuestion | null>
  deleting: Readonly<Ref<FileEntry | null>>
  act(action: Exclude<FileAction, { kind: 'upload' }>): void
  close(): void
  /** After the dialog: what was deleted is gone from the tree at once. */
  deleted(entry: FileEntry): void
}

/** New, rename, delete: what they ask and what they do. `moved` hears what a path has become; null: it is gone. */
export function useFileDialogs(
  agent: () => string,
  files: AgentFiles,
  moved: (from: string, to: string | null) => void,
  made: (path: string) => void,
): FileDialogs {
  const asked = shallowRef<Exclude<FileAction, { kind: 'upload' | 'delete' | 'copyPath' }> | null>(
    null,
  )
  const deleting = shallowRef<FileEntry | null>(null)
  const toasts = useToasts()
  const copying = useCopying()

  async function makeFile(folder: string, name: string): Promise<void> {
    const path = pathIn(folder, name)
    const never = new AbortController()
    await api.uploadFile(agent(), path, new Blob([]), false, () => undefined, never.signal)
    await shownIn(folder)
    made(path)
  }

  async function makeFolder(folder: string, name: string): Promise<void> {
    await api.makeFolder(agent(), pathIn(folder, name))
    await shownIn(folder)
    files.setOpen(pathIn(folder, name), true)
  }

  async function rename(entry: FileEntry, name: string): Promise<void> {
    const to = pathIn(folderOf(entry.path), name)
    await api.moveFile(agent(), entry.path, to)
    files.forget(entry.path)
    await files.read(folderOf(entry.path))
    moved(entry.path, to)
    toasts.show('success', text.files.renamed(name))
  }

  async function shownIn(folder: string): Promise<void> {
    files.setOpen(folder, true)
    await files.read(folder)
  }

  const question = computed<NameQuestion | null>(() => {
    const action = asked.value
    switch (action?.kind) {
      case 'newFile':
        return {
          title: text.files.newFileTitle,
          folder: action.folder,
          submitLabel: text.files.create,
          submit: (name) => makeFile(action.folder, name),
        }
      case 'newFolder':
        return {
          title: text.files.newFolderTitle,
          folder: action.folder,
          submitLabel: text.files.create,
          submit: (name) => makeFolder(action.folder, name),
        }
      case 'rename':
        return {
          title: text.files.renameTitle(nameOf(action.entry.path)),
          folder: folderOf(action.entry.path),
          now: action.entry.name,
          submitLabel: text.files.renameSubmit,
          submit: (name) => rename(action.entry, name),
        }
      default:
        return null
    }
  })

  async function copyPath(entry: FileEntry): Promise<void> {
    if (await copying.copy(entry.path)) toasts.show('success', text.files.copied)
  }

  return {
    question,
    deleting,
    act(action) {
      if (action.kind === 'delete') deleting.value = action.entry
      else if (action.kind === 'copyPath') void copyPath(action.entry)
      else asked.value = action
    },
    close() {
      asked.value = null
      deleting.value = null
    },
    deleted(entry) {
      files.forget(entry.path)
      void files.read(folderOf(entry.path))
      moved(entry.path, null)
    },
  }
}
