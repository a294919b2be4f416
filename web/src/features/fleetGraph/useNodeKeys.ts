import { nextTick } from 'vue'
import type { Point } from './layouts'
import { neighbour, type Direction } from './lineShape'

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
}

/** Not what lies over it: there the keys are its own. */
const isPicture = ({ target, currentTarget }: Event): boolean =>
  target === currentTarget || (target instanceof Element && target.closest('[data-node]') !== null)

/** Going from agent to agent by arrow keys, and moving the picture by the others. */
export function useNodeKeys(by: {
  places: () => ReadonlyMap<string, Point>
  /** The one that the Tab key reaches. */
  here: () => string | null
  go: (name: string) => void
  zoom: (closer: boolean) => void
  fit: () => void
  pan: (dx: number, dy: number) => void
}) {
  const actions: Readonly<Record<string, () => void>> = {
    '+': () => by.zoom(true),
    '=': () => by.zoom(true),
    '-': () => by.zoom(false),
    '0': () => by.fit(),
  }

  function arrow(event: KeyboardEvent, direction: Direction): void {
    event.preventDefault()
    event.stopPropagation()
    if (event.shiftKey) {
      const [dx, dy] = { up: [0, 60], down: [0, -60], left: [60, 0], right: [-60, 0] }[direction]
      by.pan(dx ?? 0, dy ?? 0)
      return
    }
    const from = by.here()
    const to = from === null ? null : neighbour(by.places(), from, direction)
    if (to === null) return
    by.go(to)
    const outer = event.currentTarget as HTMLElement
    void nextTick(() =>
      outer
        .querySelector<HTMLElement>(`[data-node="${CSS.escape(to)}"]`)
        ?.focus({ preventScroll: true }),
    )
  }

  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || !isPicture(event)) return
    const direction = DIRECTIONS[event.key]
    if (direction !== undefined) {
      arrow(event, direction)
      return
    }
    const act = actions[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }
}
