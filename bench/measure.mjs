// What the benchmarks measure with: CPU time and memory of a process, wrk, and plain statistics.
import { execFile } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const TICKS_PER_SECOND = 100 // of /proc, fixed on Linux

/** CPU time of a process with all its threads, seconds. */
export function cpuTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** Resident memory now and at its peak, MiB. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))[1]) / 1024
  return { resident: read('VmRSS'), peak: read('VmHWM') }
}

/** Binds a process with all its threads to these cores ("0", "0,1"). */
export const pin = (pid, cores) => exec('taskset', ['-a', '-cp', cores, String(pid)])

export const childrenOf = (pid) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        return Number(readFileSync(`/proc/${child}/stat`, 'utf8').split(') ').pop().split(' ')[1]) === pid
      } catch {
        return false
      }
    })

const MILLISECONDS = { us: 0.001, ms: 1, s: 1000, m: 60_000 }
const duration = (text) => {
  const [, value, unit] = text.match(/([\d.]+)(us|ms|s|m)/)
  return Number(value) * MILLISECONDS[unit]
}

/** One run of wrk on one thread: {requests, rate, p50, p99} (requests per second, milliseconds). Throws on errors in the answers. */
export async function wrk({ url, seconds, connections, core, token, pathsFile }) {
  const { stdout } = await exec(
    'taskset',
    [
      '-c',
      core,
      'wrk',
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '-s',
      path.join(import.meta.dirname, 'signed-in.lua'),
      url,
    ],
    {
      env: { PATH: process.env.PATH, TRINITY_BENCH_PATHS: pathsFile, ...(token ? { TRINITY_BENCH_TOKEN: token } : {}) },
      timeout: (seconds + 20) * 1000,
    },
  )
  const bad = stdout.match(/Non-2xx or 3xx responses: (\d+)|Socket errors: .*/)
  if (bad) throw new Error(`wrk on ${url}: ${bad[0]}`)
  return {
    requests: Number(stdout.match(/(\d+) requests in/)[1]),
    rate: Number(stdout.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    p50: duration(stdout.match(/\s50%\s+(\S+)/)[1]),
    p99: duration(stdout.match(/\s99%\s+(\S+)/)[1]),
  }
}

export const percentile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
export const median = (values) => percentile(values, 0.5)
/** "median (least to most)". */
export const spread = (values, digits = 2) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`
