import { inject, nextTick, shallowRef, watch, type Ref } from 'vue'
import { LOW, useMedia } from '@/lib/media'
import { scrollBoxKey } from '@/lib/scrollBox'

/**
 * Where the screen is low the header scrolls away with the page. A panel that scrolls by itself has the whole screen then,
 * so it is brought into view when it opens; of any other panel the begin is seen.
 */
export function useLowPage(
  header: Readonly<Ref<HTMLElement | null>>,
  panel: () => string,
  fills: () => boolean,
): void {
  const low = useMedia(LOW)
  const page = inject(scrollBoxKey, shallowRef(null))
  watch(
    [low, header, panel],
    async () => {
      if (!low.value) return
      // The page's own scroll memory comes first.
      await nextTick()
      if (page.value === null || header.value === null) return
      const foot = header.value.offsetHeight
      page.value.scrollTop = fills() ? foot : Math.min(page.value.scrollTop, foot)
    },
    { immediate: true, flush: 'post' },
  )
}
