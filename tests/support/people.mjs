// For tests and measurements: users, owners, shares and repositories, written into the database of a server that does not run: with them lists differ
// by viewer, and the metadata of an agent is as full as in real use.
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

export const READER = { name: 'people-reader', email: 'Reader@Example.com' }
const OTHER = { name: 'people-owner', email: 'owner@example.com' }
/** Administrators beyond the first; each is a class of viewers of its own. */
export const ADMINS = 30
export const adminName = (i) => `people-admin-${i + 1}`

const NOW = '2026-01-01T00:00:00'

function userStatements() {
  const user = (name, email, role) =>
    `INSERT OR IGNORE INTO users (username, email, role, password_hash, created_at, updated_at) ` +
    `SELECT '${name}', '${email}', '${role}', password_hash, '${NOW}', '${NOW}' FROM users WHERE username = 'admin';`
  const admins = Array.from({ length: ADMINS }, (_, i) => user(adminName(i), `${adminName(i)}@example.com`, 'admin'))
  return [user(READER.name, READER.email.toLowerCase(), 'user'), user(OTHER.name, OTHER.email, 'user'), ...admins]
}

/** Every third agent is shared with the reader, every fourth has a repository, every fifth another owner. */
function agentStatements(names) {
  const values = names.map((name, i) => `('${name}',${i})`).join(',')
  return [
    `CREATE TEMP TABLE wanted (name TEXT, n INTEGER);`,
    `INSERT INTO wanted VALUES ${values};`,
    `INSERT OR IGNORE INTO agent_ownership (agent_name, owner_id, created_at) ` +
      `SELECT name, (SELECT id FROM users WHERE username = CASE n % 5 WHEN 4 THEN '${OTHER.name}' ELSE 'admin' END), '${NOW}' FROM wanted;`,
    `INSERT OR IGNORE INTO agent_sharing (agent_name, shared_with_email, shared_by_id, created_at) ` +
      `SELECT name, '${READER.email.toLowerCase()}', (SELECT id FROM users WHERE username = 'admin'), '${NOW}' FROM wanted WHERE n % 3 = 0;`,
    `INSERT OR IGNORE INTO agent_git_config (id, agent_name, github_repo, working_branch, instance_id, created_at) ` +
      `SELECT 'people-' || name, name, 'example/' || name, 'main', 'people', '${NOW}' FROM wanted WHERE n % 4 = 0;`,
  ]
}

/** Stops the server, writes, and starts it again. The tokens of the reader and of the administrators come back. */
export async function populate(server, names) {
  await server.stop()
  const script = path.join(server.home, 'populate.sql')
  await writeFile(script, `BEGIN;\n${[...userStatements(), ...agentStatements(names)].join('\n')}\nCOMMIT;\n`)
  await server.sql(`.read ${script}`)
  await rm(script)
  await server.launch()
}

export const readerToken = (server) => server.signIn(READER.name)

/** Tokens of so many more administrators. Signing in is slow on purpose, so they come one after the other. */
export async function adminTokens(server, count) {
  const tokens = []
  for (let i = 0; i < count; i++) tokens.push(await server.signIn(adminName(i)))
  return tokens
}
