import { call } from './http'
import { agentPath } from './paths'
import { fetchBytes, sendFile, type Bytes } from './transfer'
import type { FileDeleteResult, FileTree, FileUpdateResult } from './types'

const filesPath = (name: string, rest: string, query: Readonly<Record<string, string>>) =>
  agentPath(name, `/files${rest}?${new URLSearchParams(query)}`)

/** The files of an agent. Paths are relative to its home folder; the home folder itself is "". */
export const fileCalls = {
  /** What is in a folder, and in those below it, so many levels deep; 0 for all of them. */
  async files(
    name: string,
    folder: string,
    hidden: boolean,
    levels: number,
    signal?: AbortSignal,
  ): Promise<FileTree> {
    const path = filesPath(name, '', {
      path: folder === '' ? '.' : folder,
      show_hidden: String(hidden),
      ...(levels > 0 ? { depth: String(levels) } : {}),
    })
    return (await call<FileTree>('GET', path, { signal })).data
  },
  /** Where the browser itself gets a file from, by the session's cookie: pictures, downloads. */
  filePreviewAddress(name: string, path: string): string {
    return filesPath(name, '/preview', { path })
  },
  fileBytes(name: string, path: string, most: number, signal?: AbortSignal): Promise<Bytes> {
    return fetchBytes(filesPath(name, '/preview', { path }), most, signal)
  },
  /** Replaces the text of a file; with `tag` only while it is still the version that was read. */
  async saveFile(
    name: string,
    path: string,
    content: string,
    tag: string | null,
  ): Promise<FileUpdateResult> {
    const options = { json: { content }, ...(tag === null ? {} : { ifMatch: tag }) }
    return (await call<FileUpdateResult>('PUT', filesPath(name, '', { path }), options)).data
  },
  async deleteFile(name: string, path: string): Promise<FileDeleteResult> {
    return (await call<FileDeleteResult>('DELETE', filesPath(name, '', { path }))).data
  },
  async uploadFile(
    name: string,
    path: string,
    file: Blob,
    overwrite: boolean,
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const address = filesPath(name, '/content', { path, overwrite: String(overwrite) })
    await sendFile(address, file, onProgress, signal)
  },
  async makeFolder(name: string, path: string): Promise<void> {
    await call('POST', agentPath(name, '/files/folder'), { json: { path } })
  },
  /** Renames, or puts it into another folder; never over something. */
  async moveFile(name: string, path: string, newPath: string): Promise<void> {
    const json = { path, new_path: newPath }
    await call('POST', agentPath(name, '/files/move'), { json })
  },
}
