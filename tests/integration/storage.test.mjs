// The database file and the real program: files with a fault, a file of an existing deployment, the backup order, a lock
// that another program holds while the server serves.
// Measures time: runs alone.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, open, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT, Server, run, trinityd, until } from './harness.mjs'
import { containersOf, volumesOf } from '../support/engine.mjs'

const small = { resources: { cpu: '1', memory: '64m' } }

async function sql(file, statement, { json = false } = {}) {
  const { stdout } = await run('sqlite3', [...(json ? ['-json'] : []), '-cmd', '.timeout 5000', file, statement], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return json ? (stdout.trim() ? JSON.parse(stdout) : []) : stdout
}

/** Another program at work in a database: holds what `statement` locks until it is let go. */
async function holding(file, statement) {
  const child = spawn('sqlite3', [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.stdin.write(`.timeout 5000\n${statement}\nSELECT 'held';\n`)
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('exit', () => reject(new Error('sqlite3 ended')))
  })
  return async () => {
    child.stdin.end('ROLLBACK;\n')
    await ended
  }
}

/** Name -> digest of every file in a folder. What SQLite keeps beside a file while somebody looks at it holds no data then. */
async function digests(folder) {
  const found = {}
  for (const name of (await readdir(folder)).sort()) {
    const beside = name.endsWith('-shm') || (name.endsWith('-wal') && (await stat(path.join(folder, name))).size === 0)
    if (beside) continue
    found[name] = createHash('sha256')
      .update(await readFile(path.join(folder, name)))
      .digest('hex')
  }
  return found
}

/** The tables and rows of an existing deployment, from the header that the unit tests use. */
async function fieldDeployment(file) {
  const header = await readFile(path.join(ROOT, 'tests/unit/db/field_deployment.h'), 'utf8')
  const script = [...header.matchAll(/R"\(([\s\S]*?)\)"/g)].map((match) => match[1]).join('\n')
  assert.match(script, /CREATE TABLE users/)
  assert.match(script, /INSERT INTO email_login_codes/)
  await sql(file, script)
}

const isRoot = process.getuid() === 0
const needsRoot = isRoot ? {} : { skip: 'only root can make a file system' }

describe('a database with a fault', () => {
  let folder
  let good
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'trinity-test-'))
    good = path.join(folder, 'good.db')
    const server = await Server.start()
    try {
      assert.equal(await server.stop(), 0)
      await copyFile(path.join(server.home, 'trinity.db'), good)
    } finally {
      await server.dispose()
    }
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** Starts the server on `data/trinity.db`: it must refuse with these words and leave the folder as it is. */
  async function refused(data, words, { untouched = true } = {}) {
    const home = await mkdtemp(path.join(folder, 'home-'))
    const before = await digests(data)
    const { code, stdout, stderr } = await trinityd([
      '--home',
      home,
      '--database',
      path.join(data, 'trinity.db'),
      '--port',
      '0',
      '--engine',
      'unix:///nonexistent.sock',
    ])
    assert.equal(code, 1, stdout + stderr)
    assert.match(stderr, words)
    assert.match(stderr, /^trinityd: /)
    assert.ok(stderr.includes(path.join(data, 'trinity.db')), `the file is not named: ${stderr}`)
    if (untouched) assert.deepEqual(await digests(data), before)
  }
  async function data(prepare) {
    const made = await mkdtemp(path.join(folder, 'data-'))
    await prepare(path.join(made, 'trinity.db'))
    return made
  }

  it('is refused when it is none', async () => {
    await refused(
      await data((file) => writeFile(file, 'mostly words\n'.repeat(1000))),
      /is no database, or it is encrypted\. It was not changed/,
    )
  })

  it('is refused when a page is overwritten', async () => {
    await refused(
      await data(async (file) => {
        await copyFile(good, file)
        const page = Number(await sql(file, "SELECT rootpage FROM sqlite_master WHERE name = 'users'"))
        const size = Number(await sql(file, 'PRAGMA page_size'))
        const handle = await open(file, 'r+')
        await handle.write(Buffer.alloc(size, 0x55), 0, size, (page - 1) * size)
        await handle.close()
      }),
      /is damaged[^]*It was not changed\. Restore a copy/,
    )
  })

  it('is refused when it is cut off', async () => {
    await refused(
      await data(async (file) => {
        await copyFile(good, file)
        await truncate(file, Math.floor((await stat(file)).size / 2))
      }),
      /is damaged/,
    )
  })

  it('is refused when a newer program made it', async () => {
    await refused(
      await data(async (file) => {
        await copyFile(good, file)
        await sql(file, "PRAGMA journal_mode = DELETE; INSERT INTO trinity_schema VALUES (99, 't')")
      }),
      /has version 99, this program knows up to \d+\. It was not changed\. Use a newer program/,
    )
  })

  it('is refused while another program keeps it locked', async () => {
    const folder = await data(fieldDeployment)
    const file = path.join(folder, 'trinity.db')
    const letGo = await holding(file, 'BEGIN EXCLUSIVE;')
    try {
      await refused(folder, /is locked by another program \(waited \d+ ms\)\. Stop that program and try again/)
    } finally {
      await letGo()
    }
  })

  it('is refused on a disk that cannot be written', needsRoot, async () => {
    const disk = await mkdtemp(path.join(folder, 'disk-'))
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk])
    try {
      await copyFile(good, path.join(disk, 'trinity.db'))
      await run('mount', ['-o', 'remount,ro', disk])
      await refused(disk, /cannot be written: .*Read-only file system\. It was not changed/)
    } finally {
      await run('umount', ['-l', disk])
    }
  })

  it('is refused when there is no room for the copy before a change', needsRoot, async () => {
    const disk = await mkdtemp(path.join(folder, 'disk-'))
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk])
    try {
      const file = path.join(disk, 'trinity.db')
      await fieldDeployment(file)
      await writeFile(path.join(disk, 'filler'), Buffer.alloc(2 * 1024 * 1024 - (await stat(file)).size - 120 * 1024))
      await refused(disk, /the disk is full.*Make room and try again/, { untouched: false })
      assert.deepEqual(
        (await readdir(disk)).filter((name) => name.includes('backup')),
        [],
        'half a copy',
      )
      assert.deepEqual(
        await sql(file, "SELECT name FROM sqlite_master WHERE name LIKE 'trinity_%'", { json: true }),
        [],
      )
      assert.equal((await sql(file, 'PRAGMA integrity_check')).trim(), 'ok')
      // With room it goes on where it stopped.
      await rm(path.join(disk, 'filler'))
      const home = await mkdtemp(path.join(folder, 'home-'))
      const server = await Server.start({ setup: false, home, environment: { TRINITY_DB_PATH: file } })
      await server.dispose()
      assert.equal((await sql(file, 'SELECT max(version) > 0 FROM trinity_schema')).trim(), '1')
    } finally {
      await run('umount', ['-l', disk])
    }
  })

  it('is refused while another server works with the data folder', async () => {
    const server = await Server.start({ setup: false })
    try {
      const { code, stderr } = await trinityd(['--home', server.home, '--port', '0'])
      assert.equal(code, 1)
      assert.match(stderr, /another trinityd works with/)
      assert.equal((await server.get('/health')).status, 200)
    } finally {
      await server.dispose()
    }
  })
})

