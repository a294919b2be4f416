// What live frames cost a page, from Chromium's own trace.

const SCRIPT_AND_LAYOUT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'RunMicrotasks',
  'TimerFire',
  'FireAnimationFrame',
  'UpdateLayoutTree',
  'Layout',
])

/**
 * Processor time of some work in milliseconds, what is inside of other work counted once. Processor time and not time by
 * the clock, so that other programs on the machine are not counted.
 */
function cost(events) {
  let total = 0
  let end = -Infinity
  for (const one of events.sort((a, b) => a.ts - b.ts)) {
    if (one.ts + one.dur <= end) continue
    total += one.tdur ?? one.dur
    end = one.ts + one.dur
  }
  return total / 1000
}

export const percentile = (values, share) =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]

/**
 * Watches a page for `ms`. Answers with the script and layout time per tick (from one frame of the socket to the next), and
 * with the length of every task of the main thread.
 */
export async function traceTicks(page, ms) {
  const cdp = await page.context().newCDPSession(page)
  const events = []
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const done = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    categories: 'devtools.timeline,toplevel,v8,disabled-by-default-devtools.timeline',
  })
  await page.waitForTimeout(ms)
  await cdp.send('Tracing.end')
  await done
  await cdp.detach()

  const frames = events.filter((one) => one.name === 'WebSocketReceive')
  const main = frames[0]
  const own = events.filter(
    (one) => one.ph === 'X' && one.pid === main?.pid && one.tid === main?.tid,
  )
  const work = own.filter((one) => SCRIPT_AND_LAYOUT.has(one.name))
  // Frames of one tick come together: what follows within 200 ms belongs to it.
  const starts = frames
    .map((one) => one.ts)
    .sort((a, b) => a - b)
    .filter((at, index, all) => index === 0 || at - all[index - 1] > 200_000)
  const ticks = starts.slice(0, -1).map((from, index) => {
    const to = starts[index + 1]
    return cost(work.filter((one) => one.ts > from - 5000 && one.ts < to - 5000))
  })
  const tasks = own
    .filter((one) => /RunTask/.test(one.name))
    .map((one) => (one.tdur ?? one.dur) / 1000)
  return { ticks, tasks }
}
