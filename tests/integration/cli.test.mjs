// trinityctl against a real server and engine: what people type, what scripts read, and where secrets must not be.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import tls from 'node:tls'
import { engine } from '../support/engine.mjs'
import { PASSWORD, ROOT, Server, freePort, run, until } from './harness.mjs'

const PROGRAM = path.join(ROOT, 'build/release/bin/trinityctl')

let server
let folder
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trinityctl-test-'))
  server = await Server.start()
})
after(async () => {
  await server?.dispose()
  await rm(folder, { recursive: true, force: true })
})

const signIns = () => path.join(folder, 'config/trinityctl.json')
const environment = (more = {}) => ({
  PATH: `${path.dirname(PROGRAM)}:/usr/bin:/bin`,
  HOME: folder,
  TERM: 'xterm',
  TRINITY_SIGN_INS: signIns(),
  TRINITY_SERVER: `http://${server.address}`,
  ...more,
})

/** Runs the program to its end: {code, out, err}. Bounded: 60 s. */
function ctl(args, { input = '', env = {} } = {}) {
  return new Promise((resolve) => {
    const child = execFile(
      PROGRAM,
      args,
      { env: environment(env), timeout: 60_000, maxBuffer: 16 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error ? (error.code ?? error.signal) : 0, out, err }),
    )
    // A program that needs no input may have ended before this is written.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
const json = async (args, options) => {
  const { code, out, err } = await ctl([...args, '--json'], options)
  assert.equal(code, 0, err)
  return JSON.parse(out)
}

/** A run that goes on: what it has printed so far, and its end. With `terminal` it has a terminal of its own. */
class Running {
  out = ''
  err = ''
  constructor(args, { env = {}, terminal = false, command } = {}) {
    const line = [PROGRAM, ...args].join(' ')
    this.child = terminal
      ? spawn('script', ['-qefc', command ?? line, '/dev/null'], { env: environment(env) })
      : spawn(PROGRAM, args, { env: environment(env) })
    this.child.stdout.on('data', (data) => (this.out += data))
    this.child.stderr.on('data', (data) => (this.err += data))
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(signal ?? code)))
  }
  type(text) {
    this.child.stdin.write(text)
  }
  says(text, where = 'out') {
    return until(`"${text}" is printed; so far: ${this.out} ${this.err}`, () => this[where].includes(text))
  }
  async end(signal = 'SIGINT') {
    this.child.kill(signal)
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 10_000)
    const how = await this.ended
    clearTimeout(killer)
    return how
  }
}

