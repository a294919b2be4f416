// Stored secrets and the real programs: keys that are missing or wrong, a deployment that is taken over, keys that are
// replaced while the server works and is killed, credentials in Redis.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ROOT, Server, run, trinityd, until } from './harness.mjs'
import { Redis } from '../support/redis.mjs'

/** Secrets that must be found nowhere but where they are meant to be. */
const planted = Array.from({ length: 20 }, (_, i) => `planted-${i}-${randomBytes(12).toString('hex')}`)

/** Every file below these folders that has one of the planted secrets in it, in any form that `strings` would find. */
async function filesWithSecrets(...folders) {
  const found = []
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = path.join(entry.parentPath ?? entry.path, entry.name)
      const bytes = await readFile(file)
      planted.forEach((secret, i) => bytes.includes(secret) && found.push(`${file}: secret ${i}`))
    }
  }
  return found
}

function noSecretsIn(text, what) {
  for (const secret of planted) assert.ok(!text.includes(secret), `${what} repeats a secret`)
}

async function digest(folder) {
  const found = {}
  for (const name of (await readdir(folder, { recursive: true })).sort()) {
    const file = path.join(folder, name)
    if (name.endsWith('-shm') || !(await stat(file)).isFile()) continue
    const bytes = await readFile(file)
    if (name.endsWith('-wal') && bytes.length === 0) continue
    found[name] = createHash('sha256').update(bytes).digest('hex')
  }
  return found
}

/** What a deployment of before keeps in Redis: 16 planted secrets in plain text, then as many others as wanted. */
async function oldDeployment(redis, others = 0) {
  const all = []
  for (let i = 0; i < 16 + others; i++) {
    const secret = i < 16 ? planted[i] : `other-${i}`
    all.push([
      'HSET',
      `credentials:c${i}:metadata`,
      'id',
      `c${i}`,
      'name',
      `KEY_${i}`,
      'service',
      'custom',
      'type',
      'api_key',
    ])
    all[all.length - 1].push(
      'created_at',
      `2025-01-01T00:00:00.${String(i).padStart(6, '0')}`,
      'updated_at',
      '2025-01-01T00:00:00',
    )
    all[all.length - 1].push('status', 'active', 'user_id', 'admin')
    all.push(['SET', `credentials:c${i}:secret`, JSON.stringify({ api_key: secret, [`KEY_${i}`]: secret })])
    all.push(['SADD', 'user:admin:credentials', `c${i}`])
  }
  all.push(['SADD', 'agent:bot:credentials', 'c0', 'c1', 'deleted'])
  all.push(['SADD', 'agent:gone:credentials', 'c0'])
  all.push(['SET', 'agent:bot:mcp:google:credential_id', 'c2'])
  await redis.commands(all)
}

/** The database of that deployment, with the rest of the planted secrets in its settings; one agent, bot. */
async function oldDatabase(file) {
  const header = await readFile(path.join(ROOT, 'tests/unit/db/field_deployment.h'), 'utf8')
  const script = [...header.matchAll(/R"\(([\s\S]*?)\)"/g)].map((match) => match[1]).join('\n')
  const settings = ['anthropic_api_key', 'github_pat', 'google_api_key']
  const rows = settings.map((key, i) => `INSERT INTO system_settings VALUES ('${key}', '${planted[16 + i]}', 't');`)
  const agent = "INSERT INTO agent_ownership (agent_name, owner_id, created_at) VALUES ('bot', 1, 't');"
  // One that was replaced lies in the free room of the file.
  const before = `UPDATE system_settings SET value = '${planted[19]}' WHERE key = 'github_pat'; UPDATE system_settings SET value = '${planted[17]}' WHERE key = 'github_pat';`
  await run('sqlite3', [file, `${script}\n${rows.join('\n')}\n${agent}\n${before}`])
}

const vaultOf = async (server) => (await server.get('/api/vault')).body

