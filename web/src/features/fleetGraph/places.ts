import { shallowReactive } from 'vue'
import { readKept, writeKept } from '@/lib/kept'
import type { Point } from './layouts'

/** Where a person put agents by hand, kept in this browser, per person and layout. */

const MOST = 2000
const LIMIT = 1e6

type Kept = Record<string, Record<string, readonly [number, number]>>

const isPlace = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((one) => typeof one === 'number' && Math.abs(one) < LIMIT)

/** What the browser kept; whatever is not a place is left out. */
export function parsePlaces(text: string | null): Kept {
  const kept: Kept = {}
  let all: unknown
  try {
    all = JSON.parse(text ?? '{}')
  } catch {
    return kept
  }
  if (typeof all !== 'object' || all === null) return kept
  for (const [layout, places] of Object.entries(all)) {
    if (typeof places !== 'object' || places === null) continue
    kept[layout] = Object.fromEntries(
      Object.entries(places)
        .filter((one): one is [string, readonly [number, number]] => isPlace(one[1]))
        .slice(-MOST),
    )
  }
  return kept
}

const KEY = 'trinity-graph-places'

export function usePlaces() {
  const kept = shallowReactive(parsePlaces(readKept(KEY)))
  const save = (): void => writeKept(KEY, JSON.stringify(kept))

  return {
    of: (layout: string): Readonly<Record<string, readonly [number, number]>> => kept[layout] ?? {},
    put(layout: string, name: string, { x, y }: Point): void {
      const before = Object.entries(kept[layout] ?? {}).filter(([one]) => one !== name)
      const places = [...before.slice(1 - MOST), [name, [Math.round(x), Math.round(y)]] as const]
      kept[layout] = Object.fromEntries(places)
      save()
    },
    forget(layout: string): void {
      kept[layout] = {}
      save()
    },
  }
}
