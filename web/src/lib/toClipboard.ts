/**
 * Puts a text on the clipboard; false where that is not allowed.
 *
 * Over plain http there is no `navigator.clipboard`. The older command works there as long as a person has just pressed
 * something, so it is tried second.
 */
export async function toClipboard(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value)
    return true
  } catch {
    return byCommand(value)
  }
}

/** Nothing has to be selected for it: the focus stays where it is, also in a dialog that keeps it. */
function byCommand(value: string): boolean {
  let put = false
  const allow = (event: Event) => event.preventDefault()
  const give = (event: ClipboardEvent) => {
    if (event.clipboardData === null) return
    event.clipboardData.setData('text/plain', value)
    event.preventDefault()
    event.stopImmediatePropagation()
    put = true
  }
  window.addEventListener('beforecopy', allow, true)
  window.addEventListener('copy', give, true)
  try {
    return document.execCommand('copy') && put
  } catch {
    return false
  } finally {
    window.removeEventListener('beforecopy', allow, true)
    window.removeEventListener('copy', give, true)
  }
}
