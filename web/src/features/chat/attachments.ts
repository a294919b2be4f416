import { computed, type ComputedRef } from 'vue'
import { api } from '@/api/client'
import { useUploads, type Upload } from '@/features/files/uploads'
import { text } from '@/text/en'

/** Where attached files are put, from the agent's home folder. */
export const UPLOADS = 'uploads'

/** A message with its attached files named under it, as the agent reads it. */
export function withFiles(words: string, paths: readonly string[]): string {
  if (paths.length === 0) return words
  const list = [text.chat.attachedHead, ...paths.map((path) => `- ${path}`)].join('\n')
  return words === '' ? list : `${words}\n\n${list}`
}

/** The other way round: what was typed, and which files were attached. */
export function splitFiles(content: string): { words: string; files: readonly string[] } {
  const head = text.chat.attachedHead
  const at = content.startsWith(`${head}\n`) ? 0 : content.lastIndexOf(`\n\n${head}\n`)
  if (at < 0) return { words: content, files: [] }
  const lines = content.slice(at).trim().split('\n').slice(1)
  if (lines.length === 0 || !lines.every((line) => line.startsWith(`- ${UPLOADS}/`)))
    return { words: content, files: [] }
  return { words: content.slice(0, at), files: lines.map((line) => line.slice(2)) }
}

/** "report.json" that is there already becomes "report-2.json". */
export function otherName(name: string, n: number): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? `${name}-${n}` : `${name.slice(0, dot)}-${n}${name.slice(dot)}`
}

export interface Attachments {
  list: readonly Upload[]
  busy: ComputedRef<boolean>
  /** Paths of what has arrived. */
  paths: ComputedRef<readonly string[]>
  /** Tells how many did not fit. */
  add(files: readonly File[]): Promise<number>
  retry(id: number): void
  drop(id: number): void
  clear(): void
}

/** Files for the next message. A name that is taken is never overwritten: the file gets another one. */
export function useAttachments(agent: () => string): Attachments {
  const tries = new Map<string, number>()
  const uploads = useUploads(
    agent,
    () => undefined,
    (upload) => {
      const first = upload.file.name.replace(/-\d+(?=(?:\.[^.]*)?$)/, '')
      const n = (tries.get(first) ?? 1) + 1
      tries.set(first, n)
      if (n > 99) return null
      return new File([upload.file], otherName(first, n), { type: upload.file.type })
    },
  )
  return {
    list: uploads.list,
    busy: uploads.busy,
    paths: computed(() =>
      uploads.list.filter((one) => one.state === 'done').map((one) => one.path),
    ),
    add: async (files) => {
      // When it is there already that is no fault; any other trouble is told by the upload itself.
      await api.makeFolder(agent(), UPLOADS).catch(() => undefined)
      return uploads.add(UPLOADS, files)
    },
    retry: uploads.retry,
    drop: uploads.drop,
    clear: () => {
      tries.clear()
      uploads.clear()
    },
  }
}
