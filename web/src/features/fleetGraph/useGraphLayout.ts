import { computed, shallowRef, watch } from 'vue'
import { boundsOf, gridLayout, groupLayout, type Layout, type Point } from './layouts'
import { networkLayout } from './network'
import { groupIn, type LayoutKind } from './nodeFacts'
import { usePlaces } from './places'
import type { GraphModel } from './useGraphModel'

/**
 * Where everybody stands. Counted anew when the layout, the agents or the range change, not when messages come: nothing
 * moves away under the eyes. What somebody moved by hand stays where it was put.
 */
export function useGraphLayout(
  kind: () => LayoutKind,
  model: GraphModel,
  /** What else asks for a new order: the range, and whether its beginning has been loaded. */
  occasion: () => string,
  aspect: () => number,
) {
  const kept = usePlaces()
  const layout = shallowRef<Layout>({ places: new Map(), frames: [] })
  const held = shallowRef<{ name: string; place: Point } | null>(null)

  const byName = computed(() => new Map(model.shown.value.map((agent) => [agent.name, agent])))
  const names = computed(() => [...byName.value.keys()].sort((a, b) => a.localeCompare(b)))
  const groups = computed(() =>
    names.value.map((name) => {
      const agent = byName.value.get(name)
      const word = kind() === 'state' ? (model.facts.value.get(name)?.mark.word ?? '') : ''
      return agent === undefined ? '' : groupIn(kind(), agent, word)
    }),
  )

  function make(): Layout {
    switch (kind()) {
      case 'network': {
        const pairs = model.allEdges.value.map(({ source, target }) => [source, target] as const)
        return networkLayout(names.value, pairs, aspect())
      }
      case 'grid':
        return gridLayout(names.value, aspect())
      default: {
        const group = new Map(names.value.map((name, index) => [name, groups.value[index] ?? '']))
        return groupLayout(names.value, (name) => group.get(name) ?? '', aspect())
      }
    }
  }

  watch(
    [kind, occasion, () => names.value.join('\n'), () => groups.value.join('\n'), aspect],
    () => {
      layout.value = make()
    },
    { immediate: true },
  )

  const places = computed<ReadonlyMap<string, Point>>(() => {
    const byHand = kept.of(kind())
    const all = new Map(layout.value.places)
    for (const name of all.keys()) {
      const place = byHand[name]
      if (place !== undefined) all.set(name, { x: place[0], y: place[1] })
    }
    if (held.value !== null) all.set(held.value.name, held.value.place)
    return all
  })

  return {
    layout,
    places,
    frames: computed(() => layout.value.frames),
    bounds: computed(() => boundsOf(places.value.values(), layout.value.frames)),
    /** Somebody has moved one of these by hand. */
    moved: computed(() =>
      Object.keys(kept.of(kind())).some((name) => layout.value.places.has(name)),
    ),
    /** While it is dragged. */
    hold(name: string, dx: number, dy: number): void {
      const { x, y } = places.value.get(name) ?? { x: 0, y: 0 }
      held.value = { name, place: { x: x + dx, y: y + dy } }
    },
    drop(): void {
      if (held.value !== null) kept.put(kind(), held.value.name, held.value.place)
      held.value = null
    },
    tidy: () => kept.forget(kind()),
  }
}
