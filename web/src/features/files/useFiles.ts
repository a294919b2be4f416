import {
  computed,
  onScopeDispose,
  ref,
  shallowReactive,
  watch,
  type ComputedRef,
  type Ref,
} from 'vue'
import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { liveStatus, useTopic } from '@/live/client'
import { filesTopic } from '@/live/frames'
import { entryOf, folderOf, foldersAbove, HOME, isWithin, type FileEntry } from './entry'
import { foldersToRead, treeRows, type FolderState, type TreeRow } from './treeRows'

export interface AgentFiles {
  rows: ComputedRef<readonly TreeRow[]>
  /** The home folder's content is here. */
  known: ComputedRef<boolean>
  /** Why nothing could be had at all. */
  error: ComputedRef<string | null>
  /** The entry at this path, when its folder has been read. */
  entryAt(path: string): FileEntry | undefined
  /** Names in a folder that has been read. */
  namesIn(folder: string): ReadonlySet<string>
  isOpen(folder: string): boolean
  setOpen(folder: string, open: boolean): void
  /** Opens the folders above a path and reads them. */
  reveal(path: string): Promise<void>
  /** Reads a folder again. */
  read(folder: string): Promise<void>
  readAll(): void
  /** Forgets what lies below a path that is gone. */
  forget(path: string): void
  /** How often a change of this file has been told. */
  changesOf(path: string): number
  /** Moves with every change that is told. */
  version: Readonly<Ref<number>>
}

const NOTHING: FolderState = { entries: null, loading: false, error: null, truncated: false }

/** The files of one agent, folder by folder, kept true by the live connection. */
export function useFiles(
  name: () => string,
  running: () => boolean,
  hidden: Readonly<Ref<boolean>>,
): AgentFiles {
  const folders = shallowReactive(new Map<string, FolderState>())
  const open = shallowReactive(new Set<string>())
  const asking = new Map<string, AbortController>()
  /** How often each path has changed, and how often everything may have. */
  const changes = shallowReactive(new Map<string, number>())
  const allChanged = ref(0)
  const version = ref(0)

  async function read(folder: string): Promise<void> {
    asking.get(folder)?.abort()
    const mine = new AbortController()
    asking.set(folder, mine)
    const before = folders.get(folder) ?? NOTHING
    folders.set(folder, { ...before, loading: true })
    try {
      const tree = await api.files(name(), folder, hidden.value, 1, mine.signal)
      if (asking.get(folder) !== mine) return
      folders.set(folder, {
        entries: tree.tree.map(entryOf),
        loading: false,
        error: null,
        truncated: tree.truncated === true,
      })
    } catch (failure) {
      if (asking.get(folder) !== mine || mine.signal.aborted) return
      folders.set(folder, { ...before, loading: false, error: messageOf(failure) })
    } finally {
      if (asking.get(folder) === mine) asking.delete(folder)
    }
  }

  /** Reads the folders that these changes concern; all of them for null. */
  function readAgain(paths: readonly string[] | null): void {
    for (const folder of foldersToRead(folders.keys(), paths)) void read(folder)
  }

  function forget(path: string): void {
    for (const folder of [...folders.keys()]) {
      if (folder === HOME || !isWithin(folder, path)) continue
      asking.get(folder)?.abort()
      asking.delete(folder)
      folders.delete(folder)
      open.delete(folder)
    }
  }

  function clear(): void {
    for (const one of asking.values()) one.abort()
    asking.clear()
    folders.clear()
    open.clear()
    changes.clear()
  }

  function setOpen(folder: string, wanted: boolean): void {
    if (!wanted) {
      open.delete(folder)
      return
    }
    open.add(folder)
    if ((folders.get(folder)?.entries ?? null) === null) void read(folder)
  }

  async function reveal(path: string): Promise<void> {
    const missing = foldersAbove(path).filter((folder) => {
      open.add(folder)
      return !folders.has(folder)
    })
    await Promise.all(missing.map(read))
  }

  function noteChanges(paths: readonly string[] | null): void {
    version.value += 1
    if (paths === null) allChanged.value += 1
    else for (const path of paths) changes.set(path, (changes.get(path) ?? 0) + 1)
    readAgain(paths)
  }

  /** With the connection up, the snapshot comes first: no change after it is missed. */
  const readsBySnapshot = () => liveStatus.value === 'ready'

  useTopic(() => (running() ? filesTopic(name()) : null), {
    snapshot() {
      if (folders.has(HOME)) noteChanges(null)
      else void read(HOME)
    },
    event({ event, data }) {
      if (event !== 'agent_files_changed') return
      const paths = Array.isArray(data.paths) ? (data.paths as string[]) : []
      noteChanges(data.overflow === true ? null : paths)
    },
    refused() {
      if (!folders.has(HOME)) void read(HOME)
    },
  })

  watch(
    [name, running],
    ([, runs], before) => {
      if (before[0] !== undefined) clear()
      if (runs && !readsBySnapshot()) void read(HOME)
    },
    { immediate: true },
  )
  watch(liveStatus, () => {
    if (running() && !folders.has(HOME) && !readsBySnapshot()) void read(HOME)
  })
  watch(hidden, () => readAgain(null))
  onScopeDispose(clear)

  // A folder that is gone takes what was known of it along.
  watch(
    () => [...folders.entries()],
    () => {
      for (const folder of folders.keys()) {
        const above = folder === HOME ? null : folders.get(folderOf(folder))?.entries
        if (above && !above.some((entry) => entry.path === folder && entry.folder)) forget(folder)
      }
    },
  )

  return {
    rows: computed(() => treeRows(folders, open)),
    known: computed(() => (folders.get(HOME)?.entries ?? null) !== null),
    error: computed(() => {
      const home = folders.get(HOME)
      return home !== undefined && home.entries === null ? home.error : null
    }),
    entryAt: (path) => folders.get(folderOf(path))?.entries?.find((entry) => entry.path === path),
    namesIn: (folder) => new Set((folders.get(folder)?.entries ?? []).map((entry) => entry.name)),
    isOpen: (folder) => open.has(folder),
    setOpen,
    reveal,
    read,
    readAll: () => readAgain(null),
    forget,
    version,
    changesOf: (path) => (changes.get(path) ?? 0) + allChanged.value,
  }
}