describe('a master key', () => {
  it('that is missing, wrong or open to others keeps the server from starting', async () => {
    const server = await Server.start({ environment: { GITHUB_PAT: planted[0] } })
    try {
      await until('the token is stored', async () => (await vaultOf(server)).secrets === 1)
      const { key_id: id, key_source: source, older } = await vaultOf(server)
      assert.equal(source, 'file')
      assert.equal(older, 0)
      assert.match(await readFile(server.log, 'utf8'), /made the master key of stored secrets: .*vault\.key/)
      await server.stop()
      const file = path.join(server.home, 'vault.key')
      assert.equal((await stat(file)).mode & 0o777, 0o600)
      const key = (await readFile(file, 'utf8')).trim().split(' ').pop()

      const start = (environment = {}) =>
        trinityd(
          ['--home', server.home, '--port', '0', '--network', server.network, '--container-prefix', server.prefix],
          {
            environment,
          },
        )
      await rename(file, `${file}.away`)
      const missing = await start()
      assert.equal(missing.code, 1)
      assert.match(missing.stderr, new RegExp(`sealed under the vault key ${id}, and that key is not here`))
      await assert.rejects(stat(file), 'no key is left that would be in the way of the right one')
      const wrong = await start({ TRINITY_VAULT_KEY: randomBytes(32).toString('hex') })
      assert.equal(wrong.code, 1)
      assert.match(wrong.stderr, new RegExp(id))
      const none = await start({ TRINITY_VAULT_KEY: 'hunter2-hunter2' })
      assert.equal(none.code, 2)
      assert.match(none.stderr, /vault-key .*must be 64 hex digits/)
      assert.ok(!none.stderr.includes('hunter2'))
      await rename(`${file}.away`, file)
      await chmod(file, 0o640)
      const open = await start()
      assert.equal(open.code, 1)
      assert.match(open.stderr, /chmod 600/)
      for (const text of [missing, wrong, none, open])
        assert.ok(!text.stderr.includes(key) && !text.stdout.includes(key))

      await chmod(file, 0o600)
      server.environment = { GITHUB_PAT: planted[1] }
      await server.launch()
      assert.deepEqual(await vaultOf(server), {
        backend: 'sqlite',
        key_id: id,
        key_source: 'file',
        secrets: 1,
        older: 0,
      })
      assert.deepEqual(await filesWithSecrets(server.home), [])
      const limits = await readFile(`/proc/${server.pid}/limits`, 'utf8')
      assert.match(limits, /Max core file size\s+0\s+0/)
    } finally {
      await server.dispose()
    }
  })

  it('is replaced while the server works, and killing it at any moment loses nothing', async () => {
    const redis = await Redis.start()
    const server = await Server.start({
      environment: { TRINITY_REDIS_URL: redis.url, TRINITY_VAULT_RETIRE_SECONDS: '1' },
    })
    try {
      await server.stop()
      await oldDeployment(redis, 400)
      await server.launch()
      await until('everything is sealed', async () => {
        const now = await vaultOf(server)
        return now.secrets === 416 && now.older === 0
      })
      const bodies = async () => {
        const all = []
        for (let i = 0; i < 416; i++)
          all.push((await redis.command('GET', `credentials:c${i}:secret`)).split(':').pop())
        return all
      }
      const before = await bodies()
      const ids = new Set([(await vaultOf(server)).key_id])
      for (let round = 0; round < 5; round++) {
        const turn = server.post('/api/vault/rotate').catch(() => null)
        await new Promise((resolve) => setTimeout(resolve, 5 + 20 * round))
        await server.stop('SIGKILL')
        await turn
        await server.launch()
        const now = await until('the rest is under the newest key', async () => {
          const status = await vaultOf(server)
          return status.older === 0 && status
        })
        assert.equal(now.secrets, 416)
        ids.add(now.key_id)
      }
      // While others read and write.
      let reading = true
      const reader = (async () => {
        while (reading) assert.equal((await server.get('/api/vault')).status, 200)
      })()
      const rotated = await server.post('/api/vault/rotate')
      reading = false
      await reader
      assert.equal(rotated.status, 200)
      assert.equal(rotated.body.rewrapped, 416)
      assert.ok(!ids.has(rotated.body.key_id))
      assert.deepEqual(await bodies(), before, 'only the data keys are wrapped anew')
      const file = path.join(server.home, 'vault.key')
      const keys = async () =>
        (await readFile(file, 'utf8')).split('\n').filter((line) => line && !line.startsWith('#'))
      await until('the old keys are retired', async () => (await keys()).length === 1)
      assert.ok((await keys())[0].startsWith(rotated.body.key_id))
      assert.equal(await redis.command('HLEN', 'trinity_vault'), '1')
      assert.ok(!/cannot be opened/.test(await readFile(server.log, 'utf8')))
      await server.stop()

      // Every one of them opens: taken into a database with this key, none is left out.
      const other = await mkdtemp(path.join(tmpdir(), 'trinity-test-'))
      try {
        await run('cp', ['-p', file, path.join(other, 'vault.key')])
        const taken = await trinityd(['take-over', '--redis', redis.url, '--home', other])
        assert.equal(taken.code, 0, taken.stderr)
        assert.match(taken.stdout, /taking over 416 credentials, 0 of them in plain text/)
        assert.ok(!taken.stdout.includes('left out, sealed'))
      } finally {
        await rm(other, { recursive: true, force: true })
      }
    } finally {
      await server.dispose()
      await redis.dispose()
    }
  })

  it('of the environment is replaced by a restart', async () => {
    const [one, two] = [randomBytes(32).toString('hex'), randomBytes(32).toString('base64')]
    const server = await Server.start({
      environment: { TRINITY_VAULT_KEY: one, GITHUB_PAT: planted[0], TRINITY_VAULT_RETIRE_SECONDS: '1' },
    })
    try {
      await until('the token is stored', async () => (await vaultOf(server)).secrets === 1)
      const first = await vaultOf(server)
      assert.equal(first.key_source, 'environment')
      await assert.rejects(stat(path.join(server.home, 'vault.key')))
      server.environment = { ...server.environment, TRINITY_VAULT_KEY: two, TRINITY_VAULT_OLD_KEYS: one }
      await server.restart()
      const second = await until('it is under the new key', async () => {
        const now = await vaultOf(server)
        return now.older === 0 && now
      })
      assert.notEqual(second.key_id, first.key_id)
      await until(
        'the old key is not needed',
        async () => (await server.sql('SELECT key_id FROM trinity_vault')).length === 1,
      )
      server.environment = { TRINITY_VAULT_KEY: two, GITHUB_PAT: planted[0] }
      await server.restart()
      assert.equal((await vaultOf(server)).key_id, second.key_id)
    } finally {
      await server.dispose()
    }
  })
})

