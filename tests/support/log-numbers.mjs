// Reads the frames of a topic `agent:{name}:logs` as docs/live.md tells, and checks that their numbers leave nothing out.
import assert from 'node:assert/strict'

export class LogReader {
  lines = []
  dropped = 0
  state = null
  /** How often numbers began anew. */
  counts = 0
  resets = 0
  #follow = null
  #next = 0

  take(frame) {
    const whole = frame.type === 'subscribed' || frame.type === 'resync'
    if (!whole && frame.event !== 'agent_logs_append') return
    const data = whole ? frame.snapshot : frame.data
    if (data === null) return
    assert.equal(data.cursor, String(frame.seq))
    this.state = data.state
    if (data.follow !== this.#follow) {
      assert.ok(whole, 'numbers begin anew only with a snapshot')
      this.#follow = data.follow
      this.#next = data.first
      this.counts += 1
      if (data.reset) this.resets += 1
    } else if (!whole) {
      assert.equal(data.first, this.#next + data.dropped, 'an event goes on where the last one ended')
    }
    this.dropped += Math.max(0, data.first - this.#next)
    for (const [at, line] of data.lines.entries()) {
      if (data.first + at < this.#next) continue
      this.lines.push(line)
    }
    this.#next = Math.max(this.#next, data.first + data.lines.length)
  }

  texts() {
    return this.lines.map((line) => line.text)
  }

  /** The numbers in the lines that begin with this word. */
  numbers(word) {
    return this.texts()
      .filter((text) => text.startsWith(`${word} `))
      .map((text) => Number(text.slice(word.length + 1)))
  }
}
