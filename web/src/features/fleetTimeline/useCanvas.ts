import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue'
import { watchSize } from '@/lib/sizes'
import { themeName } from '@/lib/theme'

/**
 * A canvas that is drawn again when something it shows has changed: at most once per frame of the screen, and not at all
 * while nothing changes. `draw` is given a pen that counts in pixels of the page.
 */
export function useCanvas(
  canvas: Ref<HTMLCanvasElement | null>,
  what: () => unknown,
  draw: (pen: CanvasRenderingContext2D, width: number, height: number) => void,
): { width: Ref<number> } {
  const width = ref(0)
  let height = 0
  let frame: number | null = null
  let unwatch: () => void = () => undefined

  function paint(): void {
    frame = null
    const pen = canvas.value?.getContext('2d')
    if (!pen || width.value === 0 || height === 0) return
    const ratio = window.devicePixelRatio
    pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    draw(pen, width.value, height)
  }

  function soon(): void {
    frame ??= requestAnimationFrame(paint)
  }

  function resize(newWidth: number, newHeight: number): void {
    if (canvas.value === null) return
    width.value = newWidth
    height = newHeight
    canvas.value.width = Math.round(newWidth * window.devicePixelRatio)
    canvas.value.height = Math.round(newHeight * window.devicePixelRatio)
    // A canvas that was resized is empty: not even for a frame.
    paint()
  }

  onMounted(() => {
    if (canvas.value !== null) unwatch = watchSize(canvas.value, resize)
  })
  onBeforeUnmount(() => {
    unwatch()
    if (frame !== null) cancelAnimationFrame(frame)
  })
  watch([what, themeName], soon, { flush: 'post' })
  return { width }
}
