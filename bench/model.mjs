// A model of how a list was made before, for comparison: nothing of the replaced system runs here. What it is known to have
// done is done again against the same engine and a copy of the same database: for each agent, one after the other, one
// statistics call that waits for two samples, and eight statements, each on a connection of its own.
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { containersOf, engine } from '../tests/support/engine.mjs'

const STATEMENTS = [
  'SELECT id, role, email FROM users WHERE username = ?',
  'SELECT owner_id FROM agent_ownership WHERE agent_name = ?',
  'SELECT u.username FROM agent_ownership o JOIN users u ON u.id = o.owner_id WHERE o.agent_name = ?',
  'SELECT is_system FROM agent_ownership WHERE agent_name = ?',
  'SELECT autonomy_enabled FROM agent_ownership WHERE agent_name = ?',
  'SELECT memory_limit, cpu_limit FROM agent_ownership WHERE agent_name = ?',
  'SELECT github_repo FROM agent_git_config WHERE agent_name = ?',
  'SELECT shared_with_email FROM agent_sharing WHERE agent_name = ?',
]

async function openDatabase() {
  process.removeAllListeners('warning') // node:sqlite is announced as experimental
  return (await import('node:sqlite')).DatabaseSync
}

export async function model({ fleet, report, folder, quick }) {
  const { server, size } = fleet
  const file = path.join(folder, 'model.db')
  await server.stop()
  await cp(path.join(server.home, 'trinity.db'), file)
  await server.launch()
  const Database = await openDatabase()
  let statements = 0
  let calls = 0
  const agent = async (name) => {
    for (const sql of STATEMENTS) {
      const database = new Database(file)
      database.prepare(sql).all(sql.includes('username = ?') ? 'admin' : name)
      database.close()
      statements++
    }
    calls++
    const answer = await engine('GET', `/containers/${server.containerOf(name)}/stats?stream=0`)
    if (!answer.body.memory_stats) throw new Error(`no statistics of ${name}: ${answer.status}`)
  }
  // One by one takes a second or two each: the quick form does two and says so.
  const measured = fleet.names.slice(0, quick ? 2 : size)
  const begin = performance.now()
  calls++
  await containersOf(server.instance)
  for (const name of measured) await agent(name)
  const took = performance.now() - begin
  const scale = size / measured.length
  const suffix = scale === 1 ? '' : `, reckoned from ${measured.length}`
  report.begin(`A model of the old way, on the same engine: ${fleet.title} one after the other${suffix}`)
  report.figure('model: one list, ms', took * scale, { key: 'model.list_ms', text: (took * scale).toFixed(0) })
  report.figure('model: statements', Math.round(statements * scale), { key: 'model.sql' })
  report.figure('model: engine calls', Math.round((calls - 1) * scale) + 1, { key: 'model.engine' })
  report.put('model.agents_measured', measured.length)
}
