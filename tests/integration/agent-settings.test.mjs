// What people set for one agent, on the real engine: the answers, and what the container is after the next start.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Server, until } from './harness.mjs'
import { containersOf, engine, runIn, volumesOf } from '../support/engine.mjs'

/** The contract's list: CHOWN, SETGID, SETUID, NET_BIND_SERVICE, SYS_CHROOT, AUDIT_WRITE. */
const RESTRICTED = '00000000200404c1'
const SECRET = 'sk-ant-only-for-this-test-0123456789'

describe('settings of an agent', () => {
  let server
  let live
  const put = (what, json, options) => server.request('PUT', `/api/agents/bot/${what}`, { json, ...options })
  const get = async (what) => (await server.get(`/api/agents/bot/${what}`)).body
  const container = async () => (await engine('GET', `/containers/${server.containerOf('bot')}/json`)).body
  const hasKey = async () => (await container()).Config.Env.some((one) => one === `ANTHROPIC_API_KEY=${SECRET}`)
  const start = async () => {
    const answer = await server.post('/api/agents/bot/start')
    assert.equal(answer.status, 200, answer.text)
  }
  const stop = async () => assert.equal((await server.post('/api/agents/bot/stop')).status, 200)
  /** One container and two volumes, whatever was done before. */
  const expectWhole = async () => {
    const containers = await containersOf(server.instance)
    assert.deepEqual(
      containers.map((one) => [one.Names[0], one.State]),
      [[`/${server.containerOf('bot')}`, 'running']],
    )
    assert.equal((await volumesOf(server.instance)).length, 2)
    assert.deepEqual(await server.sql('SELECT * FROM trinity_cleanup'), [])
    const shown = (await server.agents()).get('bot')
    assert.equal(shown.container_id, containers[0].Id)
    assert.equal(shown.status, 'running')
  }

  before(async () => {
    server = await Server.start({ environment: { ANTHROPIC_API_KEY: SECRET, TRINITY_STOP_GRACE_SECONDS: '2' } })
    await server.createAgent('bot')
    live = await server.live(['agents'])
  })
  after(async () => {
    live?.close()
    await server?.dispose()
  })

  it('limits take effect at the next start, and nothing else changes', async () => {
    const old = await container()
    const was = (await server.agents()).get('bot')
    await runIn(old.Id, 'echo kept > /home/developer/kept.txt && sudo sh -c "echo kept > /data/kept.txt"')
    assert.deepEqual(await get('resources'), {
      memory: null,
      cpu: null,
      current_memory: '128m',
      current_cpu: '1',
      restart_needed: false,
    })

    const from = live.frames.length
    const set = await put('resources', { memory: '1g', cpu: '2' })
    assert.deepEqual(set.body, {
      message: 'Resource limits updated',
      memory: '1g',
      cpu: '2',
      restart_needed: true,
    })
    const told = await live.next((f) => f.event === 'agent_updated' && f.data.name === 'bot', { from, ms: 1000 })
    assert.equal(told.data.memory_limit, '1g')
    assert.equal(told.data.cpu_limit, '2')
    const item = (await server.agents()).get('bot')
    assert.deepEqual([item.memory_limit, item.cpu_limit], ['1g', '2'])
    assert.equal((await container()).Id, old.Id, 'a running agent is left alone')
    assert.equal((await get('resources')).restart_needed, true)

    await stop()
    const begun = performance.now()
    await start()
    const took = performance.now() - begun
    assert.ok(took < 20_000, `${took} ms`)
    const now = await container()
    assert.notEqual(now.Id, old.Id)
    assert.equal(now.Name, old.Name)
    assert.equal(now.HostConfig.Memory, 1 << 30)
    assert.equal(now.HostConfig.CpuQuota, 200_000)
    await runIn(
      now.Id,
      'test "$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes)" = 1073741824',
    )
    await runIn(now.Id, 'grep -q kept /home/developer/kept.txt && grep -q kept /data/kept.txt')
    assert.deepEqual(now.HostConfig.PortBindings, old.HostConfig.PortBindings)
    assert.deepEqual(now.HostConfig.Binds.sort(), old.HostConfig.Binds.sort())
    assert.deepEqual(now.HostConfig.RestartPolicy, old.HostConfig.RestartPolicy)
    assert.equal(now.HostConfig.NetworkMode, old.HostConfig.NetworkMode)
    assert.equal(now.Image, old.Image)
    assert.deepEqual(now.Config.Env.sort(), old.Config.Env.sort())
    assert.deepEqual(now.Config.Labels, { ...old.Config.Labels, 'trinity.memory': '1g', 'trinity.cpu': '2' })
    const is = (await server.agents()).get('bot')
    assert.deepEqual([is.port, is.created, is.resources], [was.port, was.created, { cpu: '2', memory: '1g' }])
    assert.equal((await get('resources')).restart_needed, false)
    await expectWhole()
  })

  it('the agent in the new container still answers to its server', async () => {
    await until('the daemon answers', async () => {
      const info = await server.get('/api/agents/bot/info')
      return info.status === 200 && info.body.status === 'running' && !/does not answer/.test(info.body.message ?? '')
    })
    await runIn(server.containerOf('bot'), 'test -s /config/agent-config.yaml && test -s /etc/trinity/agentd.secret')
  })

  it('watchers see one agent whose status changes', () => {
    const kinds = live.frames.filter((f) => f.data?.name === 'bot').map((f) => f.event)
    assert.ok(!kinds.includes('agent_deleted') && !kinds.includes('agent_created'), kinds.join())
    const reasons = live.frames.filter((f) => f.event === 'agent_status').map((f) => [f.data.status, f.data.reason])
    assert.deepEqual(reasons.at(-1), ['running', 'user'])
  })

  it('a start that finds nothing changed keeps the container', async () => {
    const { Id } = await container()
    await stop()
    await start()
    assert.equal((await container()).Id, Id)
  })

  it('the capability mode really changes what the container may do', async () => {
    const full = (await container()).Id
    assert.deepEqual((await put('capabilities', { full_capabilities: false })).body, {
      message: 'Capabilities updated',
      full_capabilities: false,
      restart_needed: true,
    })
    // Of an agent that runs, too.
    await start()
    const restricted = await container()
    assert.notEqual(restricted.Id, full)
    assert.deepEqual(restricted.HostConfig.CapDrop, ['ALL'])
    await runIn(restricted.Id, `test "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status)" = ${RESTRICTED}`)
    await runIn(restricted.Id, 'grep -q " /tmp tmpfs [^ ]*noexec" /proc/mounts')
    assert.deepEqual(await get('capabilities'), {
      full_capabilities: false,
      current_full_capabilities: false,
      next_full_capabilities: false,
      restart_needed: false,
    })
    await expectWhole()
    await put('capabilities', { full_capabilities: true })
    await start()
    assert.equal((await container()).HostConfig.CapDrop ?? null, null)
    await expectWhole()
  })

  it('the model key is there or not, and is never shown', async () => {
    assert.equal(await hasKey(), true)
    assert.equal((await put('api-key-setting', { use_platform_api_key: false })).body.restart_required, true)
    assert.equal((await get('api-key-setting')).restart_required, true)
    assert.equal(await hasKey(), true)
    await start()
    assert.equal(await hasKey(), false)
    assert.equal(
      (await container()).Config.Env.some((one) => one.startsWith('ANTHROPIC_API_KEY=')),
      false,
    )
    assert.deepEqual(await get('api-key-setting'), {
      agent_name: 'bot',
      use_platform_api_key: false,
      restart_required: false,
      status: 'running',
    })
    await put('api-key-setting', { use_platform_api_key: true })
    await stop()
    await start()
    assert.equal(await hasKey(), true)
    await expectWhole()
    const everything = JSON.stringify([await get('api-key-setting'), await server.logEnd(), live.frames])
    assert.ok(!everything.includes(SECRET))
  })

  it('autonomy switches every schedule and is in the list at once', async () => {
    await server.sql(
      `INSERT INTO agent_schedules (id, agent_name, name, cron_expression, message, enabled, owner_id, created_at, updated_at) VALUES ('s1', 'bot', 'n', '* * * * *', 'm', 0, 1, 't', 't')`,
    )
    const from = live.frames.length
    const on = await put('autonomy', { enabled: true })
    assert.deepEqual(on.body, {
      status: 'updated',
      agent_name: 'bot',
      autonomy_enabled: true,
      schedules_updated: 1,
      message: 'Autonomy enabled. 1 schedule(s) updated.',
    })
    assert.equal((await server.agents()).get('bot').autonomy_enabled, true)
    await live.next((f) => f.event === 'agent_updated' && f.data.autonomy_enabled === true, { from, ms: 1000 })
    assert.deepEqual((await server.get('/api/agents/autonomy-status')).body, { bot: { autonomy_enabled: true } })
    assert.deepEqual(await get('autonomy'), {
      agent_name: 'bot',
      autonomy_enabled: true,
      total_schedules: 1,
      enabled_schedules: 1,
      status: 'running',
    })
    await put('autonomy', { enabled: false })
    assert.deepEqual(await server.sql('SELECT enabled FROM agent_schedules'), [{ enabled: 0 }])
  })

  it('bad input is refused with a word about the field, and changes nothing', async () => {
    const refused = async (what, json, status, detail) => {
      const answer = await put(what, json)
      assert.equal(answer.status, status, answer.text)
      if (detail) assert.equal(answer.body.detail, detail)
    }
    await refused(
      'resources',
      { memory: '3g' },
      400,
      'Invalid memory value. Must be one of: 1g, 2g, 4g, 8g, 16g, 32g, 64g',
    )
    await refused('resources', { cpu: 2 }, 400, 'Invalid CPU value. Must be one of: 1, 2, 4, 8, 16')
    await refused('capabilities', {}, 400, 'full_capabilities is required')
    await refused('api-key-setting', { use_platform_api_key: 'no' }, 400, 'use_platform_api_key must be a boolean')
    await refused('autonomy', { enabled: null }, 400, 'enabled is required')
    for (const what of ['resources', 'capabilities', 'api-key-setting', 'autonomy']) {
      await refused(what, [], 422)
      assert.equal((await put(what, undefined, { body: '{"memory": ' })).status, 422)
      const nobody = await server.request('PUT', `/api/agents/nobody/${what}`, { json: {} })
      assert.equal(nobody.status, 404)
    }
    assert.deepEqual([(await get('resources')).memory, (await get('autonomy')).autonomy_enabled], ['1g', false])
  })

  it('each change is in the audit, none with a secret', async () => {
    const log = await server.logEnd()
    for (const action of ['set_autonomy', 'set_api_key_setting']) assert.ok(log.includes(`action=${action}`), log)
  })
})
