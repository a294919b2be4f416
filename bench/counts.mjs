// Statements and engine calls of a list request, counted three ways: by the server, by SQLite's trace hook, and by a proxy
// before the engine's socket.
import path from 'node:path'
import { timing } from '../tests/integration/harness.mjs'
import { EngineProxy } from '../tests/support/engine-proxy.mjs'
import { SqlTrace } from '../tests/support/sql-trace.mjs'
import { pathsFile } from './list.mjs'
import { sleep, wrk } from './measure.mjs'
import { own } from './owned.mjs'
import { adminTokens, readerToken } from '../tests/support/people.mjs'

/** Longer than this measurement: what the server asks engine and database by itself would be counted too. */
const QUIET = {
  TRINITY_PROBE_SECONDS: '600',
  TRINITY_RECONCILE_SECONDS: '3600',
  TRINITY_DATABASE_WATCH_MS: '3600000',
}
/** The tables that metadata of agents comes from. */
const METADATA = /\b(agent_ownership|agent_sharing|agent_git_config|agent_permissions)\b/i

async function counted(fleet, folder, body) {
  const proxy = await EngineProxy.start(fleet.engine?.socket)
  const release = own(() => proxy.stop())
  const trace = new SqlTrace(path.join(folder, 'statements'))
  try {
    await fleet.relaunch({ environment: { ...QUIET, ...trace.environment, TRINITY_ENGINE: `unix://${proxy.path}` } })
    await body(proxy, trace)
  } finally {
    await fleet.relaunch()
    await release()
    await trace.remove()
  }
}

export const counts = ({ fleet, report, folder, quick }) =>
  counted(fleet, folder, async (proxy, trace) => {
    const { server, size } = fleet
    const atStart = await trace.next()
    const [token] = await adminTokens(server, 1)
    const reader = await readerToken(server)
    await sleep(500)
    await trace.next()
    let calls = proxy.calls
    const first = timing((await server.get('/api/agents', { token })).headers)
    const cold = { sql: (await trace.next()).length, engine: proxy.calls - calls }
    // All that was ever asked so that a list can be: the metadata at the start, and what the first request adds.
    const metadata = atStart.filter((line) => METADATA.test(line) && /^\s*select/i.test(line)).length
    const paths = await pathsFile(folder, 'agents', ['/api/agents'])
    const warm = timing((await server.get('/api/agents', { token: reader })).headers)
    calls = proxy.calls
    const { requests } = await wrk({
      address: server.address,
      paths,
      connections: 16,
      seconds: quick ? 1 : 3,
      token: reader,
    })
    const traced = (await trace.next()).length
    const proxied = proxy.calls - calls
    report.begin(`Statements and engine calls of a list request, ${fleet.title}`)
    const figure = (what, value, name, budget) =>
      report.figure(what, value, { key: name && `list.${size}.${name}`, budget: { atMost: budget } })
    figure('warm: statements, by the server', warm.sql, 'sql', 0)
    figure('warm: engine calls, by the server', warm.engine, 'engine', 0)
    figure(`warm: statements, by SQLite's trace hook, over ${requests} requests`, traced, 'sql_traced', 0)
    figure(`warm: engine calls, by the proxy, over ${requests} requests`, proxied, 'engine_proxied', 0)
    figure('cold: statements of the first request, by the server', first.sql, undefined, 2)
    report.figure(
      'cold: statements for metadata since the start, and of the first request, by the hook',
      metadata + cold.sql,
      {
        key: 'list.cold.sql',
        budget: { atMost: 2 },
      },
    )
    figure('cold: engine calls of the first request, by the proxy', cold.engine, undefined, 0)
  })
