import { computed, onScopeDispose, shallowReactive, type ComputedRef } from 'vue'
import { api } from '@/api/client'
import { ApiError, messageOf } from '@/api/errors'
import { text } from '@/text/en'
import { pathIn } from './entry'

/** What the server takes, in bytes. */
export const LARGEST_UPLOAD = 100 * 1024 * 1024
/** At most so many wait at once. */
export const MOST_UPLOADS = 200

export interface Upload {
  readonly id: number
  readonly folder: string
  readonly file: File
  readonly path: string
  /** `exists`: something has that name, and a person has to say what is to be done. */
  state: 'waiting' | 'sending' | 'done' | 'failed' | 'exists'
  /** From 0 to 1. */
  share: number
  error: string | null
}

export interface Uploads {
  list: readonly Upload[]
  busy: ComputedRef<boolean>
  /** Of all that are waiting, sent and done, from 0 to 1. */
  share: ComputedRef<number>
  /** Adds files for a folder, and tells how many did not fit. */
  add(folder: string, files: readonly File[]): number
  replace(id: number): void
  retry(id: number): void
  /** Stops it when it is under way, and takes it from the list. */
  drop(id: number): void
  /** Takes away all that is not under way. */
  clear(): void
}

/**
 * Sends files to an agent, one after the other. What is not sent when the calling component goes is stopped. `renamed`
 * may give a file another name when its own is taken; without it a person has to say what is to be done.
 */
export function useUploads(
  agent: () => string,
  onSent: (upload: Upload) => void,
  renamed: (upload: Upload) => File | null = () => null,
): Uploads {
  const list = shallowReactive<Upload[]>([])
  const stops = new Map<number, AbortController>()
  const overwrites = new Set<number>()
  let ids = 0
  let working = false

  function change(id: number, fields: Partial<Upload>): void {
    const at = list.findIndex((one) => one.id === id)
    const now = list[at]
    if (now !== undefined) list[at] = { ...now, ...fields }
  }

  function add(folder: string, files: readonly File[]): number {
    const room = Math.max(0, MOST_UPLOADS - list.length)
    for (const file of files.slice(0, room)) {
      ids += 1
      const tooLarge = file.size > LARGEST_UPLOAD
      list.push({
        id: ids,
        folder,
        file,
        path: pathIn(folder, file.name),
        state: tooLarge ? 'failed' : 'waiting',
        share: 0,
        error: tooLarge ? text.files.tooLarge : null,
      })
    }
    void work()
    return Math.max(0, files.length - room)
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (;;) {
      const next = list.find((one) => one.state === 'waiting')
      if (next === undefined) break
      await sendOne(next)
    }
    working = false
  }

  async function sendOne(upload: Upload): Promise<void> {
    const { id } = upload
    const stop = new AbortController()
    stops.set(id, stop)
    change(id, { state: 'sending', share: 0, error: null })
    try {
      await api.uploadFile(
        agent(),
        upload.path,
        upload.file,
        overwrites.has(id),
        (share) => change(id, { share }),
        stop.signal,
      )
      change(id, { state: 'done', share: 1 })
      onSent(upload)
    } catch (failure) {
      if (stop.signal.aborted) return
      const status = failure instanceof ApiError ? failure.status : 0
      const other = status === 409 ? renamed(upload) : null
      if (other !== null)
        change(id, { state: 'waiting', file: other, path: pathIn(upload.folder, other.name) })
      else if (status === 409) change(id, { state: 'exists', share: 0 })
      else
        change(id, {
          state: 'failed',
          share: 0,
          error: status === 413 ? text.files.tooLarge : messageOf(failure),
        })
    } finally {
      stops.delete(id)
    }
  }

  function again(id: number): void {
    change(id, { state: 'waiting', error: null })
    void work()
  }

  function drop(id: number): void {
    stops.get(id)?.abort()
    const at = list.findIndex((one) => one.id === id)
    if (at >= 0) list.splice(at, 1)
  }

  onScopeDispose(() => {
    for (const stop of stops.values()) stop.abort()
    list.splice(0)
  })

  return {
    list,
    busy: computed(() => list.some((one) => one.state === 'waiting' || one.state === 'sending')),
    share: computed(() => {
      const counted = list.filter((one) => ['waiting', 'sending', 'done'].includes(one.state))
      const all = counted.reduce((sum, one) => sum + one.file.size, 0)
      const sent = counted.reduce((sum, one) => sum + one.file.size * one.share, 0)
      return all === 0 ? 0 : sent / all
    }),
    add,
    replace(id) {
      overwrites.add(id)
      again(id)
    },
    retry: again,
    drop,
    clear() {
      const going = list.filter((one) => one.state === 'waiting' || one.state === 'sending')
      list.splice(0, list.length, ...going)
    },
  }
}
