import { computed, onBeforeUnmount, onMounted, shallowRef, watch, type Ref } from 'vue'
import { watchSize } from '@/lib/sizes'
import { useDrag } from '@/features/fleetTimeline/useDrag'
import { bringing, detailOf, fitted, scaled, shifted, type Camera, type Size } from './camera'
import { NODE, type Box, type Point } from './layouts'

const STEP = 1.35

/**
 * Moves a large picture under a window. Its place is written straight into the style: nothing is rendered anew while
 * somebody drags or zooms.
 */
export function usePanZoom(
  box: Ref<HTMLElement | null>,
  world: Ref<HTMLElement | null>,
  bounds: () => Box,
  /** The ground was clicked. */
  clicked: () => void,
  /** Fitting goes no farther away than this. */
  least: () => number,
) {
  const camera = shallowRef<Camera>({ x: 0, y: 0, scale: 1 })
  const view = shallowRef<Size>({ width: 0, height: 0 })
  /** Nobody has moved it yet, or it was fitted again: then it goes on fitting. */
  let untouched = true
  let unwatch: () => void = () => undefined
  /** On its way to another scale: until it is there, the browser stretches what it has painted. */
  const moving = shallowRef(false)
  /** How large it was when it last came to rest: what the boxes say changes then, not on the way. */
  const scaleAtRest = shallowRef(1)
  const still = window.matchMedia('(prefers-reduced-motion: reduce)')

  function apply(smooth: boolean): void {
    const { x, y, scale } = camera.value
    if (world.value === null) return
    moving.value = smooth && !still.matches
    if (!moving.value) scaleAtRest.value = scale
    world.value.style.transition = smooth ? 'transform 160ms ease-out' : ''
    world.value.style.transform = `translate(${x}px, ${y}px) scale(${scale})`
  }

  function move(next: Camera, smooth = false): void {
    camera.value = next
    apply(smooth)
  }

  function fit(smooth = true): void {
    untouched = true
    if (view.value.width > 0) move(fitted(bounds(), view.value, least()), smooth)
  }

  const centre = (): Point => ({ x: view.value.width / 2, y: view.value.height / 2 })
  function zoom(closer: boolean, at = centre(), factor = STEP, smooth = true): void {
    untouched = false
    move(scaled(camera.value, closer ? factor : 1 / factor, at), smooth)
  }
  function pan(dx: number, dy: number): void {
    untouched = false
    move(shifted(camera.value, dx, dy))
  }
  function bring(point: Point): void {
    const half = { width: NODE.width / 2, height: NODE.height / 2 }
    const next = bringing(camera.value, point, half, view.value)
    if (next.x === camera.value.x && next.y === camera.value.y) return
    untouched = false
    move(next, true)
  }
  /** Puts a point of the picture in the middle. */
  function centreOn({ x, y }: Point): void {
    untouched = false
    const { scale } = camera.value
    move({ scale, x: view.value.width / 2 - x * scale, y: view.value.height / 2 - y * scale })
  }
  function show(part: Box): void {
    untouched = false
    move(fitted(part, view.value), true)
  }

  onMounted(() => {
    watch(
      box,
      (element) => {
        unwatch()
        if (element === null) return
        unwatch = watchSize(element, (width, height) => {
          view.value = { width, height }
          if (untouched) fit(false)
          else apply(false)
        })
      },
      { immediate: true },
    )
  })
  onBeforeUnmount(() => unwatch())

  return {
    camera,
    view,
    moving,
    /** To be told when the picture has come to rest. */
    rested: () => {
      moving.value = false
      scaleAtRest.value = camera.value.scale
    },
    detail: computed(() => detailOf(scaleAtRest.value)),
    fit,
    /** After another layout: only while nobody has moved it. */
    refit: () => untouched && fit(false),
    zoom,
    pan,
    bring,
    centreOn,
    show,
    ...pointing(box, camera, { pan, zoom, clicked }),
  }
}

export type PanZoom = ReturnType<typeof usePanZoom>

/** Dragging with one pointer, zooming with two, and the wheel. */
function pointing(
  box: Ref<HTMLElement | null>,
  camera: Ref<Camera>,
  by: {
    pan: (dx: number, dy: number) => void
    clicked: () => void
    zoom: (closer: boolean, at: Point, factor: number, smooth: boolean) => void
  },
) {
  const fingers = new Map<number, Point>()
  const pressed = shallowRef(0)
  const { down, drag, up } = useDrag({ move: by.pan, click: by.clicked })

  function here(event: MouseEvent): Point {
    const outer = box.value?.getBoundingClientRect()
    return { x: event.clientX - (outer?.left ?? 0), y: event.clientY - (outer?.top ?? 0) }
  }

  function pinch(event: PointerEvent): boolean {
    const before = fingers.get(event.pointerId)
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (before === undefined || other === undefined) return false
    const now = here(event)
    fingers.set(event.pointerId, now)
    const factor =
      Math.hypot(now.x - other.x, now.y - other.y) /
      (Math.hypot(before.x - other.x, before.y - other.y) || 1)
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }
    if (factor > 0 && camera.value.scale > 0) by.zoom(true, middle, factor, false)
    return true
  }

  return {
    pressed,
    onDown(event: PointerEvent): void {
      fingers.set(event.pointerId, here(event))
      pressed.value = fingers.size
      if (fingers.size === 1) down(event)
    },
    onMove(event: PointerEvent): void {
      if (!pinch(event)) drag(event)
    },
    onUp(event: PointerEvent): void {
      fingers.delete(event.pointerId)
      pressed.value = fingers.size
      up(event)
    },
    onWheel(event: WheelEvent): void {
      event.preventDefault()
      const strength = Math.min(1.5, Math.abs(event.deltaY) / 100)
      if (event.ctrlKey || event.metaKey || event.deltaX === 0)
        by.zoom(event.deltaY < 0, here(event), STEP ** (strength * 0.6), true)
      else by.pan(-event.deltaX, -event.deltaY)
    },
  }
}
