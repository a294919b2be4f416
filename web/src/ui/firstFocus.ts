const FIELDS = ':is(input:not([type=hidden]), select, textarea):not(:disabled)'

/**
 * Where somebody begins in a dialog: its first field, or the one marked `data-focus` where that one is filled already; of a
 * group of choices the one that is chosen. A question has no field: there it is what does no harm, marked the same.
 */
export function firstFocus(box: HTMLElement): HTMLElement | null {
  const field =
    box.querySelector<HTMLElement>(`${FIELDS}[data-focus]`) ??
    box.querySelector<HTMLElement>(FIELDS)
  if (field === null) return box.querySelector<HTMLElement>('[data-focus]:not(:disabled)')
  if (!(field instanceof HTMLInputElement) || field.type !== 'radio') return field
  const group = [...box.querySelectorAll<HTMLInputElement>('input[type=radio]:not(:disabled)')]
  return group.find((one) => one.name === field.name && one.checked) ?? field
}

/**
 * Puts the focus there. What is still being loaded has no field yet: the dialog itself has the focus until the first one
 * comes, unless the person has gone somewhere else meanwhile. Gives back what ends the waiting.
 */
export function focusFirst(box: HTMLElement): () => void {
  const first = firstFocus(box)
  if (first !== null) {
    first.focus()
    return () => undefined
  }
  box.focus()
  const watcher = new MutationObserver(() => {
    if (document.activeElement !== box) return watcher.disconnect()
    const come = firstFocus(box)
    if (come === null) return
    watcher.disconnect()
    come.focus()
  })
  watcher.observe(box, { childList: true, subtree: true, attributeFilter: ['disabled'] })
  return () => watcher.disconnect()
}
