// Credentials from the API to the files and the environment inside a container, on the real engine.
import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Server, run, until } from './harness.mjs'
import { engine } from '../support/engine.mjs'
import { populate, readerToken } from '../support/people.mjs'

const TEMPLATE = 'credentials-demo'
/** As it stands in a template's file. */
const placeholder = '$' + '{MAIL_KEY}'
const MCP = { mcpServers: { mail: { command: 'mail', args: ['--key', placeholder], env: { K: placeholder } } } }

/** Twenty secrets that must not be found anywhere but inside containers. */
const PLANTED = Array.from({ length: 20 }, (_, i) => `planted${String(i).padStart(2, '0')}-Zq7Xv3Kw9`)

describe('credentials of an agent', () => {
  let server
  let templates
  let reader
  let live
  let container
  const heard = []
  const base = '/api/agents/bot/credentials'
  /** A request whose answer is kept for the last test. */
  const ask = async (method, target, json, token) => {
    const answer = await server.request(method, target, { json, ...(token ? { token } : {}) })
    heard.push(answer.text)
    return answer
  }
  const good = async (method, target, json, token) => {
    const answer = await ask(method, target, json, token)
    assert.equal(answer.status, 200, `${method} ${target}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  const create = async (fields, token) =>
    (await good('POST', '/api/credentials', { service: 'svc', type: 'api_key', ...fields }, token)).id
  const assign = (id, token, agent = 'bot') =>
    good('POST', `/api/agents/${agent}/credentials/assign`, { credential_id: id }, token)
  const inside = async (script) =>
    (await run('/usr/bin/docker', ['exec', server.containerOf('bot'), 'sh', '-c', script])).stdout
  const home = (file) => inside(`cat /home/developer/${file}`)
  /** What a shell gets from the file. */
  const variable = async (name) => await inside(`. /home/developer/.env && printf %s "$${name}"`)
  const apply = () => good('POST', `${base}/apply`)

  before(async () => {
    templates = await mkdtemp(path.join(tmpdir(), 'trinity-templates-'))
    await cp(path.join(import.meta.dirname, '../../config/agent-templates/test-echo'), path.join(templates, TEMPLATE), {
      recursive: true,
    })
    await writeFile(path.join(templates, TEMPLATE, '.mcp.json'), JSON.stringify(MCP))
    server = await Server.start({ templatesDir: templates, environment: { TRINITY_STOP_GRACE_SECONDS: '2' } })
    await create({ name: 'MAIL_KEY', credentials: { api_key: PLANTED[0] } })
    await create({ name: 'unrelated', service: 'other', credentials: { token: PLANTED[1] } })
    await server.createAgent('bot', { template: `local:${TEMPLATE}` })
    await populate(server, ['bot'])
    server.token = await server.signIn()
    reader = await readerToken(server)
    live = await server.live(['agents', 'agent:bot'])
    container = (await engine('GET', `/containers/${server.containerOf('bot')}/json`)).body.Id
  })
  after(async () => {
    live?.close()
    await server?.dispose()
    if (templates) await rm(templates, { recursive: true, force: true })
  })

  it('a new agent gets of its creator what its template requires, and nothing else', async () => {
    const asked = await good('GET', base)
    assert.deepEqual(
      asked.required_credentials.filter((one) => one.configured).map((one) => one.name),
      ['MAIL_KEY'],
    )
    const { assigned } = await good('GET', `${base}/assignments`)
    assert.deepEqual(
      assigned.map((one) => one.name),
      ['MAIL_KEY'],
    )
    await until(
      'the first push',
      async () => (await good('GET', `${base}/assignments`)).last_push?.status === 'success',
    )
    assert.equal(await variable('MAIL_KEY'), PLANTED[0])
    assert.ok(!(await home('.env')).includes(PLANTED[1]))
    const env = (await engine('GET', `/containers/${container}/json`)).body.Config.Env.join('\n')
    for (const secret of PLANTED) assert.ok(!env.includes(secret), 'no secret is in the environment of the container')
  })

  it('one apply brings variables, .mcp.json and files of everybody who may', async () => {
    await assign(await create({ name: 'OWN', credentials: { OWN: `${PLANTED[2]} it's "$x" \\` } }))
    const file = {
      name: 'gcp',
      type: 'file',
      file_path: '.config/gcloud/key.json',
      credentials: { content: PLANTED[3] },
    }
    await assign(await create(file))
    const theirs = await create({ name: 'THEIRS', credentials: { THEIRS: PLANTED[4] } }, reader)
    await assign(theirs, reader)
    const before = await good('GET', `${base}/assignments`)
    assert.equal(before.pending, true)
    assert.equal(before.others, 1)
    const from = live.frames.length
    const done = await apply()
    assert.deepEqual(done.file_paths, ['.config/gcloud/key.json'])
    assert.ok(done.files_written.includes('/home/developer/.config/gcloud/key.json'))
    await live.next((f) => f.event === 'agent_config_changed' && f.data.area === 'credentials', { from, ms: 3000 })
    assert.equal((await good('GET', `${base}/assignments`)).pending, false)
    assert.equal(await variable('OWN'), `${PLANTED[2]} it's "$x" \\`)
    assert.equal(await variable('THEIRS'), PLANTED[4])
    assert.equal((await home('.config/gcloud/key.json')).trim(), PLANTED[3])
    const modes = await inside("cd && stat -c '%a %n' .env .mcp.json .config/gcloud/key.json")
    assert.deepEqual(
      modes
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
      ['600', '600', '600'],
    )
    const config = JSON.parse(await home('.mcp.json'))
    assert.deepEqual(config.mcpServers.mail.args, ['--key', PLANTED[0]])
    assert.ok(config.mcpServers.trinity, "the platform's entry stays")
  })

  it('programs of the agent have the variables, and a shared person sees only their own', async () => {
    const theirs = await good('GET', `${base}/assignments`, undefined, reader)
    assert.deepEqual(
      theirs.assigned.map((one) => one.name),
      ['THEIRS'],
    )
    assert.equal(theirs.others, 3)
    const status = await good('GET', `${base}/status`)
    assert.ok(status.credential_count >= 3)
    assert.equal(status.files['.mcp.json'].exists, true)
  })

  it('a new value reaches the agent by a reload, in the same container', async () => {
    const id = await create({ name: 'ROTATED', credentials: { ROTATED: PLANTED[5] } })
    await assign(id)
    await good('POST', `${base}/reload`)
    assert.equal(await variable('ROTATED'), PLANTED[5])
    await good('PUT', `/api/credentials/${id}`, { credentials: { ROTATED: PLANTED[6] } })
    assert.equal(await variable('ROTATED'), PLANTED[5], 'no silent push')
    const listed = (await good('GET', '/api/credentials')).find((one) => one.id === id)
    assert.deepEqual(listed.pending_agents, ['bot'])
    await good('POST', `${base}/reload`, undefined, reader)
    assert.equal(await variable('ROTATED'), PLANTED[6])
    assert.equal((await engine('GET', `/containers/${server.containerOf('bot')}/json`)).body.Id, container)
  })

  it('hot reload stores, reuses and renames, and the agent keeps the pasted name', async () => {
    const paste = (text) => good('POST', `${base}/hot-reload`, { credentials_text: text })
    const first = await paste(`PASTED=${PLANTED[7]}\nother=${PLANTED[8]}`)
    assert.deepEqual(
      first.saved_to_redis.map((one) => one.status),
      ['created', 'created'],
    )
    assert.equal((await paste(`PASTED=${PLANTED[7]}`)).saved_to_redis[0].status, 'reused')
    const renamed = (await paste(`PASTED=${PLANTED[9]}`)).saved_to_redis[0]
    assert.deepEqual(renamed, { name: 'PASTED_2', status: 'renamed', original: 'PASTED' })
    assert.equal(await variable('PASTED'), PLANTED[9])
    assert.equal(await variable('other'), PLANTED[8])
    assert.equal(await variable('OWN'), `${PLANTED[2]} it's "$x" \\`, 'what was there stays')
    const refused = await ask('POST', `${base}/hot-reload`, { credentials_text: `LD_PRELOAD=${PLANTED[10]}` })
    assert.equal(refused.status, 400)
    assert.match(refused.body.detail, /LD_PRELOAD/)
  })

  it('bulk import, preview and refusals', async () => {
    const content = `BULK_TOKEN=${PLANTED[11]}\nBULK_KEY="${PLANTED[12]}"\nnothing`
    const preview = await good('POST', '/api/credentials/bulk/preview', { content })
    assert.deepEqual(
      preview.pairs.map((one) => one.status),
      ['new', 'new'],
    )
    assert.equal((await good('POST', '/api/credentials/bulk', { content })).created, 2)
    const again = await good('POST', '/api/credentials/bulk', { content })
    assert.deepEqual([again.created, again.skipped, again.errors], [0, 2, []])
    assert.equal((await ask('POST', '/api/credentials', { credentials: { api_key: PLANTED[13] } })).status, 422)
    const outside = { name: 'f', service: 's', type: 'file', credentials: { content: PLANTED[14] } }
    for (const file_path of ['../x', '/etc/x', '.ssh/authorized_keys', '.bashrc'])
      assert.equal((await ask('POST', '/api/credentials', { ...outside, file_path })).status, 422, file_path)
  })

  it('what is taken back leaves the agent, its file too', async () => {
    const { assigned } = await good('GET', `${base}/assignments`)
    for (const one of assigned.filter(({ name }) => ['OWN', 'gcp'].includes(name)))
      await good('DELETE', `${base}/assign/${one.id}`)
    await apply()
    assert.equal(await variable('OWN'), '')
    assert.equal((await inside('test -e /home/developer/.config/gcloud/key.json || echo gone')).trim(), 'gone')
    assert.equal(await variable('PASTED'), PLANTED[9])
  })

  it('a restart that the server did not cause brings them again', async () => {
    await inside('rm -f /home/developer/.env')
    const was = (await good('GET', `${base}/assignments`)).last_push.at
    await run('/usr/bin/docker', ['restart', '-t', '1', server.containerOf('bot')])
    await until(
      'another push',
      async () => {
        const { last_push } = await good('GET', `${base}/assignments`)
        return last_push.at !== was && last_push.status === 'success'
      },
      { ms: 40_000 },
    )
    assert.equal(await variable('PASTED'), PLANTED[9])
  })

  it('a start over the API tells what came of it', async () => {
    assert.equal((await server.post('/api/agents/bot/stop')).status, 200)
    const stopped = await ask('POST', `${base}/reload`)
    assert.equal(stopped.status, 400)
    assert.equal(stopped.body.detail, 'Agent is not running (status: stopped). Start the agent first.')
    assert.equal((await good('GET', `${base}/status`)).status, 'agent_not_running')
    await assign(await create({ name: 'LATE', credentials: { LATE: PLANTED[15] } }))
    const begun = Date.now()
    const started = await good('POST', '/api/agents/bot/start')
    assert.ok(Date.now() - begun < 20_000)
    assert.equal(started.credentials_result.status, 'success')
    assert.equal(started.credentials_injection, 'success')
    assert.ok(started.credentials_result.credential_count >= 4)
    assert.equal(await variable('LATE'), PLANTED[15])
  })

  it('an agent that hangs is a 503 in time, and recovers by itself', async () => {
    await inside('kill -STOP $(pidof agentd)').catch(() => undefined)
    const status = await ask('GET', `${base}/status`)
    assert.equal(status.status, 503)
    assert.match(status.body.detail, /^Failed to connect to agent: /)
    await inside('kill -CONT $(pidof agentd)')
    await until('the agent answers again', async () => (await ask('GET', `${base}/status`)).status === 200)
  })

  it('strangers reach nothing', async () => {
    await server.createAgent('private')
    for (const [method, target] of [
      ['GET', ''],
      ['GET', '/status'],
      ['POST', '/reload'],
      ['POST', '/apply'],
      ['GET', '/assignments'],
    ]) {
      const answer = await ask(method, `/api/agents/private/credentials${target}`, undefined, reader)
      assert.equal(answer.status, 403, target)
    }
  })

  it('deleting an agent forgets what it was assigned', async () => {
    await assign(await create({ name: 'GONE', credentials: { GONE: PLANTED[16] } }), undefined, 'private')
    assert.equal((await server.delete('/api/agents/private')).status, 200)
    assert.deepEqual(await server.sql("SELECT * FROM trinity_credential_agents WHERE agent_name = 'private'"), [])
    await server.createAgent('private')
    assert.deepEqual((await good('GET', '/api/agents/private/credentials/assignments')).assigned, [])
  })

  it('no secret is anywhere: not in answers, logs, the database, its journal or the process list', async () => {
    for (const [i, secret] of PLANTED.entries()) {
      if (i > 16) await create({ name: `REST_${i}`, credentials: { token: secret, nested: { deep: secret } } })
    }
    await good('GET', '/api/credentials')
    const { stdout: processes } = await run('ps', ['-eo', 'args'], { maxBuffer: 1 << 26 })
    const { stdout: environments } = await run('sh', ['-c', `tr '\\0' '\\n' < /proc/${server.pid}/environ`])
    const places = new Map([
      ['answers', heard.join('\n')],
      ['processes', processes],
      ['environment', environments],
      ['events', JSON.stringify(live.frames)],
    ])
    for (const name of await readdir(server.home)) {
      const text = await readFile(path.join(server.home, name), 'latin1').catch(() => null)
      if (text !== null) places.set(name, text)
    }
    assert.ok(places.has('trinity.db') && places.has('test.log'))
    assert.ok(places.get('test.log').includes('credential_push'), 'pushes are in the log')
    for (const [place, text] of places) {
      for (const secret of PLANTED) assert.ok(!text.includes(secret), `${secret} is in ${place}`)
    }
    const limits = await readFile(`/proc/${server.pid}/limits`, 'utf8')
    assert.match(limits, /Max core file size\s+0\s/)
  })
})
