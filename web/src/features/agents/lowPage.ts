import { inject, nextTick, shallowRef, watch, type Ref } from 'vue'
import { LOW, useMedia } from '@/lib/media'
import { scrollBoxKey } from '@/lib/scrollBox'
import { watchSize } from '@/lib/sizes'

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
  /** How high the header was when it went; null when it is not away. */
  let gone: number | null = null

  watch(
    [low, header, panel],
    async () => {
      gone = null
      if (!low.value) return
      // The page's own scroll memory comes first.
      await nextTick()
      if (page.value === null || header.value === null) return
      const height = header.value.offsetHeight
      page.value.scrollTop = fills() ? height : Math.min(page.value.scrollTop, height)
      if (fills()) gone = height
    },
    { immediate: true, flush: 'post' },
  )

  // It grows when more is known of the agent: it stays away, unless a person has brought it back.
  watch(header, (element, _before, ended) => {
    if (element === null) return
    ended(
      watchSize(element, () => {
        if (gone === null || page.value === null || element.offsetHeight === gone) return
        const moved = Math.abs(page.value.scrollTop - gone) > 1
        gone = moved ? null : element.offsetHeight
        if (gone !== null) page.value.scrollTop = gone
      }),
    )
  })
}