describe('a deployment of before', () => {
  let redis
  let home
  before(async () => {
    redis = await Redis.start(['--enable-debug-command', 'yes'])
    home = await mkdtemp(path.join(tmpdir(), 'trinity-test-'))
    await oldDeployment(redis)
    await oldDatabase(path.join(home, 'trinity.db'))
  })
  after(async () => {
    await redis.dispose()
    await rm(home, { recursive: true, force: true })
  })

  it('is looked at without a change', async () => {
    const files = await digest(home)
    const data = await redis.command('DEBUG', 'DIGEST')
    assert.match(data, /^[0-9a-f]{40}$/)
    assert.ok((await filesWithSecrets(home)).length >= 3, 'the database holds them in plain text')
    const keys = await redis.command('DBSIZE')
    const dry = await trinityd(['take-over', '--redis', redis.url, '--home', home, '--dry-run'])
    assert.equal(dry.code, 0, dry.stderr)
    assert.match(dry.stdout, /dry run: nothing is changed/)
    assert.match(dry.stdout, /would take over 16 credentials, 16 of them in plain text; 0 are there already/)
    assert.match(dry.stdout, /admin: KEY_3 \(custom, api_key\)/)
    assert.match(dry.stdout, /would take over 2 assignments and 1 assignments to MCP servers/)
    assert.match(dry.stdout, /there is no such agent: gone/)
    assert.match(dry.stdout, /would seal 3 settings of the database: anthropic_api_key, github_pat, google_api_key/)
    noSecretsIn(dry.stdout + dry.stderr, 'the dry run')
    assert.deepEqual(await digest(home), files)
    assert.equal(await redis.command('DBSIZE'), keys)
    assert.equal(await redis.command('DEBUG', 'DIGEST'), data)
  })

  it('is taken over by one command, which can be repeated', async () => {
    const refused = await trinityd(['take-over', '--redis', redis.url.replace('//', '//:pw-hunter2@'), '--home', home])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /REDIS_PASSWORD/)
    const taken = await trinityd(['take-over', '--redis', redis.url, '--home', home])
    assert.equal(taken.code, 0, taken.stderr)
    assert.match(taken.stdout, /taking over 16 credentials, 16 of them in plain text/)
    assert.match(taken.stdout, /sealed 3 settings of the database/)
    noSecretsIn(taken.stdout + taken.stderr, 'the take-over')
    assert.deepEqual(await filesWithSecrets(home), [], 'neither the database, its journal nor its copies')
    const again = await trinityd(['take-over', '--redis', redis.url, '--home', home])
    assert.equal(again.code, 0, again.stderr)
    assert.match(again.stdout, /taking over 0 credentials, 0 of them in plain text; 16 are there already/)
    assert.match(again.stdout, /taking over 0 assignments and 0 assignments/)
    assert.match(again.stdout, /no setting of the database is in plain text/)
  })

  it('is then served, and its secrets are found nowhere', async () => {
    const served = path.join(tmpdir(), `trinity-test-${randomBytes(4).toString('hex')}`)
    await mkdir(served, { mode: 0o700 })
    await run('cp', ['-a', `${home}/.`, served])
    const server = await Server.start({ setup: false, home: served })
    try {
      const rows = await server.sql('SELECT count(*) n FROM trinity_credentials')
      assert.equal(rows[0].n, 16)
      const assigned = await server.sql('SELECT credential_id id FROM trinity_credential_agents ORDER BY 1')
      assert.deepEqual(assigned, [{ id: 'c0' }, { id: 'c1' }])
      const ties = await server.sql('SELECT agent_name a, mcp_server s, credential_id c FROM trinity_credential_ties')
      assert.deepEqual(ties, [{ a: 'bot', s: 'google', c: 'c2' }])
      await server.stop()
      assert.deepEqual(await filesWithSecrets(served), [])
    } finally {
      await server.dispose()
    }
  })
})