/** The container of the agent prints a line. */
async function print(agent, text) {
  const made = await engine('POST', `/containers/${server.containerOf(agent)}/exec`, {
    User: 'developer',
    Cmd: ['sh', '-c', `printf '%s\\n' '${text}' >/proc/1/fd/1`],
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await engine('POST', `/exec/${made.body.Id}/start`, { Detach: true })
}

/** Command lines of all processes of this machine. */
async function commandLines() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}

describe('signing in', () => {
  it('asks nothing of a server without a sign-in', async () => {
    const answer = await ctl(['agents', 'list'])
    assert.equal(answer.code, 3)
    assert.match(answer.err, /Sign in with: trinityctl login/)
    const status = await json(['status'])
    assert.deepEqual([status.user, status.agents], [null, null])
  })

  it('refuses a wrong password', async () => {
    const answer = await ctl(['login', '--password-stdin'], { input: 'wrong\n' })
    assert.equal(answer.code, 3)
    assert.match(answer.err, /Incorrect username or password/)
    await assert.rejects(stat(signIns()), 'no file is made')
  })

  it('keeps the token where only its owner can read it', async () => {
    const answer = await ctl(['login', '--password-stdin'], { input: `${PASSWORD}\n` })
    assert.equal(answer.code, 0, answer.err)
    assert.equal((await stat(signIns())).mode & 0o777, 0o600)
    assert.equal((await stat(path.dirname(signIns()))).mode & 0o777, 0o700)
    const kept = JSON.parse(await readFile(signIns(), 'utf8'))
    assert.deepEqual(Object.keys(kept.servers), [`http://${server.address}`])
    assert.equal(answer.out.includes(PASSWORD) || answer.err.includes(PASSWORD), false)
    assert.equal((await json(['status'])).user, 'admin')
  })

  it('refuses a list of tokens that others can read', async () => {
    await run('chmod', ['644', signIns()])
    const answer = await ctl(['status'])
    await run('chmod', ['600', signIns()])
    assert.equal(answer.code, 1)
    assert.match(answer.err, /chmod 600/)
  })

  it('shows no password that is typed, and gives the terminal back after Ctrl-C', async () => {
    const typed = new Running(['login', '-u', 'admin'], { terminal: true })
    await typed.says('Password of admin: ')
    typed.type(`${PASSWORD}\n`)
    assert.equal(await typed.ended, 0, typed.out)
    assert.match(typed.out, /Signed in to .* as admin\./)
    assert.equal(typed.out.includes(PASSWORD), false)
    // The shell outlives the program and tells how it finds the terminal.
    const cut = new Running([], {
      terminal: true,
      command: `sh -c 'trap : INT; ${PROGRAM} login; echo code=$?; stty -a'`,
    })
    await cut.says('Password of admin: ')
    cut.type('half a pass\x03')
    await cut.ended
    assert.match(cut.out, /code=130/)
    assert.match(cut.out, /[ ;]echo\b/)
    assert.doesNotMatch(cut.out, /-echo\b/)
    assert.equal(cut.out.includes('half'), false)
  })

  it('has no secret in any command line', async () => {
    const { servers } = JSON.parse(await readFile(signIns(), 'utf8'))
    const { token, session } = servers[`http://${server.address}`]
    const login = new Running(['login', '--password-stdin'])
    const watch = new Running(['agents', 'stats', '-w'], { env: { TRINITY_TOKEN: token } })
    login.type(PASSWORD)
    await until('both run', async () => (await commandLines()).filter((line) => line.startsWith(PROGRAM)).length >= 2)
    const secret = (await commandLines()).filter((line) => [token, session, PASSWORD].some((one) => line.includes(one)))
    assert.deepEqual(secret, [])
    await watch.end()
    login.child.stdin.end('\n')
    assert.equal(await login.ended, 0, login.err)
  })
})

describe('the whole life of an agent', () => {
  it('creates it', async () => {
    const answer = await ctl([
      'agents',
      'create',
      'Life One',
      '-t',
      'local:demo-worker',
      '--cpu',
      '1',
      '--memory',
      '128m',
    ])
    assert.equal(answer.code, 0, answer.err)
    assert.match(answer.out, /^life-one is running \([\d.]+ s\)\.\n$/)
    const again = await ctl(['agents', 'create', 'life-one', '--json'])
    assert.equal(again.code, 1)
    assert.deepEqual(JSON.parse(again.err), { error: 'Agent already exists', exit_code: 1 })
    const twin = await json(['agents', 'create', 'twin', '--cpu', '1', '--memory', '128m'])
    assert.equal(twin.name, 'twin')
    assert.equal(twin.status, 'running')
  })

  it('lists it for people and for scripts', async () => {
    const table = (await ctl(['agents', 'list'])).out.split('\n')
    assert.match(table[0], /^NAME +STATUS +OWNER +TEMPLATE +RUNTIME +AGE$/)
    assert.ok(
      table.some((line) => /^life-one +running +admin +demo-worker +command +\d+s$/.test(line)),
      table.join('\n'),
    )
    const list = await json(['agents', 'list'])
    assert.deepEqual(list.map((agent) => agent.name).sort(), ['life-one', 'twin'])
    for (const field of ['name', 'status', 'owner', 'template', 'runtime', 'created', 'resources', 'port'])
      assert.ok(field in list[0], field)
    assert.equal((await ctl(['agents', 'list', '--names', '--status', 'stopped'])).out, '')
    const shown = await json(['agents', 'show', 'life-one'])
    assert.deepEqual(shown, (await server.get('/api/agents/life-one')).body)
    assert.match((await ctl(['agents', 'show', 'life-one'])).out, /^resources\.memory +256m$/m)
    const status = await json(['status'])
    assert.deepEqual([status.engine, status.agents, status.running, status.role], ['ok', 2, 2, 'admin'])
  })

  it('tells its figures', async () => {
    const row = await until('figures of both', async () => {
      const rows = await json(['agents', 'stats'])
      return rows.length === 2 && rows.find((one) => one.name === 'life-one' && one.memory_used_bytes > 0)
    })
    assert.deepEqual(Object.keys(row).sort(), [
      'cpu_percent',
      'memory_limit_bytes',
      'memory_percent',
      'memory_used_bytes',
      'name',
      'network_rx_bytes',
      'network_tx_bytes',
      'status',
      'uptime_seconds',
    ])
    assert.equal(row.memory_limit_bytes, 256 * 1024 * 1024, 'as its template says')
    assert.match(
      (await ctl(['agents', 'stats', 'life-one'])).out,
      /life-one +running +[\d.]+ % +[\d.]+ [KM]iB +256 MiB/,
    )
  })

  it('prints its log', async () => {
    await print('life-one', 'a line of mine')
    await until('the line is in the log', async () =>
      (await ctl(['agents', 'logs', 'life-one', '-n', '5'])).out.includes('a line of mine\n'),
    )
    const { logs } = await json(['agents', 'logs', 'life-one', '-n', '1'])
    assert.equal(logs.trimEnd().split('\n').length, 1)
  })

  it('shares it, and says whom it may call', async () => {
    const shared = await ctl(['agents', 'share', 'life-one', 'Ann@Example.org'])
    assert.deepEqual([shared.code, shared.out], [0, 'life-one is shared with ann@example.org.\n'], shared.err)
    assert.match(
      (await ctl(['agents', 'shares', 'life-one'])).out,
      /^ann@example\.org +admin +\d{4}-\d\d-\d\d \d\d:\d\d$/m,
    )
    const odd = await ctl(['agents', 'share', 'life-one', 'ann'])
    assert.equal(odd.code, 1)
    assert.match(odd.err, /email: value is not a valid email address/)
    assert.equal((await ctl(['agents', 'unshare', 'life-one', 'ann@example.org'])).code, 0)
    assert.deepEqual(await json(['agents', 'shares', 'life-one']), [])

    const names = async (...more) =>
      (await json(['agents', 'permissions', 'life-one', ...more])).permitted_agents.map(({ name }) => name)
    assert.deepEqual(await names(), ['twin'], 'agents of one owner may call each other')
    assert.deepEqual(await names('--set', ''), [])
    assert.deepEqual(await names('--add', 'twin'), ['twin'])
    assert.match((await ctl(['agents', 'permissions', 'life-one'])).out, /^twin +running +yes$/m)
    assert.deepEqual(await names('--remove', 'twin'), [])
    assert.deepEqual(await names('--set', 'twin,life-one'), ['twin'])
  })

  it('stops and starts several', async () => {
    const stopped = await json(['agents', 'stop', 'life-one', 'twin'])
    assert.deepEqual(stopped, [
      { name: 'life-one', ok: true },
      { name: 'twin', ok: true },
    ])
    assert.deepEqual((await ctl(['agents', 'list', '--names', '--status', 'stopped'])).out.split('\n').sort(), [
      '',
      'life-one',
      'twin',
    ])
    assert.deepEqual(await json(['agents', 'stats', 'twin']), [{ name: 'twin', status: 'stopped' }])
    const some = await ctl(['agents', 'start', 'nobody', 'life-one', '--json'])
    assert.equal(some.code, 4)
    assert.deepEqual(JSON.parse(some.out), [
      { name: 'nobody', ok: false, detail: 'nobody: Agent not found' },
      { name: 'life-one', ok: true },
    ])
    assert.equal((await server.agents()).get('life-one').status, 'running')
  })

  it('deletes it only when told so', async () => {
    const asked = await ctl(['agents', 'delete', 'twin'])
    assert.equal(asked.code, 2)
    const typed = new Running(['agents', 'delete', 'twin'], { terminal: true })
    await typed.says('[y/N]')
    typed.type('n\n')
    assert.equal(await typed.ended, 1)
    assert.ok((await server.agents()).has('twin'))
    assert.equal((await ctl(['agents', 'delete', '--yes', 'twin'])).code, 0)
    assert.equal((await server.agents()).has('twin'), false)
    const gone = await ctl(['agents', 'show', 'twin'])
    assert.equal(gone.code, 4)
    assert.match(gone.err, /twin: Agent not found\n.*trinityctl agents list/)
  })

  it('ends with code 5 where no server is', async () => {
    const answer = await ctl(['status'], { env: { TRINITY_SERVER: `127.0.0.1:${await freePort()}` } })
    assert.equal(answer.code, 5)
    assert.match(answer.err, /no answer from http:\/\/127\.0\.0\.1:\d+: .*\n.*trinity up/)
  })
})

/** Hands connections on to the server; they can be cut. With a certificate it speaks TLS. */
async function relay(certificate) {
  const sockets = new Set()
  const take = (socket) => {
    const onward = net.connect(server.port, '127.0.0.1')
    for (const one of [socket, onward]) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => sockets.delete(one))
    }
    socket.pipe(onward).pipe(socket)
  }
  const listener = certificate ? tls.createServer(certificate, take) : net.createServer(take)
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    port: listener.address().port,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => (sockets.forEach((socket) => socket.destroy()), listener.close()),
  }
}

