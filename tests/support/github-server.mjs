// GitHub's API as far as Trinity asks it, answering as GitHub documents it. Repositories that are created appear at a git server.
import { createServer } from 'node:http'

const bodyOf = async (request) => {
  let text = ''
  for await (const piece of request) text += piece
  return text ? JSON.parse(text) : {}
}

/** `accounts`: login to 'User' or 'Organization'. `tokens`: token to login. `git`: see startGitServer. */
export const startGitHub = async ({ accounts, tokens, git, host = '127.0.0.1' }) => {
  const asked = []
  const repositories = new Map()
  const shown = (name, kept) => ({ full_name: name, private: kept.private, default_branch: 'main', size: 0 })

  const reply = (request, url, login, body) => {
    const path = url.pathname.split('/').slice(1)
    if (!login) return [401, { message: 'Bad credentials' }]
    if (request.method === 'GET' && url.pathname === '/user') return [200, { login, type: 'User' }]
    if (request.method === 'GET' && path[0] === 'users' && path.length === 2) {
      const type = accounts[path[1]]
      return type ? [200, { login: path[1], type }] : [404, { message: 'Not Found' }]
    }
    if (request.method === 'GET' && path[0] === 'repos' && path.length === 3) {
      const name = `${path[1]}/${path[2]}`
      const kept = repositories.get(name)
      return kept ? [200, shown(name, kept)] : [404, { message: 'Not Found' }]
    }
    const organisation = path[0] === 'orgs' && path[2] === 'repos' ? path[1] : undefined
    if (request.method === 'POST' && (organisation || url.pathname === '/user/repos')) {
      const name = `${organisation ?? login}/${body.name}`
      if (organisation && accounts[organisation] !== 'Organization') return [404, { message: 'Not Found' }]
      if (repositories.has(name)) return [422, { message: 'Repository creation failed.' }]
      repositories.set(name, { private: body.private, description: body.description })
      git?.make(name)
      return [201, shown(name, repositories.get(name))]
    }
    return [404, { message: 'Not Found' }]
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://here')
    const body = await bodyOf(request)
    const login = tokens[request.headers.authorization?.replace(/^Bearer /, '')]
    asked.push({ method: request.method, path: url.pathname, headers: request.headers, body })
    const [status, answer] = reply(request, url, login, body)
    response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'X-OAuth-Scopes': 'repo' })
    response.end(JSON.stringify(answer))
  })
  await new Promise((resolve) => server.listen(0, host, resolve))
  return {
    url: `http://${host}:${server.address().port}`,
    asked,
    repositories,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}
