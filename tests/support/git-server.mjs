// Bare repositories over http, as a host of repositories serves them: git's own http-backend, and a token as password.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const BACKEND = `${execFileSync('git', ['--exec-path']).toString().trim()}/git-http-backend`

export const git = (folder, ...args) =>
  execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 << 20,
  }).toString()

/** What a CGI program wrote: its head, and how many bytes that takes. */
const headOf = (buffer) => {
  const end = buffer.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const fields = buffer
    .subarray(0, end)
    .toString()
    .split('\r\n')
    .map((line) => line.split(/:\s*/, 2))
  return { fields, length: end + 4 }
}

const answer = (response, child) => {
  let read = Buffer.alloc(0)
  let begun = false
  child.stdout.on('data', (piece) => {
    if (begun) return response.write(piece)
    read = Buffer.concat([read, piece])
    const head = headOf(read)
    if (!head) return
    begun = true
    const status = head.fields.find(([name]) => name.toLowerCase() === 'status')
    response.writeHead(status ? Number.parseInt(status[1]) : 200, Object.fromEntries(head.fields))
    response.write(read.subarray(head.length))
  })
  child.stdout.on('end', () => response.end())
}

/** `tokens()`: those that are let in. Repositories lie below `root`. */
export const startGitServer = async ({ root, tokens, host = '127.0.0.1' }) => {
  const asked = []
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://here')
    const [, password] = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64')
      .toString()
      .split(':')
    asked.push({ path: request.url, authorised: tokens().includes(password) })
    if (!tokens().includes(password)) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' })
      return response.end('no')
    }
    const child = spawn(BACKEND, {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'somebody',
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(url.pathname),
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        ...(request.headers['content-encoding'] && { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
        ...(request.headers['git-protocol'] && { GIT_PROTOCOL: request.headers['git-protocol'] }),
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    child.stdin.on('error', () => {})
    request.pipe(child.stdin)
    answer(response, child)
  })
  await new Promise((resolve) => server.listen(0, host, resolve))
  return {
    url: `http://${host}:${server.address().port}`,
    port: server.address().port,
    asked,
    /** An empty bare repository `owner/name`. */
    make(name) {
      const folder = join(root, `${name}.git`)
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      git(folder, 'init', '--quiet', '--bare', '--initial-branch=main')
      git(folder, 'config', 'http.receivepack', 'true')
      return folder
    },
    folder: (name) => join(root, `${name}.git`),
    has: (name) => existsSync(join(root, `${name}.git`)),
    /** Refuses every push by a rule of its own. */
    refuse(name) {
      writeFileSync(
        join(root, `${name}.git`, 'hooks', 'pre-receive'),
        '#!/bin/sh\necho "a rule of this host" >&2\nexit 1\n',
        {
          mode: 0o755,
        },
      )
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
