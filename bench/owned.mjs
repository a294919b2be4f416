// What the measurements have made and have to take away again: at the end of each, or all at once after Ctrl-C.
const owned = new Set()
let ending = null

/** `end` takes it away. Gives a function that does so now; it is done once, whoever asks. */
export function own(end) {
  let done = null
  const release = () => {
    owned.delete(release)
    done ??= end()
    return done
  }
  if (ending) throw new Error('the measurement is over')
  owned.add(release)
  return release
}

/** Takes away all that is left, the newest first. */
export function releaseAll() {
  ending ??= (async () => {
    for (const release of [...owned].reverse()) await release()
  })()
  return ending
}
