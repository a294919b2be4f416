// What the benchmarks measure with: CPU time and memory of a process, wrk, and plain statistics.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const NANOSECONDS = 1e9

const ROOT = process.env.TRINITY_ROOT ?? path.resolve(import.meta.dirname, '..')
const SHORT_TURNS = path.join(ROOT, 'build/release/bin/short-turns')

const ALL_CORES = cpus()
  .map((_, i) => i)
  .join(',')
export const SERVER_CORE = '0'
const LOAD_CORE = String(cpus().length - 1)

/**
 * Gives a program a core, where it goes before the machine's other programs: what is compared there is to tell of the programs
 * that are compared. `equal`: it goes before nobody.
 */
export const onCore = (core, program = [], equal = false) => [
  'taskset',
  '-c',
  core,
  SHORT_TURNS,
  ...(equal ? [] : ['--first']),
  ...program,
]
/** Lets a program run where all others do, with the short turns that the server asks for too. */
const amongOthers = (program) => ['taskset', '-c', ALL_CORES, SHORT_TURNS, ...program]

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** CPU time of a process with all its threads, seconds; from the scheduler, which counts nanoseconds. */
export function cpuTime(pid) {
  let total = 0
  for (const task of readdirSync(`/proc/${pid}/task`))
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
  return total / NANOSECONDS
}

/** What every thread of the machine has had of the cores, by its number: {name, pid, time, turns}; nanoseconds. */
function turnsOfAll() {
  const all = new Map()
  const numbers = (folder) => {
    try {
      return readdirSync(folder).filter((name) => /^\d+$/.test(name))
    } catch {
      return []
    }
  }
  for (const pid of numbers('/proc'))
    for (const task of numbers(`/proc/${pid}/task`))
      try {
        const [time, , turns] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ').map(Number)
        const name = readFileSync(`/proc/${pid}/task/${task}/comm`, 'utf8').trim()
        all.set(task, { name, pid: Number(pid), time, turns })
      } catch {
        // It has ended meanwhile.
      }
  return all
}

/**
 * Begins to watch what programs other than these take of the cores. Called again it tells: {share (of one core, in percent),
 * turn (ms, the longest mean of a program that took a thousandth at least), most (the program that took most)}. Programs that ended
 * meanwhile, wrk among them, do not count.
 */
export function watchOthers(...pids) {
  const before = turnsOfAll()
  const since = performance.now()
  return () => {
    const passed = (performance.now() - since) * 1e6
    const programs = new Map()
    for (const [task, now] of turnsOfAll()) {
      const then = before.get(task) ?? { time: 0, turns: 0 }
      if (pids.includes(now.pid)) continue
      const sum = programs.get(now.name) ?? { time: 0, turns: 0 }
      programs.set(now.name, { time: sum.time + now.time - then.time, turns: sum.turns + now.turns - then.turns })
    }
    const busy = [...programs].filter(([, { time }]) => time > passed / 1000).sort((a, b) => b[1].time - a[1].time)
    const share = ([...programs.values()].reduce((sum, { time }) => sum + time, 0) / passed) * 100
    const turn = Math.max(0, ...busy.map(([, { time, turns }]) => time / Math.max(turns, 1) / 1e6))
    return { share, turn, most: busy[0]?.[0] ?? 'none' }
  }
}

/** Resident memory now and at its peak, MiB. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]) / 1024
  return { resident: read('VmRSS'), peak: read('VmHWM') }
}

export const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

/**
 * One run of wrk on one thread: {requests, rate, p50, p95, p99, max} (per second; milliseconds). `tag`: what the client
 * has already; `packed`: it takes gzip; `pause`: milliseconds
 * between the requests of a connection; `shared`: it has no core of its own; `equal`: it goes before nobody. Throws on errors in the answers.
 */
export async function wrk({ address, paths, seconds, connections, shared, equal, token, tag, packed, pause }) {
  const script = path.join(import.meta.dirname, 'load.lua')
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', '--timeout', '10s', '-s', script]
  const asking = ['wrk', ...options, `http://${address}`]
  const [program, ...rest] = shared ? amongOthers(asking) : onCore(LOAD_CORE, asking, equal)
  const { stdout } = await exec(program, rest, {
    env: {
      PATH: process.env.PATH,
      TRINITY_BENCH_PATHS: paths,
      ...(token ? { TRINITY_BENCH_TOKEN: token } : {}),
      ...(tag ? { TRINITY_BENCH_TAG: tag } : {}),
      ...(pause ? { TRINITY_BENCH_PAUSE: String(pause) } : {}),
      ...(packed ? { TRINITY_BENCH_PACKED: '1' } : {}),
    },
    timeout: (seconds + 30) * 1000,
  })
  const result = JSON.parse(stdout.match(/^RESULT (.*)$/m)[1])
  if (result.errors > 0 || result.requests === 0)
    throw new Error(`wrk on ${address}: ${result.errors} errors\n${stdout}`)
  return { ...result, rate: result.requests / result.seconds }
}

export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
export const median = (values) => percentile(values, 0.5)
/** "median (least to most)". */
export const spread = (values, digits = 2) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`
