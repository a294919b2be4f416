// Records of runs: lists and details of an agent that has ten thousand, each with a transcript of 100 kB, and how much the
// database grows by them. They are written as the server writes them: packed, away from the rows.
import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { constants, gzipSync } from 'node:zlib'
import { pathsFile } from './list.mjs'
import { wrk } from './measure.mjs'

const ROOT = process.env.TRINITY_ROOT ?? path.resolve(import.meta.dirname, '..')
const RECORDS = 10_000
const TRANSCRIPT = 100_000
const LIST_MS = 10
/** Milliseconds between two requests. */
const PAUSE = 5
const DETAIL_MS = 20

/** Something that agents really read and write: the sources of this program. */
async function sources() {
  const folder = path.join(ROOT, 'src')
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.(cpp|h)$/.test(name)).sort()
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')))
  return texts.join('\n')
}

/** Lines as Claude Code writes them: what it says, what it calls, and what the tools answer; another one for each `n`. */
function transcript(text, n) {
  const entries = []
  const id = (i) => `toolu_${(n * 1000 + i).toString(36).padStart(24, '0')}`
  let size = 0
  for (let i = 0; size < TRANSCRIPT; i++) {
    const from = ((n * 7919 + i * 104_729) * 61) % (text.length - 3000)
    const tool = {
      type: 'tool_use',
      id: id(i),
      name: 'Read',
      input: { file_path: `/home/developer/src/part-${i}.cpp` },
    }
    const said = { type: 'text', text: text.slice(from, from + 300) }
    const content = text.slice(from, from + 2400)
    const pair = [
      {
        type: 'assistant',
        message: {
          role: 'assistant',
          content: [said, tool],
          usage: { input_tokens: n + i },
        },
      },
      {
        type: 'user',
        message: {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: id(i), content }],
        },
      },
    ]
    size += JSON.stringify(pair).length
    entries.push(...pair)
  }
  return { log: JSON.stringify(entries), calls: entries.length / 2 }
}

const toolCalls = (n, calls) =>
  JSON.stringify(
    Array.from({ length: Math.min(calls, 20) }, (_, i) => ({
      id: `toolu_${n}_${i}`,
      type: 'tool_use',
      tool: 'Read',
      input: { file_path: `/home/developer/src/part-${i}.cpp` },
      duration_ms: 12,
      success: true,
    })),
  )

/** Fills the database of a server that does not run: {bytes} of transcripts. */
function fill(file, agent, text, count) {
  const database = new DatabaseSync(file)
  const record = database.prepare(
    'INSERT INTO schedule_executions (id, schedule_id, agent_name, status, started_at, completed_at, duration_ms, ' +
      "message, response, triggered_by, context_used, context_max, cost, tool_calls) VALUES (?, '__manual__', ?, " +
      "'success', ?, ?, 5000, ?, ?, 'manual', 15000, 200000, 0.05, ?)",
  )
  const packed = database.prepare(
    'INSERT INTO trinity_transcripts (execution_id, encoding, size, bytes, ended_at) VALUES (?, ?, ?, ?, ?)',
  )
  let bytes = 0
  database.exec('BEGIN')
  for (let n = 0; n < count; n++) {
    const id = `bench-record-${String(n).padStart(9, '0')}`
    const started = new Date(Date.now() - (count - n) * 60_000).toISOString().replace('Z', '')
    const { log, calls } = transcript(text, n)
    const message = `Look at part ${n} and say what is wrong with it. ${text.slice(n, n + 150)}`
    record.run(id, agent, started, started, message, text.slice(n * 3, n * 3 + 1500), toolCalls(n, calls))
    const size = Buffer.byteLength(log)
    packed.run(id, 'gzip', size, gzipSync(log, { level: constants.Z_DEFAULT_COMPRESSION }), started)
    bytes += size
    if (n % 500 === 499) database.exec('COMMIT; BEGIN')
  }
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return bytes
}

const shown = ({ p50, p95, p99, max }) => [p50, p95, p99, max].map((ms) => ms.toFixed(2)).join(', ')

export async function records({ fleet, report, folder, quick }) {
  const { server, names } = fleet
  const count = quick ? RECORDS / 10 : RECORDS
  const agent = names[0]
  await server.stop()
  const file = path.join(server.home, 'trinity.db')
  const before = (await stat(file)).size
  const bytes = fill(file, agent, await sources(), count)
  const grown = (await stat(file)).size - before
  await server.launch()
  await fleet.settled()
  report.begin(`${count.toLocaleString('en')} records of one agent, each with a transcript of 100 kB`)
  report.put('records.count', count)
  report.figure('the database grows by, MiB; for transcripts of, MiB', grown / 2 ** 20, {
    key: 'records.grown_mib',
    text: `${(grown / 2 ** 20).toFixed(0)}; ${(bytes / 2 ** 20).toFixed(0)}`,
  })
  report.figure('bytes of the database for a byte of transcript, rows and indexes included', grown / bytes, {
    key: 'records.growth_ratio',
    budget: { below: 0.5 },
  })
  const base = `/api/agents/${agent}/executions`
  const id = (n) => `bench-record-${String(n).padStart(9, '0')}`
  const each = (make) => Array.from({ length: quick ? 200 : 1000 }, (_, i) => make((i * 7919) % count))
  const measure = async (what, key, targets, below) => {
    // One client in no hurry: it measures the server, not how many such answers fit into a second.
    const paths = await pathsFile(folder, `records-${key}`, targets)
    const one = { address: server.address, paths, token: server.token, connections: 1, pause: PAUSE }
    await wrk({ ...one, seconds: 1 })
    const taken = await wrk({ ...one, seconds: quick ? 2 : 8 })
    report.figure(`${what}: p50, p95, p99, max, ms`, taken.p99, {
      key: `records.${key}_p99_ms`,
      text: shown(taken),
      budget: below && { below },
    })
  }
  await measure(
    'list, the newest 50',
    'list',
    each(() => base),
    LIST_MS,
  )
  await measure(
    'list, 50 from anywhere in it',
    'page',
    each((n) => `${base}?before=${id(n)}`),
    LIST_MS,
  )
  await measure(
    'detail',
    'detail',
    each((n) => `${base}/${id(n)}`),
    DETAIL_MS,
  )
  await measure(
    'transcript',
    'log',
    each((n) => `${base}/${id(n)}/log`),
    DETAIL_MS,
  )
  await measure(
    'figures of all agents, from memory',
    'stats',
    each(() => '/api/agents/execution-stats'),
  )
  await measure(
    'figures of a week, one statement',
    'week',
    each(() => '/api/agents/execution-stats?hours=168').slice(0, 100),
  )
}
