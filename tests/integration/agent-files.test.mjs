// Files of an agent, through the server, in a real container: looking, downloading, uploading, editing, moving, deleting;
// what is protected, what leads out, who may, and what an agent that does not run says.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { ROOT, run, Server, until } from './harness.mjs'

const EMAIL = 'reader@example.com'

describe('files of an agent', () => {
  let server, reader, stranger
  const inside = async (script) =>
    (await run('/usr/bin/docker', ['exec', '-u', 'developer', server.containerOf('files'), 'sh', '-c', script])).stdout

  before(async () => {
    server = await Server.start()
    await server.stop()
    await run('sqlite3', [
      `${server.home}/trinity.db`,
      ['reader', 'stranger']
        .map(
          (name) =>
            `INSERT INTO users (username, email, role, password_hash, created_at, updated_at) SELECT '${name}', '${name}@example.com', 'user', password_hash, 't', 't' FROM users WHERE username = 'admin';`,
        )
        .join(''),
    ])
    await server.launch()
    server.token = await server.signIn()
    reader = await server.signIn('reader')
    stranger = await server.signIn('stranger')
    await server.createAgent('files')
    assert.equal((await server.post('/api/agents/files/share', { email: EMAIL })).status, 200)
    await inside(
      `cd ~ && mkdir -p docs/deep .ssh && printf 'one\\r\\ntwo\\n' > docs/a.txt && printf '<svg/>' > docs/pic.svg &&
       printf 'KEY=1' > .env && printf 'id' > .ssh/id && printf '# x' > CLAUDE.md && printf 'caf\\351' > docs/latin.txt &&
       ln -s /etc etc && ln -s ../../../etc/passwd docs/passwd && ln -s / root && ln -s docs inner && mkfifo pipe &&
       ln -s /proc/self/environ environ && chmod 751 docs/a.txt`,
    )
  })
  after(() => server?.dispose())

  const files = '/api/agents/files/files'
  const at = (path, operation = '') => `${files}${operation}?path=${encodeURIComponent(path)}`
  const names = (nodes) => nodes.map((node) => node.name)

  it('are listed, whole or folder by folder', async () => {
    const { status, body } = await server.get(files)
    assert.equal(status, 200)
    assert.equal(body.base_path, '/home/developer')
    assert.equal(body.requested_path, '.')
    const docs = body.tree.find((node) => node.name === 'docs')
    assert.deepEqual(names(docs.children), ['deep', 'a.txt', 'latin.txt', 'passwd', 'pic.svg'])
    assert.equal(docs.children[1].size, 9)
    assert.match(docs.children[1].modified, /^\d{4}-\d\d-\d\dT.*Z$/)
    assert.equal(docs.file_count, 4)
    assert.ok(!names(body.tree).includes('.env'))
    assert.deepEqual(body.tree.find((node) => node.name === 'etc').children, [], 'links are not followed')
    assert.equal(body.tree.find((node) => node.name === 'CLAUDE.md').can_delete, false)
    const one = await server.get(`${files}?depth=1&show_hidden=true`)
    const env = one.body.tree.find((node) => node.name === '.env')
    assert.deepEqual([env.can_edit, env.can_delete, env.secret], [false, false, true])
    assert.deepEqual(one.body.tree.find((node) => node.name === 'docs').children, [])
    assert.equal(one.body.tree.find((node) => node.name === 'docs').file_count, 4)
    assert.deepEqual(names((await server.get(at('/home/developer/docs'))).body.tree), names(docs.children))
    const missing = await server.get(at('nope'))
    assert.equal(missing.status, 404)
    assert.match(missing.body.detail, /^Failed to list files: .*Path not found: nope/)
    assert.equal((await server.get(`${files}?show_hidden=perhaps`)).status, 422)
  })

  it('are downloaded byte by byte, whole or in parts', async () => {
    const whole = await server.get(at('docs/a.txt', '/download'))
    assert.equal(whole.status, 200)
    assert.equal(whole.text, 'one\r\ntwo\n')
    assert.equal(whole.headers.get('content-type'), 'text/plain; charset=utf-8')
    const part = await server.get(at('docs/a.txt', '/download'), {
      headers: { Range: 'bytes=5-7' },
    })
    assert.equal(part.status, 206)
    assert.equal(part.text, 'two')
    assert.equal(part.headers.get('content-range'), 'bytes 5-7/9')
    const behind = await server.get(at('docs/a.txt', '/preview'), {
      headers: { Range: 'bytes=9-' },
    })
    assert.equal(behind.status, 416)
    assert.equal(behind.headers.get('content-range'), 'bytes */9')
    const picture = await server.get(at('docs/pic.svg', '/preview'))
    assert.equal(picture.headers.get('content-type'), 'image/svg+xml')
    assert.match(picture.headers.get('content-disposition'), /^attachment; filename="pic.svg"$/)
    assert.match(picture.headers.get('content-security-policy'), /^sandbox/)
    assert.equal(picture.headers.get('x-content-type-options'), 'nosniff')
    const known = await server.get(at('docs/pic.svg', '/preview'), {
      headers: { 'If-None-Match': picture.headers.get('etag') },
    })
    assert.equal(known.status, 304)
    const response = await fetch(`http://${server.address}${at('docs/latin.txt', '/download')}`, {
      headers: { Authorization: `Bearer ${server.token}` },
    })
    assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [0x63, 0x61, 0x66, 0xe9])
    assert.equal((await server.get(at('docs', '/preview'))).status, 400)
    assert.equal((await server.get(at('pipe', '/preview'))).status, 400)
    assert.equal((await server.get(`${files}/preview`)).status, 422)
  })

  it('are uploaded, and large ones cost neither side memory', async () => {
    const bytes = randomBytes(60 * 1024 * 1024)
    const put = (query, body) => server.request('PUT', `${files}/content?${query}`, { body })
    assert.equal((await put('path=docs/large.bin', bytes)).status, 201)
    assert.equal((await put('path=docs/large.bin', 'x')).status, 409)
    const response = await fetch(`http://${server.address}${at('docs/large.bin', '/preview')}`, {
      headers: { Authorization: `Bearer ${server.token}` },
    })
    assert.ok(bytes.equals(Buffer.from(await response.arrayBuffer())))
    const memory = await inside('for p in $(pidof agentd); do grep VmHWM /proc/$p/status; done')
    const peak = Math.max(...[...memory.matchAll(/(\d+) kB/g)].map(([, size]) => Number(size)))
    assert.ok(peak > 0, memory)
    assert.ok(peak < 20 * 1024, `agentd took ${peak} kB at most`)
    assert.equal((await put('path=docs/large.bin&overwrite=true', 'small')).status, 200)
    assert.equal(await inside('cat ~/docs/large.bin'), 'small')
    assert.equal((await put('path=none/x', 'x')).status, 404)
    assert.equal((await put('path=new', '')).status, 201)
    const large = await new Promise((resolve, reject) => {
      const request = http.request(
        `http://${server.address}${files}/content?path=too-large`,
        {
          method: 'PUT',
          headers: {
            Authorization: `Bearer ${server.token}`,
            'Content-Length': 104_857_601,
          },
        },
        (answer) => resolve(answer.statusCode),
      )
      request.on('error', reject)
      request.flushHeaders()
    })
    assert.equal(large, 413)
    assert.equal(await inside('ls -a ~ ~/docs | grep -c trinity-new || true'), '0\n')
  })

  it('an upload that breaks off leaves nothing', async () => {
    const request = http.request(`http://${server.address}${files}/content?path=docs/broken`, {
      method: 'PUT',
      headers: {
        Authorization: `Bearer ${server.token}`,
        'Content-Length': 10_000_000,
      },
    })
    request.on('error', () => {})
    request.write(Buffer.alloc(1_000_000))
    await until('the agent writes', async () => (await inside('ls -a ~/docs | grep trinity-new || true')) !== '')
    request.destroy()
    await until(
      'nothing is left',
      async () => (await inside('ls -a ~/docs | grep -E "trinity-new|broken" || true')) === '',
    )
  })

  it('are edited', async () => {
    const put = (path, content, headers) => server.request('PUT', at(path), { json: { content }, headers })
    const { headers } = await server.get(at('docs/a.txt', '/preview'))
    const done = await put('docs/a.txt', 'new é', {
      'If-Match': headers.get('etag'),
    })
    assert.equal(done.status, 200)
    assert.deepEqual([done.body.success, done.body.path, done.body.size], [true, 'docs/a.txt', 6])
    assert.equal(await inside('cat ~/docs/a.txt; stat -c %a ~/docs/a.txt'), 'new é751\n', 'the mode stays')
    assert.equal((await put('docs/a.txt', 'x', { 'If-Match': headers.get('etag') })).status, 412)
    assert.equal((await put('inner/a.txt', 'by a link')).status, 200)
    const missing = await put('docs/none.txt', '')
    assert.equal(missing.status, 404)
    assert.equal(missing.body.detail, 'File not found: docs/none.txt')
    assert.equal((await put('docs/latin.txt', '')).status, 400, 'what is no text is not destroyed')
    assert.equal((await server.request('PUT', at('docs/a.txt'), { json: { text: 1 } })).status, 422)
    assert.equal((await put('docs/a.txt', 'x'.repeat(10 * 1024 * 1024 + 1))).status, 413)
    assert.equal((await put('docs/a.txt', 'x'.repeat(10 * 1024 * 1024))).status, 200)
  })

  it('folders are made, files moved and deleted', async () => {
    assert.equal((await server.post(`${files}/folder`, { path: 'n/e/w' })).status, 201)
    assert.equal((await server.post(`${files}/folder`, { path: 'n' })).status, 409)
    const moved = await server.post(`${files}/move`, {
      path: 'docs/a.txt',
      new_path: 'n/e/a.txt',
    })
    assert.equal(moved.status, 200)
    assert.equal(
      (
        await server.post(`${files}/move`, {
          path: 'n/e/a.txt',
          new_path: 'docs',
        })
      ).status,
      409,
    )
    assert.equal((await server.post(`${files}/move`, { path: 'none', new_path: 'x' })).status, 404)
    const gone = await server.delete(at('n'))
    assert.deepEqual(gone.body, {
      success: true,
      deleted: 'n',
      type: 'directory',
      file_count: 3,
    })
    assert.equal((await server.delete(at('n'))).status, 404)
    assert.equal((await server.delete(at('root'))).status, 200, 'the link, not what it leads to')
    assert.equal(await inside('ls / | grep -c etc'), '1\n')
    const log = await server.logEnd()
    for (const word of ['create_folder', 'move_file', 'delete_file']) assert.match(log, new RegExp(word))
  })

  it('are protected by name', async () => {
    for (const path of ['.env', './docs/../.env', 'CLAUDE.md', '.git', 'x/.git/config', '.mcp.json', 'shared-in'])
      assert.equal((await server.delete(at(path))).status, 403, path)
    for (const path of ['.env', '.gitignore', '.trinity/x', 'a/.git/hooks/x'])
      assert.equal((await server.request('PUT', at(path), { json: { content: '' } })).status, 403, path)
    const put = (path) => server.request('PUT', at(path, '/content'), { body: 'x' })
    for (const path of ['.env', '.git', 'docs/.trinity']) assert.equal((await put(path)).status, 403, path)
    const move = (path, new_path) => server.post(`${files}/move`, { path, new_path })
    for (const path of ['.env', '.ssh', '.ssh/id', 'CLAUDE.md'])
      assert.equal((await move(path, 'docs/readable')).status, 403, path)
    assert.equal((await server.delete(at(''))).body.detail, 'Cannot delete home directory')
    assert.equal((await server.delete(at('.env'))).body.detail, 'Cannot delete protected path: .env')
    assert.equal(await inside('cat ~/.env ~/.ssh/id'), 'KEY=1id')
  })

  it('nothing leads out of the home folder', async () => {
    const ways = [
      '..', '../', '../../etc/passwd', '/', '//etc/passwd', '/etc/passwd', '/etc/trinity/agentd.secret',
      '/proc/self/environ', '/proc/1/root/etc/passwd', '/home', '/home/developer2', '/home/developer/../x',
      '/home/developer/../../etc/passwd', 'docs/../../x', 'docs/deep/../../../x', 'none/../../x', 'etc/passwd',
      'etc/../etc/passwd', 'etc/none', 'inner/../../x', 'docs/a.txt/../../../x', './../../etc',
    ] // prettier-ignore
    for (const path of ways) {
      assert.equal((await server.get(at(path))).status, 403, path)
      assert.equal((await server.get(at(path, '/preview'))).status, 403, path)
      assert.equal((await server.get(at(path, '/download'))).status, 403, path)
      assert.equal((await server.request('PUT', at(path), { json: { content: 'x' } })).status, 403, path)
      assert.equal((await server.request('PUT', at(path, '/content'), { body: 'x' })).status, 403, path)
      assert.equal((await server.delete(at(path))).status, 403, path)
      assert.equal((await server.post(`${files}/folder`, { path: `${path}/new` })).status, 403, path)
      assert.equal(
        (
          await server.post(`${files}/move`, {
            path: 'docs/pic.svg',
            new_path: path,
          })
        ).status,
        403,
        path,
      )
    }
    for (const link of ['etc', 'docs/passwd', 'environ', 'etc/'])
      assert.equal((await server.get(at(link, '/preview'))).status, 403, link)
    // Written in other ways: encoded twice it is a name, a zero byte or a broken escape is no value.
    assert.equal((await server.get(`${files}/preview?path=%2e%2e%2f%2e%2e%2fetc%2fpasswd`)).status, 403)
    assert.equal((await server.get(`${files}/preview?path=%252e%252e%252fetc%252fpasswd`)).status, 404)
    assert.equal((await server.get(`${files}/preview?path=..%c0%af..%c0%afetc`)).status, 400)
    assert.equal((await server.get(`${files}/preview?path=docs/pic.svg%00.txt`)).status, 422)
    assert.equal((await server.get(`${files}/preview?path=%zz`)).status, 422)
    assert.equal((await server.get(at('x'.repeat(5000), '/preview'))).status, 422)
    assert.equal((await server.get(at('x'.repeat(300), '/preview'))).status, 404)
    assert.equal((await server.post(`${files}/folder`, { path: 'a\0b' })).status, 400)
    assert.equal(await inside('cat ~/docs/pic.svg'), '<svg/>')
  })

  it('belong to those who may use the agent; credentials to its owner', async () => {
    assert.equal((await server.get(files, { token: reader })).status, 200)
    assert.equal((await server.get(at('docs/pic.svg', '/preview'), { token: reader })).text, '<svg/>')
    const put = (path, token) => server.request('PUT', at(path, '/content'), { body: 'x', token })
    assert.equal((await put('docs/theirs', reader)).status, 201)
    for (const path of ['.env', '.ssh/id']) {
      for (const operation of ['/preview', '/download']) {
        const refused = await server.get(at(path, operation), {
          token: reader,
        })
        assert.equal(refused.status, 403, path)
        assert.equal(refused.body.detail, 'Only the owner can read this file')
        assert.equal((await server.get(at(path, operation))).status, 200)
      }
    }
    for (const [method, target, options] of [
      ['GET', files],
      ['GET', at('docs/pic.svg', '/preview')],
      ['GET', at('docs/pic.svg', '/download')],
      ['PUT', at('docs/pic.svg'), { json: { content: '' } }],
      ['PUT', at('x', '/content'), { body: 'x' }],
      ['DELETE', at('docs/pic.svg')],
      ['POST', `${files}/folder`, { json: { path: 'x' } }],
      ['POST', `${files}/move`, { json: { path: 'docs/pic.svg', new_path: 'x' } }],
    ]) {
      assert.equal((await server.request(method, target, { ...options, token: stranger })).status, 403, target)
      assert.equal((await server.request(method, target, { ...options, token: null })).status, 401, target)
    }
  })

  it('pictures are shown to a page by its cookie, and only they', async () => {
    const cookie = { Cookie: `token=${server.token}` }
    const shown = await server.get(at('docs/pic.svg', '/preview'), {
      token: null,
      headers: cookie,
    })
    assert.equal(shown.status, 200)
    for (const target of [files, at('docs/pic.svg', '/download')])
      assert.equal((await server.get(target, { token: null, headers: cookie })).status, 401)
    const foreign = { ...cookie, Origin: 'https://elsewhere.example' }
    assert.equal(
      (
        await server.get(at('docs/pic.svg', '/preview'), {
          token: null,
          headers: foreign,
        })
      ).status,
      401,
    )
  })

  it('are worked with on the command line', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'agent-files-'))
    const env = { PATH: '/usr/bin:/bin', TRINITY_SERVER: `http://${server.address}`, TRINITY_TOKEN: server.token }
    const ctl = async (...args) =>
      (await run(path.join(ROOT, 'build/release/bin/trinityctl'), ['agents', 'files', ...args], { env })).stdout
    try {
      const bytes = randomBytes(300_000)
      await writeFile(path.join(folder, 'a b.bin'), bytes)
      await ctl('mkdir', 'files', 'cli/deep')
      assert.match(await ctl('put', 'files', path.join(folder, 'a b.bin'), 'cli/'), /cli\/a b.bin is uploaded/)
      await assert.rejects(ctl('put', 'files', path.join(folder, 'a b.bin'), 'cli/'), /Already exists/)
      assert.match(await ctl('ls', 'files', 'cli'), /deep\/ +0 files .*\na b.bin +293 KiB/)
      await ctl('mv', 'files', 'cli/a b.bin', 'cli/deep/')
      await ctl('get', 'files', 'cli/deep/a b.bin', '-o', path.join(folder, 'back'))
      assert.ok(bytes.equals(await readFile(path.join(folder, 'back'))))
      await assert.rejects(ctl('get', 'files', '../../etc/passwd', '-o', '-'), (error) => error.code === 4)
      assert.match(await ctl('rm', 'files', 'cli', '--yes'), /cli is deleted/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('an agent that does not run says so', async () => {
    assert.equal((await server.post('/api/agents/files/stop')).status, 200)
    const { status, body } = await server.get(files)
    assert.equal(status, 400)
    assert.equal(body.detail, 'Agent must be running to browse files')
    assert.equal(
      (await server.request('PUT', at('a'), { json: { content: '' } })).body.detail,
      'Agent must be running to update files',
    )
    assert.equal((await server.delete(at('a'))).body.detail, 'Agent must be running to delete files')
    assert.equal((await server.get(at('a', '/preview'))).body.detail, 'Agent must be running to preview files')
    assert.equal((await server.get('/api/agents/none/files')).status, 404)
    assert.equal((await server.post('/api/agents/files/start')).status, 200)
    assert.equal((await server.get(at('docs/pic.svg', '/preview'))).text, '<svg/>', 'at once after the start')
  })
})
