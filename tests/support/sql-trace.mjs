// Counts the SQL statements of a server from outside of it: a library that is loaded before the server's own sets SQLite's
// trace hook (tests/support/sql_trace.cpp) and writes each statement's text down.
import { open, rm } from 'node:fs/promises'
import path from 'node:path'

const ROOT = process.env.TRINITY_ROOT ?? path.resolve(import.meta.dirname, '../..')
const LIBRARY = path.join(ROOT, 'build/release/lib/libsql_trace.so')

export class SqlTrace {
  #at = 0

  /** `file` is made by the server. */
  constructor(file) {
    this.file = file
  }

  /** What the server has to be started with. */
  get environment() {
    return { LD_PRELOAD: LIBRARY, TRINITY_SQL_TRACE: this.file }
  }

  /** The statements since the last call, without those that only begin and end transactions. */
  async next() {
    const handle = await open(this.file, 'r')
    try {
      const { size } = await handle.stat()
      const bytes = Buffer.alloc(size - this.#at)
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.#at)
      this.#at += bytesRead
      const lines = bytes.toString('utf8', 0, bytesRead).split('\n').filter(Boolean)
      return lines.filter((line) => !/^\s*(begin|commit|rollback|savepoint|release)\b/i.test(line))
    } finally {
      await handle.close()
    }
  }

  remove() {
    return rm(this.file, { force: true })
  }
}
