interface Box {
  left: number
  top: number
  bottom: number
  width: number
}
interface Size {
  width: number
  height: number
}

const GAP = 6
const EDGE = 8

/** Under its element and centred; above it when there is no room; never over the edge of the window. */
export function tipPlace(at: Box, tip: Size, view: Size): { left: number; top: number } {
  const middle = at.left + at.width / 2 - tip.width / 2
  const left = Math.max(EDGE, Math.min(middle, view.width - tip.width - EDGE))
  const under = at.bottom + GAP
  const top =
    under + tip.height <= view.height - EDGE ? under : Math.max(EDGE, at.top - GAP - tip.height)
  return { left: Math.round(left), top: Math.round(top) }
}
