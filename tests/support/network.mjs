// The machine's own network, which every container's start and end changes.
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const TENTATIVE = 0x40
const FLAGS = 4
const CALM_MS = 1000
const LONGEST_MS = 8000
const EVERY_MS = 100

/**
 * Waits until the addresses of the machine's interfaces rest. A container's interface gets its own a second or two after the
 * container runs, and a browser gives up what it is loading whenever they change. Bounded: on a machine that never rests it
 * goes on all the same.
 */
export async function networkAtRest() {
  const end = Date.now() + LONGEST_MS
  let last = null
  let since = Date.now()
  while (Date.now() < end) {
    const addresses = await readFile('/proc/net/if_inet6', 'utf8').catch(() => '')
    const unsettled = addresses.split('\n').some((line) => parseInt(line.trim().split(/\s+/)[FLAGS], 16) & TENTATIVE)
    if (addresses !== last || unsettled) since = Date.now()
    if (Date.now() - since >= CALM_MS) return
    last = addresses
    await sleep(EVERY_MS)
  }
}
