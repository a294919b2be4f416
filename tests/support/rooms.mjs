// Dependencies between rooms point downwards only: a file of src/<room> may include headers of its own room and of the rooms
// that CMakeLists.txt names for it, directly or through another. A program beside src/ (agentd/, cli/) is a room, too: its
// own CMakeLists.txt names what it uses.
//   node rooms.mjs [ROOT]     prints every include that breaks the rule; exit code 1 then
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const programs = ['agentd', 'cli']
/** Made by CMake, one text: which version this is. */
const everywhere = 'app/version.h'

const namesIn = (text) => [...text.matchAll(/\btrinity_(\w+)/g)].map((match) => match[1])

/** Room -> the rooms that it names. */
function roomsOf(root) {
  const uses = new Map()
  const cmake = readFileSync(join(root, 'CMakeLists.txt'), 'utf8').replace(/#.*/g, '')
  for (const [, name, rest] of cmake.matchAll(/trinity_room\((\w+)([^)]*)\)/g)) uses.set(name, namesIn(rest))
  for (const program of programs) {
    const file = join(root, program, 'CMakeLists.txt')
    if (!existsSync(file)) continue
    const links = [
      ...readFileSync(file, 'utf8')
        .replace(/#.*/g, '')
        .matchAll(/target_link_libraries\(([^)]*)\)/g),
    ]
    uses.set(
      program,
      links.flatMap(([, text]) => namesIn(text)).filter((name) => name !== program),
    )
  }
  return uses
}

/** Everything that a room may use: what it names, and what those name. Throws on a circle. */
function reachable(uses, room, path = []) {
  if (path.includes(room)) throw new Error(`rooms use each other in a circle: ${[...path, room].join(' -> ')}`)
  const found = new Set([room])
  for (const next of uses.get(room) ?? []) {
    if (next === 'flags') continue
    for (const one of reachable(uses, next, [...path, room])) found.add(one)
  }
  return found
}

function sourcesOf(root, folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .map((name) => join(folder, name))
}

/** What breaks the rule, one line each. Throws when CMakeLists.txt cannot be read rightly. */
export function violations(root) {
  const uses = roomsOf(root)
  if (uses.size < 5) throw new Error('CMakeLists.txt names hardly any room: is it read rightly?')
  const found = []
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const rooms = folders.map((entry) => [entry.name, join('src', entry.name)])
  for (const program of programs) if (existsSync(join(root, program))) rooms.push([program, program])
  const known = new Set(rooms.map(([room]) => room))
  for (const [room, folder] of rooms) {
    if (!uses.has(room)) {
      found.push(`${folder} is no room of CMakeLists.txt`)
      continue
    }
    const allowed = reachable(uses, room)
    for (const file of sourcesOf(root, folder)) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n')
      lines.forEach((line, index) => {
        const match = /^\s*#\s*include\s*[<"]((\w+)\/[^>"]+)/.exec(line)
        if (!match || match[1] === everywhere || allowed.has(match[2])) return
        // Headers of the system have folders, too.
        if (!known.has(match[2]) && line.includes('<')) return
        found.push(`${file}:${index + 1} includes ${match[2]}/, which is not below ${room}`)
      })
    }
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = violations(process.argv[2] ?? process.cwd())
  for (const line of found) console.log(line)
  process.exit(found.length > 0 ? 1 : 0)
}
