// The files of the agents of the mock server, in memory.
import { createHash } from 'node:crypto'
import { zoned } from './mock-fleet.mjs'

const LARGEST = 100 * 1024 * 1024
const NOT_EDITED = ['.trinity', '.git', '.gitignore', '.env', '.mcp.json.template']
const NOT_REMOVED = [...NOT_EDITED, 'CLAUDE.md', '.mcp.json']
const SECRET = ['.env', '.mcp.json', '.ssh']
const TYPES = {
  svg: 'image/svg+xml',
  png: 'image/png',
  md: 'text/markdown; charset=utf-8',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
}
const CHART = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160" width="320" height="160"><rect width="320" height="160" fill="#f4f4f8"/><polyline fill="none" stroke="#6d5ae6" stroke-width="3" points="10,120 80,70 150,92 220,40 310,58"/></svg>`
const NOTES = `# Notes of the day

Prices **fell** in two of three weeks. The reasons are in \`report.json\`.

## Open

- [x] read the bulletin
- [ ] compare with last year
- ask *who* buys in March

| Source | Pages | State |
|---|---|---|
| Exchange bulletin | 128 | read |
| Customs figures | 9 | waiting |

> Chile is missing from the second table.

\`\`\`sh
npm run compare -- --year 2025
\`\`\`
`
const SCRIPT = `import json
from pathlib import Path


def mean(values: list[float]) -> float:
    """The mean of some prices; 0 for none."""
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    prices = json.loads(Path("report.json").read_text())["prices"]
    print(f"mean: {mean(prices):.2f} USD")  # rounded for people
`

const base = (path) => path.slice(path.lastIndexOf('/') + 1)
const above = (path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
const has = (path, names) => path.split('/').some((part) => names.includes(part))

export class MockFiles {
  constructor({ publish }) {
    this.publish = publish
    this.kept = new Map()
    /** Milliseconds that a listing takes. */
    this.slowMs = 0
  }

  /** path to {folder, bytes, at}. */
  #of(agent) {
    const { name } = agent.item
    if (!this.kept.has(name)) this.kept.set(name, seeded())
    return this.kept.get(name)
  }

  /** Somebody else, the agent perhaps, writes a file. */
  write(agent, path, text) {
    this.#put(agent, path, Buffer.from(text))
  }

  remove(agent, path) {
    const files = this.#of(agent)
    for (const one of [...files.keys()])
      if (one === path || one.startsWith(`${path}/`)) files.delete(one)
    this.#tell(agent, [path])
  }

  #put(agent, path, bytes) {
    const files = this.#of(agent)
    for (let folder = above(path); folder !== ''; folder = above(folder))
      if (!files.has(folder)) files.set(folder, { folder: true, at: Date.now() })
    files.set(path, { folder: false, bytes, at: Date.now() })
    this.#tell(agent, [path])
  }

  #tell(agent, paths) {
    const { name } = agent.item
    this.publish(`agent:${name}:files`, 'agent_files_changed', { name, paths })
  }

  /** `[status, body]`, `[status, bytes, headers]`, or undefined when the call is not one of these. */
  async answer(request, agent, rest, query, body) {
    const [, part] = /^\/files(?:\/(.+))?$/.exec(rest ?? '') ?? [null, null]
    if (part === null) return undefined
    if (agent.item.status !== 'running')
      return [400, { detail: 'Agent must be running to browse files' }]
    if (this.slowMs > 0) await new Promise((done) => setTimeout(done, this.slowMs))
    const files = this.#of(agent)
    const path = (query.get('path') ?? '').replace(/^\/home\/developer\/?/, '').replace(/^\.$/, '')
    const route = `${request.method} ${part ?? ''}`
    switch (route) {
      case 'GET ':
        return this.#list(files, path, query)
      case 'GET preview':
      case 'GET download':
        return this.#read(files, path, request)
      case 'PUT ':
        return this.#save(agent, files, path, request, body)
      case 'DELETE ':
        return this.#delete(agent, files, path)
      case 'PUT content':
        return this.#upload(agent, files, path, query, body)
      case 'POST folder':
        return this.#folder(agent, files, JSON.parse(body.toString()))
      case 'POST move':
        return this.#move(agent, files, JSON.parse(body.toString()))
      default:
        return [405, { detail: 'Method Not Allowed' }]
    }
  }

  #list(files, folder, query) {
    const hidden = query.get('show_hidden') === 'true'
    if (folder !== '' && !files.get(folder)?.folder)
      return [404, { detail: `Path not found: ${folder}` }]
    const shown = [...files].filter(
      ([path]) => hidden || !path.split('/').some((part) => part.startsWith('.')),
    )
    const deep = query.get('depth') !== '1'
    const childrenOf = (parent) =>
      shown
        .filter(([path]) => above(path) === parent)
        .map(([path, file]) => ({
          ...node(path, file, shown),
          ...(deep && file.folder ? { children: childrenOf(path) } : {}),
        }))
        .sort(
          (a, b) =>
            Number(b.type === 'directory') - Number(a.type === 'directory') ||
            (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1),
        )
    const tree = childrenOf(folder)
    return [
      200,
      {
        base_path: '/home/developer',
        requested_path: folder || '.',
        tree,
        total_files: shown.length,
        show_hidden: hidden,
      },
    ]
  }

  #read(files, path, request) {
    const file = files.get(path)
    if (file === undefined) return [404, { detail: `File not found: ${path}` }]
    if (file.folder) return [400, { detail: `Not a file: ${path}` }]
    const headers = {
      'Content-Type': TYPES[path.split('.').pop()] ?? 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${base(path)}"`,
      'X-Content-Type-Options': 'nosniff',
      ETag: tagOf(file),
    }
    const range = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '')
    if (range === null) return [200, file.bytes, headers]
    if (file.bytes.length === 0)
      return [416, { detail: 'The range lies behind the end of the file' }]
    const part = file.bytes.subarray(0, Number(range[1]) + 1)
    headers['Content-Range'] = `bytes 0-${part.length - 1}/${file.bytes.length}`
    return [206, part, headers]
  }

  #save(agent, files, path, request, body) {
    const file = files.get(path)
    if (has(path, NOT_EDITED)) return [403, { detail: `Cannot edit protected path: ${base(path)}` }]
    if (file === undefined) return [404, { detail: `File not found: ${path}` }]
    const wanted = request.headers['if-match']
    if (wanted !== undefined && wanted !== tagOf(file))
      return [412, { detail: `The file has changed: ${path}` }]
    this.#put(agent, path, Buffer.from(JSON.parse(body.toString()).content))
    const now = files.get(path)
    return [200, { success: true, path, size: now.bytes.length, modified: zoned(now.at) }]
  }

  #delete(agent, files, path) {
    if (has(path, NOT_REMOVED))
      return [403, { detail: `Cannot delete protected path: ${base(path)}` }]
    const file = files.get(path)
    if (file === undefined) return [404, { detail: `File not found: ${path}` }]
    const below = [...files.keys()].filter((one) => one.startsWith(`${path}/`)).length
    this.remove(agent, path)
    return [
      200,
      {
        success: true,
        deleted: path,
        type: file.folder ? 'directory' : 'file',
        file_count: file.folder ? below : 1,
      },
    ]
  }

  #upload(agent, files, path, query, body) {
    if (has(path, NOT_EDITED)) return [403, { detail: `Cannot edit protected path: ${base(path)}` }]
    if (body.length > LARGEST) return [413, { detail: 'File too large' }]
    if (files.has(path) && query.get('overwrite') !== 'true')
      return [409, { detail: `Already exists: ${path}` }]
    this.#put(agent, path, body)
    return [200, { success: true, path, size: body.length }]
  }

  #folder(agent, files, { path }) {
    if (files.has(path)) return [409, { detail: `Already exists: ${path}` }]
    files.set(path, { folder: true, at: Date.now() })
    this.#tell(agent, [path])
    return [200, { success: true, path }]
  }

  #move(agent, files, { path: from, new_path: to }) {
    if (!files.has(from)) return [404, { detail: `File not found: ${from}` }]
    if (files.has(to)) return [409, { detail: `Already exists: ${to}` }]
    for (const [path, file] of [...files]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue
      files.delete(path)
      files.set(to + path.slice(from.length), file)
    }
    this.#tell(agent, [from, to])
    return [200, { success: true, path: from, new_path: to }]
  }
}