describe('credentials in Redis', () => {
  it('are sealed there, and a Redis that goes away takes nothing else along', async () => {
    const redis = await Redis.start(['--appendonly', 'yes'])
    const server = await Server.start({ environment: { REDIS_URL: redis.url, GITHUB_PAT: planted[16] } })
    try {
      await server.stop()
      await oldDeployment(redis)
      await server.launch()
      await until('everything is sealed', async () => (await vaultOf(server)).older === 0)
      assert.equal((await vaultOf(server)).backend, 'redis')
      assert.equal((await vaultOf(server)).secrets, 17)
      assert.equal((await server.sql('SELECT count(*) n FROM trinity_credentials'))[0].n, 0)
      await until('Redis has written its files anew', async () => (await filesWithSecrets(redis.folder)).length === 0)
      await redis.command('SAVE')
      assert.deepEqual(await filesWithSecrets(redis.folder, server.home), [])
      const line = await readFile(`/proc/${server.pid}/cmdline`, 'utf8')
      noSecretsIn(line, 'the command line')

      await redis.stop('SIGKILL')
      const began = Date.now()
      const away = await server.get('/api/vault')
      assert.equal(away.status, 503)
      assert.ok(Date.now() - began < 5000)
      assert.equal((await server.get('/api/agents')).status, 200)
      await redis.launch()
      await until('it is found again', async () => (await server.get('/api/vault')).status === 200, { ms: 5000 })

      // Away at the start is no reason not to start.
      await server.stop()
      await redis.stop()
      await server.launch()
      assert.equal((await server.get('/api/vault')).status, 503)
      await redis.launch()
      await until('it is found at last', async () => (await server.get('/api/vault')).status === 200, { ms: 5000 })
      assert.equal((await vaultOf(server)).secrets, 17)

      // With the wrong key it does not start.
      await server.stop()
      await rename(path.join(server.home, 'vault.key'), path.join(server.home, 'vault.key.away'))
      const wrong = await trinityd(['--home', server.home, '--port', '0'], { environment: { REDIS_URL: redis.url } })
      assert.equal(wrong.code, 1)
      assert.match(wrong.stderr, /redis:\/\/127\.0\.0\.1:\d+\/0 holds secrets that are sealed under the vault key/)
    } finally {
      await server.dispose()
      await redis.dispose()
    }
  })
})