describe('following', () => {
  before(async () => server.createAgent('talker', { template: 'local:demo-worker' }))

  it('prints new lines of a log within seconds, and ends at Ctrl-C', async () => {
    const follow = new Running(['agents', 'logs', 'talker', '-f', '-n', '10'])
    await print('talker', 'while following 1')
    await follow.says('while following 1\n')
    await print('talker', 'while following 2')
    await follow.says('while following 2\n')
    assert.equal(follow.out.split('while following 1\n').length, 2, 'each line once')
    assert.equal(await follow.end(), 'SIGINT')
    assert.doesNotMatch(follow.err, /trinityctl:/)
  })

  it('gives scripts a JSON object per line', async () => {
    const follow = new Running(['agents', 'logs', 'talker', '-f', '-n', '0', '--json'])
    await until(
      'it follows',
      async () => {
        await print('talker', 'as json')
        return follow.out.includes('as json')
      },
      { every: 300 },
    )
    const lines = follow.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const mine = lines.find((line) => line.text === 'as json')
    assert.deepEqual(Object.keys(mine).sort(), ['stream', 'text', 'ts'])
    await follow.end()
  })

  it('goes on after a lost connection without losing or repeating a line', async () => {
    const between = await relay()
    try {
      const follow = new Running(['agents', 'stats', 'talker', '-w', '--json'], {
        env: { TRINITY_SERVER: `http://127.0.0.1:${between.port}`, TRINITY_TOKEN: server.token },
      })
      await follow.says('"name":"talker"')
      between.cut()
      await follow.says('trying again in 1 s', 'err')
      await ctl(['agents', 'stop', 'talker'])
      await follow.says('"status":"stopped"')
      await ctl(['agents', 'start', 'talker'])
      await follow.says('"status":"running"')
      assert.equal(await follow.end(), 'SIGINT')
    } finally {
      between.close()
    }
  })

  it('watches figures line by line, and in place on a terminal', async () => {
    const lines = new Running(['agents', 'stats', 'talker', '-w'])
    await lines.says('talker')
    assert.match(lines.out, /^NAME +STATUS +CPU +MEMORY +LIMIT +OF LIMIT +RECEIVED +SENT +UPTIME\ntalker +running/)
    await lines.end()
    const fleet = new Running(['agents', 'stats', '-w', '--json'])
    // Another agent's line may come before it, and its own first line may be older than its first figure.
    const told = () =>
      fleet.out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
        .some((row) => row.name === 'talker' && row.memory_percent > 0)
    await until('the figures of one agent are told', told)
    await fleet.end()
    const drawn = new Running([], {
      terminal: true,
      command: `stty cols 60 rows 20; exec ${PROGRAM} agents stats talker -w`,
    })
    await drawn.says('talker')
    assert.ok(drawn.out.includes('\x1b[2J\x1b[H'), 'drawn from the upper left corner')
    drawn.type('\x03')
    assert.equal(await drawn.ended, 130)
  })

  it('ends when the agent is deleted', async () => {
    await server.createAgent('brief')
    const follow = new Running(['agents', 'stats', 'brief', '-w', '--json'])
    await follow.says('"name":"brief"')
    await server.delete('/api/agents/brief')
    assert.equal(await follow.ended, 4)
    assert.match(follow.err, /agents list/)
  })

  it('ends quietly when its reader has gone', async () => {
    const pipe = spawn(
      'bash',
      ['-c', `${PROGRAM} agents logs talker -f -n 0 | head -n 1; echo "codes \${PIPESTATUS[*]}"`],
      { env: environment() },
    )
    let said = ''
    pipe.stdout.on('data', (data) => (said += data))
    pipe.stderr.on('data', (data) => (said += data))
    await until(
      `the pipe ends; so far: ${said}`,
      async () => {
        await print('talker', 'for the pipe')
        return said.includes('codes')
      },
      { every: 300 },
    )
    assert.match(said, /codes 141 0\n/)
    assert.doesNotMatch(said, /trinityctl:/)
  })
})

