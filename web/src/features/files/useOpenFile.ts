import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { api } from '@/api/client'
import { ApiError, messageOf } from '@/api/errors'
import type { FileEntry } from './entry'
import { isTextual, kindOf, textOf, type FileKind } from './kind'

/** Texts up to this size are shown at once; larger ones when somebody asks. */
export const ASK_FROM = 1024 * 1024
/** As much of a text as is ever shown, and as large as the server lets one be written. */
export const MOST_TEXT = 10 * 1024 * 1024

export type Content =
  | { kind: 'text'; text: string; tag: string | null; whole: boolean }
  /** Its bytes are no text. */
  | { kind: 'binary' }

export interface OpenFile {
  kind: ComputedRef<FileKind>
  /** What was read last. Stays while it is read again. */
  content: Readonly<Ref<Content | null>>
  error: Readonly<Ref<string | null>>
  /** It is large: nothing is read before somebody asks. */
  asks: ComputedRef<boolean>
  /** May be edited here. */
  editable: ComputedRef<boolean>
  draft: Readonly<Ref<string | null>>
  dirty: ComputedRef<boolean>
  /** The file has been changed elsewhere since the draft was begun; null: it has not. */
  conflict: Readonly<Ref<'changed' | 'gone' | null>>
  saving: Readonly<Ref<boolean>>
  saveError: Readonly<Ref<string | null>>
  read(): Promise<void>
  edit(): void
  /** What the text is now, while it is edited. */
  type(text: string): void
  /** Whether it was saved. `over`: also over somebody else's change. */
  save(over?: boolean): Promise<boolean>
  /** Lets the draft go, and shows the file as it is. */
  discard(): void
}

/** The content of one file while it is shown and edited. `version` moves when the file may have changed. */
export function useOpenFile(
  agent: () => string,
  entry: () => FileEntry,
  version: () => number,
): OpenFile {
  const content = shallowRef<Content | null>(null)
  const error = ref<string | null>(null)
  const wanted = ref(false)
  const draft = ref<string | null>(null)
  /** The text and the tag that the draft was begun with. */
  const base = shallowRef<{ text: string; tag: string | null } | null>(null)
  const conflict = ref<'changed' | 'gone' | null>(null)
  const saving = ref(false)
  const saveError = ref<string | null>(null)
  let asking: AbortController | null = null

  const kind = computed(() => kindOf(entry().name))
  const asks = computed(
    () =>
      isTextual(kind.value) && entry().size > ASK_FROM && !wanted.value && content.value === null,
  )
  const editable = computed(
    () => entry().canEdit && content.value?.kind === 'text' && content.value.whole,
  )
  const dirty = computed(() => draft.value !== null && draft.value !== base.value?.text)

  async function fetchContent(signal: AbortSignal): Promise<Content> {
    const { bytes, whole, headers } = await api.fileBytes(agent(), entry().path, MOST_TEXT, signal)
    const text = textOf(bytes, whole)
    return text === null
      ? { kind: 'binary' }
      : { kind: 'text', text, tag: headers.get('ETag'), whole }
  }

  async function read(): Promise<void> {
    wanted.value = true
    if (!isTextual(kind.value)) return
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    try {
      const next = await fetchContent(mine.signal)
      if (asking === mine) taken(next)
    } catch (failure) {
      if (asking !== mine || mine.signal.aborted) return
      if (draft.value !== null && failure instanceof ApiError && failure.status === 404)
        conflict.value = 'gone'
      else if (content.value === null || draft.value === null) error.value = messageOf(failure)
    }
  }

  function taken(next: Content): void {
    content.value = next
    error.value = null
    if (draft.value === null || base.value === null) return
    if (next.kind === 'text' && next.text === base.value.text) {
      // Touched, but with the same text: the draft goes on from there.
      base.value = { text: next.text, tag: next.tag }
      conflict.value = null
    } else if (next.kind === 'text' && next.text === draft.value) discard()
    else conflict.value = 'changed'
  }

  function edit(): void {
    if (!editable.value || content.value?.kind !== 'text') return
    base.value = { text: content.value.text, tag: content.value.tag }
    draft.value = content.value.text
    conflict.value = null
    saveError.value = null
  }

  function type(text: string): void {
    if (draft.value !== null) draft.value = text
  }

  function discard(): void {
    draft.value = null
    base.value = null
    conflict.value = null
    saveError.value = null
  }

  async function save(over = false): Promise<boolean> {
    const sent = draft.value
    if (sent === null || saving.value) return false
    saving.value = true
    saveError.value = null
    try {
      await api.saveFile(agent(), entry().path, sent, over ? null : (base.value?.tag ?? null))
      base.value = { text: sent, tag: null }
      conflict.value = null
      await read()
      // Typed on meanwhile: the rest is still to be saved.
      if (draft.value === sent) discard()
      return true
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 412) {
        conflict.value = 'changed'
        await read()
      } else if (failure instanceof ApiError && failure.status === 404) conflict.value = 'gone'
      else saveError.value = messageOf(failure)
      return false
    } finally {
      saving.value = false
    }
  }

  watch(
    [agent, () => entry().path],
    () => {
      asking?.abort()
      content.value = null
      error.value = null
      wanted.value = false
      discard()
      if (!asks.value) void read()
    },
    { immediate: true },
  )
  watch([version, () => entry().modifiedAt, () => entry().size], () => {
    if (!asks.value && !saving.value) void read()
  })
  onScopeDispose(() => {
    asking?.abort()
    asking = null
  })

  return {
    kind,
    content,
    error,
    asks,
    editable,
    draft,
    dirty,
    conflict,
    saving,
    saveError,
    read,
    edit,
    type,
    save,
    discard,
  }
}
