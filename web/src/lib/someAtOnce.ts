import { messageOf } from '@/api/errors'

/** One of many for which something did not work. */
export interface Failure {
  name: string
  reason: string
}

/** How many of a larger action are under way at once: the engine has other things to do, too. */
const AT_ONCE = 4

/** Does the same for many names, some at once, and tells what failed. One failure stops nothing. */
export async function someAtOnce(
  names: readonly string[],
  work: (name: string) => Promise<void>,
  onDone: (count: number) => void,
): Promise<Failure[]> {
  const waiting = [...names]
  const failures: Failure[] = []
  let done = 0
  async function goThrough(): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      try {
        await work(name)
      } catch (failure) {
        failures.push({ name, reason: messageOf(failure) })
      }
      done += 1
      onDone(done)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, goThrough))
  return failures
}