describe('over TLS', () => {
  let between
  let certificate
  before(async () => {
    certificate = path.join(folder, 'cert.pem')
    const key = path.join(folder, 'key.pem')
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ])
    between = await relay({ key: await readFile(key), cert: await readFile(certificate) })
  })
  after(() => between?.close())

  it('trusts nobody it does not know', async () => {
    const answer = await ctl(['status', '--server', `https://localhost:${between.port}`])
    assert.equal(answer.code, 5)
    assert.match(answer.err, /--ca-file or TRINITY_CA_FILE/)
  })

  it('speaks HTTPS and a live socket with a known authority', async () => {
    const env = {
      TRINITY_SERVER: `https://localhost:${between.port}`,
      TRINITY_CA_FILE: certificate,
      TRINITY_TOKEN: server.token,
    }
    assert.equal((await json(['status'], { env })).user, 'admin')
    const watch = new Running(['agents', 'stats', 'talker', '-w', '--json'], { env })
    await watch.says('"name":"talker"')
    assert.doesNotMatch(watch.err, /asking every/)
    await watch.end()
  })
})

describe('completion in a bash', () => {
  it('completes commands, options and names of agents', async () => {
    const shell = new Running([], { terminal: true, command: 'bash --norc --noprofile -i' })
    shell.type('PS1="ready> "; source <(trinityctl completion bash)\n')
    await shell.says('ready> ')
    shell.type('trinityctl age\tsho\ttal\t --js\t\n')
    await shell.says('"name":"talker"')
    shell.type('trinityctl agents list --names --status=run\t\n')
    await shell.says('--status=running')
    shell.type('exit\n')
    await shell.ended
  })

  it('keeps the colon of a template', async () => {
    const shell = new Running([], { terminal: true, command: 'bash --norc --noprofile -i' })
    shell.type('PS1="ready> "; source <(trinityctl completion bash)\n')
    await shell.says('ready> ')
    shell.type('echo trinityctl; trinityctl agents create completed --cpu 1 --memory 128m -t local:demo-w\t\n')
    await shell.says('completed is running')
    assert.equal((await server.agents()).get('completed').template, 'local:demo-worker')
    shell.type('exit\n')
    await shell.ended
  })
})

describe('signing out', () => {
  it('ends the sign-in here and on the server', async () => {
    const { servers } = JSON.parse(await readFile(signIns(), 'utf8'))
    const { token } = servers[`http://${server.address}`]
    assert.equal((await server.get('/api/users/me', { token })).status, 200)
    assert.deepEqual(await json(['logout']), {
      server: `http://${server.address}`,
      signed_out: true,
      ended_on_server: true,
    })
    assert.equal((await server.get('/api/users/me', { token })).status, 401, 'a copy of the token is worth nothing')
    assert.equal((await ctl(['agents', 'list'])).code, 3)
    assert.equal((await json(['logout'])).signed_out, false)
  })
})
