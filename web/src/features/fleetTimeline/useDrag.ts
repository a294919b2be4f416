/** Farther than this a press is no click any more, pixels. */
const CLICK_PX = 4

export interface DragHandlers {
  /** Moved on by so many pixels since the last time. */
  move: (dx: number, dy: number, event: PointerEvent) => void
  /** Pressed and let go at one place. */
  click: (event: PointerEvent) => void
  done?: () => void
}

/** Tells dragging from clicking. To be bound to pointerdown, pointermove, pointerup and pointercancel of one element. */
export function useDrag({ move, click, done }: DragHandlers) {
  let pressed: { id: number; x: number; y: number; moved: boolean } | null = null

  function down(event: PointerEvent): void {
    if (event.button !== 0 && event.button !== 1) return
    pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false }
  }

  /** True while something is being dragged. */
  function drag(event: PointerEvent): boolean {
    if (pressed === null || pressed.id !== event.pointerId) return false
    const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y]
    if (!pressed.moved && Math.hypot(dx, dy) <= CLICK_PX) return false
    if (!pressed.moved) (event.currentTarget as Element).setPointerCapture(event.pointerId)
    pressed.moved = true
    pressed.x = event.clientX
    pressed.y = event.clientY
    move(dx, dy, event)
    return true
  }

  function up(event: PointerEvent): void {
    const was = pressed
    pressed = null
    if (was === null || was.id !== event.pointerId) return
    if (was.moved) done?.()
    else if (event.type === 'pointerup') click(event)
  }

  return { down, drag, up }
}
