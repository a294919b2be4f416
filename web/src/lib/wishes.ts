import { shallowReactive } from 'vue'

/**
 * Choices that show at once and are sent behind: what is wished for a key covers what is known until the server has
 * answered. Per key one request is under way; of what is chosen meanwhile only the last is sent. A refused wish is
 * dropped, so that what the server says shows again.
 */
export class Wishes<V> {
  readonly #wished = shallowReactive(new Map<string, V>())
  readonly #sending = new Set<string>()

  /** What is wished and not yet answered. */
  of(key: string): V | undefined {
    return this.#wished.get(key)
  }

  get size(): number {
    return this.#wished.size
  }

  /**
   * Wishes, and sends it. Answers true when it came true, false when the request before it goes on for it; throws what
   * `send` threw.
   */
  async make(key: string, value: V, send: (value: V) => Promise<void>): Promise<boolean> {
    this.#wished.set(key, value)
    if (this.#sending.has(key)) return false
    this.#sending.add(key)
    try {
      let sent: V
      do {
        sent = this.#wished.get(key) ?? value
        await send(sent)
      } while (this.#wished.has(key) && this.#wished.get(key) !== sent)
      return true
    } finally {
      this.#sending.delete(key)
      this.#wished.delete(key)
    }
  }
}
