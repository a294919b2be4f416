// The machine that the mock server pretends to run on.
import { zoned } from './mock-fleet.mjs'

export const host = []

export function hostNow() {
  const [, cpu, memory, disk] = host[host.length - 1]
  return {
    cpu: { percent: cpu, count: 8 },
    memory: { percent: memory, used_gb: Math.round(memory * 3.13) / 10, total_gb: 31.3 },
    disk: { percent: disk, used_gb: Math.round(disk * 40.1) / 10, total_gb: 401 },
    timestamp: zoned(Date.now()),
  }
}
export function sampleHost(at) {
  const wave = Math.sin(at / 40_000)
  host.push([at, Math.round((34 + wave * 20 + Math.random() * 6) * 10) / 10, 58.4, 71.2])
  if (host.length > 60) host.shift()
}
for (let back = 60; back > 0; back -= 1) sampleHost(Date.now() - back * 5000)
