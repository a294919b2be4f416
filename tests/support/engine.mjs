// The container engine, asked directly: the tests' own eyes and hands, past the server.
import http from 'node:http'

const SOCKET = '/var/run/docker.sock'

/** One call. Resolves to {status, body} whatever the status; body is parsed when it is JSON. Bounded: 30 s. */
export function engine(method, path, body) {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const headers = payload ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload) } : {}
    const request = http.request(
      { socketPath: SOCKET, method, path: `/v1.41${path}`, headers, timeout: 30_000 },
      (response) => {
        const chunks = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          let parsed = text
          try {
            parsed = JSON.parse(text)
          } catch {
            // Not JSON: the text itself.
          }
          resolve({ status: response.statusCode, body: parsed })
        })
      },
    )
    request.on('timeout', () => request.destroy(new Error(`engine: no answer to ${method} ${path} within 30 s`)))
    request.on('error', reject)
    request.end(payload)
  })
}

const filters = (label) => encodeURIComponent(JSON.stringify({ label: [label] }))

export const containersOf = async (instance) =>
  (await engine('GET', `/containers/json?all=1&filters=${filters(`trinity.instance=${instance}`)}`)).body
export const volumesOf = async (instance) =>
  (await engine('GET', `/volumes?filters=${filters(`trinity.instance=${instance}`)}`)).body.Volumes ?? []
export const networksOf = async (instance) =>
  (await engine('GET', `/networks?filters=${filters(`trinity.instance=${instance}`)}`)).body

/** Hands on each container event of the engine with the moment of its arrival. Returns a function that ends it. */
export function followEvents(take) {
  const wanted = encodeURIComponent(JSON.stringify({ type: ['container'] }))
  let rest = ''
  const request = http.get({ socketPath: SOCKET, path: `/v1.41/events?filters=${wanted}` }, (response) => {
    response.on('data', (chunk) => {
      const arrived = performance.timeOrigin + performance.now()
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) if (line) take({ ...JSON.parse(line), arrived })
    })
  })
  request.on('error', () => {})
  return () => request.destroy()
}

/** What `docker kill NAME` does. */
export const kill = (name) => engine('POST', `/containers/${name}/kill`)

/** Runs a shell script in the container, as its image's user, and waits for its end. */
export async function runIn(container, script) {
  const made = await engine('POST', `/containers/${container}/exec`, {
    Cmd: ['sh', '-c', script],
    AttachStdout: true,
    AttachStderr: true,
  })
  if (made.status !== 201) throw new Error(`exec in ${container}: ${made.status} ${JSON.stringify(made.body)}`)
  const { body } = await engine('POST', `/exec/${made.body.Id}/start`, { Detach: false, Tty: false })
  const { ExitCode } = (await engine('GET', `/exec/${made.body.Id}/json`)).body
  if (ExitCode !== 0) throw new Error(`exec in ${container} ended with ${ExitCode}: ${JSON.stringify(body)}`)
}

const hasContainers = async (network) =>
  Object.keys((await engine('GET', `/networks/${network}`)).body?.Containers ?? {}).length > 0

/**
 * Removes everything that carries the instance label. Returns what could not be removed, and the networks without a
 * container that the engine does not let go: it sometimes keeps the endpoint of a container that died while it was made,
 * until it is started anew itself.
 */
export async function removeInstance(instance) {
  const failed = []
  const stuck = []
  const expect = (what, answer) => {
    if (answer.status >= 300 && answer.status !== 404) failed.push(`${what}: ${answer.status}`)
  }
  await Promise.all(
    (await containersOf(instance)).map(async (c) =>
      expect(c.Names[0], await engine('DELETE', `/containers/${c.Id}?force=1&v=1`)),
    ),
  )
  for (const volume of await volumesOf(instance)) expect(volume.Name, await engine('DELETE', `/volumes/${volume.Name}`))
  for (const network of await networksOf(instance)) {
    const answer = await engine('DELETE', `/networks/${network.Id}`)
    if (answer.status === 403 && !(await hasContainers(network.Id))) stuck.push(network.Name)
    else expect(network.Name, answer)
  }
  return { failed, stuck }
}
