import type { Box, Point } from './layouts'

/** How the picture lies under the window: a point of it is seen at `point * scale + shift`. */
export interface Camera {
  readonly x: number
  readonly y: number
  readonly scale: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const LEAST_SCALE = 0.1
export const MOST_SCALE = 2
/** A fleet of three is not blown up to fill the page. */
const MOST_FIT = 1
const MARGIN = 20

const clamp = (scale: number) => Math.max(LEAST_SCALE, Math.min(MOST_SCALE, scale))

/** Everything in view, in the middle; or as much of it as goes in at the `least` scale. */
export function fitted(box: Box, view: Size, least = LEAST_SCALE): Camera {
  const [width, height] = [box.right - box.left, box.bottom - box.top]
  const room = Math.min((view.width - 2 * MARGIN) / width, (view.height - 2 * MARGIN) / height)
  const scale = clamp(Math.max(least, Math.min(MOST_FIT, room)))
  return {
    scale,
    x: (view.width - width * scale) / 2 - box.left * scale,
    y: (view.height - height * scale) / 2 - box.top * scale,
  }
}

/** Closer or farther; the point of the window stays where it is. */
export function scaled(camera: Camera, factor: number, at: Point): Camera {
  const scale = clamp(camera.scale * factor)
  const by = scale / camera.scale
  return { scale, x: at.x - (at.x - camera.x) * by, y: at.y - (at.y - camera.y) * by }
}

export const shifted = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x + dx,
  y: camera.y + dy,
})

/** What of the picture the window shows. */
export function seen(camera: Camera, view: Size): Box {
  const { x, y, scale } = camera
  return {
    left: -x / scale,
    top: -y / scale,
    right: (view.width - x) / scale,
    bottom: (view.height - y) / scale,
  }
}

/** Moves just far enough that a box around a point is in view. */
export function bringing(camera: Camera, point: Point, half: Size, view: Size): Camera {
  const [x, y] = [point.x * camera.scale + camera.x, point.y * camera.scale + camera.y]
  const [w, h] = [half.width * camera.scale + 12, half.height * camera.scale + 12]
  const off = (at: number, room: number, most: number) =>
    at < room ? room - at : at > most - room ? most - room - at : 0
  return shifted(camera, off(x, w, view.width), off(y, h, view.height))
}

/** From here on boxes have their names. */
export const NAMES_FROM = 0.5
/**
 * How much a box says: everything, one line, its name in two lines, only how it stands. What is said is never smaller than
 * 12 px on the screen: GraphWorld.vue has a size for each of these, which these bounds are made for.
 */
export type Detail = 'near' | 'mid' | 'far' | 'dots' | 'specks'
export function detailOf(scale: number): Detail {
  if (scale >= 0.92) return 'near'
  if (scale >= 0.6) return 'mid'
  if (scale >= NAMES_FROM) return 'far'
  return scale >= 0.24 ? 'dots' : 'specks'
}
