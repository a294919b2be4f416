/** One observer of sizes for all that draw themselves: a table has dozens of them. */
const watchers = new WeakMap<Element, (width: number, height: number) => void>()

const observer = new ResizeObserver((entries) => {
  for (const entry of entries) {
    watchers.get(entry.target)?.(entry.contentRect.width, entry.contentRect.height)
  }
})

/** Calls back with the element's size now and whenever it changes. Answers with the function that ends it. */
export function watchSize(
  element: Element,
  told: (width: number, height: number) => void,
): () => void {
  watchers.set(element, told)
  observer.observe(element)
  return () => {
    observer.unobserve(element)
    watchers.delete(element)
  }
}
