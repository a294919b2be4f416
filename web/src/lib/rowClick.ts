/**
 * Whether a click was meant for the row itself: not for a control in it, and not the end of marking text. The path, not
 * the target: an icon that its own click replaced is no longer inside its button.
 */
export function isRowClick(event: MouseEvent): boolean {
  const onControl = event
    .composedPath()
    .some((element) => element instanceof HTMLElement && element.matches('a, button, label'))
  return !onControl && window.getSelection()?.isCollapsed !== false
}
