// clang-tidy over every source of src/, agentd/ and cli/, as many at once as there are cores. What passed is remembered in the
// cache folder and not looked at again, as long as the file, the headers of ours that it includes, the rules, the flags and
// the tools are the same.
//   node tidy.mjs ROOT BUILD CACHE [FILE...]     BUILD: a folder configured for clang; FILE: only these
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'

const [root, build, cache, ...only] = process.argv.slice(2)
const tool = 'clang-tidy-19'
const secondsPerFile = 300
const daysKept = 30
/** Libraries compiled once, not code of ours. */
const skipped = new Set(['src/base/asio.cpp', 'src/http/beast.cpp'])

const sha = (...texts) => {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(`${text.length}:`).update(text)
  return hash.digest('hex')
}

/** The flags that decide what the source means: no precompiled header, no sanitizer, no output. */
function flagsOf(command) {
  const words = command.match(/"(?:\\.|[^"\\])*"|\S+/g) ?? []
  const flags = []
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i].replaceAll('\\"', '"')
    if (/^-(isystem|I|D|std)/.test(word)) {
      flags.push(word)
      if (word === '-isystem' || word === '-I') flags.push(words[(i += 1)])
    }
  }
  return flags
}

const headers = new Map()
/** The text of a file and of all headers of ours below it, each once. */
function textOf(file, folders, seen) {
  if (seen.has(file)) return ''
  seen.add(file)
  if (!headers.has(file)) headers.set(file, readFileSync(file, 'utf8'))
  const text = headers.get(file)
  let all = `${relative(root, file)}\n${text}`
  for (const [, name] of text.matchAll(/^#include "([^"]+)"/gm)) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
    if (found) all += textOf(found, folders, seen)
  }
  return all
}

function run(file, flags) {
  return new Promise((done) => {
    const child = spawn(tool, ['--quiet', `--config-file=${join(root, '.clang-tidy')}`, file, '--', ...flags], {
      cwd: root,
      timeout: secondsPerFile * 1000,
    })
    let output = ''
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (output += data))
    child.on('error', (fault) => done({ passed: false, output: String(fault) }))
    child.on('close', (code, signal) =>
      done({ passed: code === 0, output: signal ? `${output}ended by ${signal}: over ${secondsPerFile} s?` : output }),
    )
  })
}

/** Forgets what nobody has asked for lately. */
function prune() {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    if (Date.now() - statSync(path).mtimeMs > daysKept * 86_400_000) unlinkSync(path)
  }
}

mkdirSync(cache, { recursive: true })
const tools = [
  spawnSync(tool, ['--version'], { encoding: 'utf8' }).stdout,
  spawnSync('dpkg-query', ['-W', 'libboost1.81-dev', 'libstdc++-12-dev', 'libspdlog-dev', 'libfmt-dev'], {
    encoding: 'utf8',
  }).stdout,
].join('\n')
const rules = readFileSync(join(root, '.clang-tidy'), 'utf8')
const wanted = only.map((file) => resolve(file))
const jobs = []
let known = 0
for (const { file, command } of JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'))) {
  const name = relative(root, file)
  if (!/^(src|agentd|cli)\//.test(name) || skipped.has(name)) continue
  if (wanted.length > 0 && !wanted.includes(file)) continue
  const flags = flagsOf(command)
  const folders = flags.filter((flag) => flag.startsWith('-I/')).map((flag) => flag.slice(2))
  // Where the sources lie does not matter.
  const key = sha(tools, rules, flags.join(' ').replaceAll(root, ''), textOf(file, folders, new Set()))
  const stamp = join(cache, key)
  if (existsSync(stamp)) {
    utimesSync(stamp, new Date(), new Date())
    known += 1
  } else {
    jobs.push({ file, name, flags, stamp })
  }
}
if (jobs.length + known === 0) {
  console.log(`no source to look at in ${build}/compile_commands.json`)
  process.exit(1)
}

const count = jobs.length
let done = 0
let failed = 0
async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { passed, output } = await run(job.file, job.flags)
    done += 1
    console.log(`[${done}/${count}] ${job.name}${passed ? '' : ': findings'}`)
    if (passed) {
      writeFileSync(job.stamp, '')
    } else {
      failed += 1
      console.log(output.replaceAll(`${root}/`, '').replace(/^\d+ warnings?.* generated\.$|^Suppressed .*$/gm, ''))
    }
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, work))
prune()
console.log(`${count} files looked at, ${known} unchanged since they passed, ${failed} with findings`)
process.exit(failed > 0 ? 1 : 0)
