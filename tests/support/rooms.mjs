// Dependencies between rooms point downwards only: a file of src/<room> may include headers of its own room and of the rooms
// that CMakeLists.txt names for it, directly or through another. Prints every include that breaks the rule; exit code 1 then.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = process.argv[2] ?? process.cwd()
const cmake = readFileSync(join(root, 'CMakeLists.txt'), 'utf8')
const uses = new Map()
for (const [, name, rest] of cmake.matchAll(/trinity_room\((\w+)([^)]*)\)/g)) {
  uses.set(
    name,
    [...rest.matchAll(/trinity_(\w+)/g)].map((match) => match[1]),
  )
}

/** Everything that a room may use: what it names, and what those name. Throws on a circle. */
function reachable(room, path = []) {
  if (path.includes(room)) throw new Error(`rooms use each other in a circle: ${[...path, room].join(' -> ')}`)
  const found = new Set([room])
  for (const next of uses.get(room) ?? []) {
    if (next === 'flags') continue
    for (const one of reachable(next, [...path, room])) found.add(one)
  }
  return found
}

let broken = 0
for (const room of readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  if (!uses.has(room.name)) {
    console.log(`src/${room.name} is no room of CMakeLists.txt`)
    broken += 1
    continue
  }
  const allowed = reachable(room.name)
  for (const file of readdirSync(join(root, 'src', room.name)).filter((name) => /\.(h|cpp)$/.test(name))) {
    const lines = readFileSync(join(root, 'src', room.name, file), 'utf8').split('\n')
    lines.forEach((line, index) => {
      const match = /^#include "(\w+)\//.exec(line)
      if (!match || allowed.has(match[1])) return
      console.log(`src/${room.name}/${file}:${index + 1} includes ${match[1]}/, which is not below ${room.name}`)
      broken += 1
    })
  }
}
if (uses.size < 5) {
  console.log('CMakeLists.txt names hardly any room: is it read rightly?')
  broken += 1
}
process.exit(broken > 0 ? 1 : 0)
