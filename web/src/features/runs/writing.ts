/** The text that is being written just now, put together from pieces. */
export interface Writing {
  /** Whole so far. */
  readonly text: string
  /** Bytes of it, as the server counts. */
  readonly bytes: number
}

export const NOTHING_WRITTEN: Writing = { text: '', bytes: 0 }

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const bytesOf = (text: string): number => encoder.encode(text).length

export function startWriting(text: string): Writing {
  return { text, bytes: bytesOf(text) }
}

/** A piece that begins at so many bytes; 0 begins a text anew. One that does not go on where this ends is left out. */
export function takePiece(before: Writing, text: string, at: number): Writing {
  if (at === 0) return startWriting(text)
  if (at > before.bytes) return before
  const kept =
    at === before.bytes ? before.text : decoder.decode(encoder.encode(before.text).slice(0, at))
  return { text: kept + text, bytes: at + bytesOf(text) }
}

/** A text has come into the transcript: it is not shown a second time as what is being written. */
export function landed(before: Writing, texts: readonly string[]): Writing {
  const written = before.text.trim()
  return written !== '' && texts.some((text) => text.trim().startsWith(written))
    ? NOTHING_WRITTEN
    : before
}