describe('the database of an existing deployment', () => {
  let server
  let dump
  const firstColumns = {}
  after(() => server?.dispose())

  it('is taken over with every row, after a copy of it was made', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'trinity-test-'))
    const file = path.join(home, 'trinity.db')
    await fieldDeployment(file)
    dump = await sql(file, '.dump')
    const tables = (
      await sql(file, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", {
        json: true,
      })
    ).map((row) => row.name)
    assert.equal(tables.length, 18)
    for (const table of tables) {
      const columns = (await sql(file, `SELECT name FROM pragma_table_info('${table}')`, { json: true })).map(
        (row) => row.name,
      )
      firstColumns[table] = {
        columns,
        rows: await sql(file, `SELECT ${columns.join(', ')} FROM ${table} ORDER BY rowid`, { json: true }),
      }
    }
    server = await Server.start({ setup: false, home })
    // What ran when the other program stopped has no end that anybody knows: it is closed, all else stays as it was.
    await until('no run is left open', async () => {
      const [{ open }] = await server.sql(
        "SELECT (SELECT COUNT(*) FROM schedule_executions WHERE status = 'running') + " +
          "(SELECT COUNT(*) FROM agent_activities WHERE activity_state = 'started') AS open",
      )
      return open === 0
    })
    const closed = { status: 'failed', error: 'Server restarted during execution' }
    const asLeft = (now, before) =>
      before.status === 'running' && before.error === null
        ? { ...now, status: before.status, error: null, completed_at: null, duration_ms: null }
        : now
    const activityAsLeft = (now, before) => {
      if (before.activity_state !== 'started') return now
      assert.deepEqual({ status: now.activity_state, error: now.error }, closed)
      assert.deepEqual(JSON.parse(now.details), JSON.parse(before.details))
      const { activity_state, error, completed_at, duration_ms, details } = before
      return { ...now, activity_state, error, completed_at, duration_ms, details }
    }
    for (const [table, { columns, rows }] of Object.entries(firstColumns)) {
      const now = await server.sql(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY rowid`)
      if (table === 'schedule_executions') {
        const open = rows.flatMap((row, i) => (row.status === 'running' ? [now[i]] : []))
        assert.ok(open.length > 0)
        for (const { status, error } of open) assert.deepEqual({ status, error }, closed)
        now.forEach((row, i) => (now[i] = asLeft(row, rows[i])))
      }
      if (table === 'agent_activities') {
        assert.ok(rows.some(({ activity_state }) => activity_state === 'started'))
        now.forEach((row, i) => (now[i] = activityAsLeft(row, rows[i])))
      }
      assert.deepEqual(now, rows, table)
    }
    const copies = (await readdir(home)).filter((name) => name.startsWith('trinity.db.backup-0-'))
    assert.equal(copies.length, 1)
    assert.equal((await stat(path.join(home, copies[0]))).mode & 0o777, 0o600)
    assert.equal(await sql(path.join(home, copies[0]), '.dump'), dump)
    assert.match(await server.logEnd(), /copied the database to .*trinity\.db\.backup-0-/)
  })

  it('serves its people, and a second start changes nothing', async () => {
    await server.setUp()
    assert.equal((await server.get('/api/users/me')).body.username, 'admin')
    assert.deepEqual([...(await server.agents()).keys()], [], 'rows without a container are no agents')
    const schema = await server.sql('SELECT * FROM trinity_schema ORDER BY version')
    await server.restart()
    assert.deepEqual(await server.sql('SELECT * FROM trinity_schema ORDER BY version'), schema)
    assert.equal((await readdir(server.home)).filter((name) => name.includes('.backup-')).length, 1)
    assert.equal((await server.get('/api/users/me')).status, 200, 'who was signed in still is')
  })
})

describe('a backup beside a server at work', () => {
  let server
  before(async () => (server = await Server.start()))
  after(() => server?.dispose())

  it('is one state that another server can start from', { timeout: 60_000 }, async () => {
    let working = true
    const work = (async () => {
      while (working) await server.signIn()
    })()
    const copy = path.join(server.home, 'copy.db')
    const { code, stdout, stderr } = await trinityd(['--home', server.home, '--backup', copy])
    working = false
    await work
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^copied \S+ to \S+copy\.db \(\d+ bytes\)\n$/)
    assert.equal((await stat(copy)).mode & 0o777, 0o600)
    assert.equal((await sql(copy, 'PRAGMA integrity_check')).trim(), 'ok')
    const again = await trinityd(['--home', server.home, '--backup', copy])
    assert.equal(again.code, 1)
    assert.match(again.stderr, /will not overwrite/)
    assert.equal((await trinityd(['--home', server.home, '--backup', copy, '--force'])).code, 0)
    assert.equal((await trinityd(['--home', '/nonexistent', '--backup', copy])).code, 1)

    const home = await mkdtemp(path.join(tmpdir(), 'trinity-test-'))
    await copyFile(copy, path.join(home, 'trinity.db'))
    for (const key of ['secret.key', 'agents.key', 'instance-id'])
      await copyFile(path.join(server.home, key), path.join(home, key))
    const restored = await Server.start({ setup: false, home })
    try {
      assert.equal((await restored.get('/api/users/me', { token: server.token })).body.username, 'admin')
      assert.ok(await restored.signIn())
    } finally {
      await restored.dispose()
    }
  })
})

describe('a lock that another program holds for ten seconds', () => {
  const LIMIT = 16_000
  let server
  before(async () => {
    server = await Server.start()
    await server.createAgent('stays', small)
  })
  after(() => server?.dispose())

  it('stops no reader, and what must write says so in time', { timeout: 60_000 }, async (t) => {
    const letGo = await holding(path.join(server.home, 'trinity.db'), 'BEGIN IMMEDIATE;')
    const since = performance.now()
    let writing = true
    const timed = async (call) => {
      const begin = performance.now()
      const answer = await call
      return { ...answer, ms: performance.now() - begin }
    }
    const writes = Promise.all(['one', 'two'].map((name) => timed(server.post('/api/agents', { name, ...small }))))
    // No write of the database is behind these.
    const stopped = timed(server.post('/api/agents/stays/stop'))
    const reads = []
    const reading = (async () => {
      while (writing) {
        for (const target of ['/health', '/api/agents', '/api/agents/stays', '/api/users/me'])
          reads.push(await timed(server.get(target)))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
    assert.equal((await stopped).status, 200)
    for (const write of await writes) {
      assert.equal(write.status, 503, write.text)
      assert.match(write.body.detail, /database is (busy|overloaded)\. Try again/)
      assert.ok(write.ms > 4_000 && write.ms < LIMIT, `refused after ${write.ms} ms`)
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 10_000 - (performance.now() - since))))
    writing = false
    await reading
    const times = reads.map((read) => read.ms).sort((a, b) => a - b)
    const p99 = times[Math.floor(times.length * 0.99)]
    t.diagnostic(`${reads.length} reads, p99 ${p99.toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms`)
    assert.ok(reads.length > 200, `only ${reads.length} reads`)
    assert.deepEqual([...new Set(reads.map((read) => read.status))], [200])
    assert.ok(p99 < 250, `p99 of reads: ${p99} ms`)
    await letGo()

    // Nothing half done, and all is well again.
    assert.deepEqual([...(await server.agents()).keys()], ['stays'])
    assert.equal((await containersOf(server.instance)).length, 1)
    assert.equal((await volumesOf(server.instance)).length, 2)
    await server.createAgent('one', small)
  })
})