function node(path, file, all) {
  return {
    name: base(path),
    path,
    type: file.folder ? 'directory' : 'file',
    modified: zoned(file.at),
    ...(has(path, NOT_EDITED) ? { can_edit: false } : {}),
    ...(has(path, NOT_REMOVED) ? { can_delete: false } : {}),
    ...(has(path, SECRET) ? { secret: true } : {}),
    ...(file.folder
      ? {
          children: [],
          file_count: all.filter(([one, other]) => one.startsWith(`${path}/`) && !other.folder)
            .length,
        }
      : { size: file.bytes.length }),
  }
}

function tagOf(file) {
  return `"${createHash('sha1').update(file.bytes).digest('hex').slice(0, 16)}"`
}

function seeded() {
  const files = new Map()
  const ago = (hours) => Date.now() - hours * 3_600_000
  const folder = (path, hours) => files.set(path, { folder: true, at: ago(hours) })
  const file = (path, text, hours) =>
    files.set(path, { folder: false, bytes: Buffer.from(text), at: ago(hours) })
  folder('charts', 3)
  file('charts/week.svg', CHART, 3)
  folder('notes', 0.2)
  file('notes/day.md', NOTES, 0.2)
  for (let n = 1; n <= 120; n += 1)
    file(
      `notes/2026-${String(1 + Math.floor(n / 28)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}.md`,
      `# Day ${n}\n`,
      n,
    )
  folder('src', 30)
  folder('src/tools', 30)
  file('src/compare.py', SCRIPT, 28)
  file('src/tools/empty.txt', '', 30)
  folder('empty', 400)
  file(
    'report.json',
    JSON.stringify({ prices: [9841.5, 9790, 9902.25], unit: 'USD/t' }, null, 2) + '\n',
    1,
  )
  file('CLAUDE.md', '# Who you are\n\nYou compare prices and say where they come from.\n', 200)
  file(
    'a rather long name with spaces that nobody would choose, but somebody did.txt',
    'hello\n',
    50,
  )
  file('data.bin', '\u0000\u0001binary', 80)
  file('large.log', '2026-01-01 step done in 12 ms\n'.repeat(60_000), 5)
  file('.env', 'TOKEN=1\n', 200)
  file('.gitignore', 'node_modules\n', 200)
  return files
}
