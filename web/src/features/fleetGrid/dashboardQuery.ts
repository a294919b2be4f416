import {
  computed,
  onMounted,
  ref,
  watch,
  type ComputedRef,
  type Ref,
  type WritableComputedRef,
} from 'vue'
import { useRoute } from 'vue-router'
import { tagsOfAddress } from '@/features/agents/tags'
import { rangeOf, USUAL_RANGE, type Range } from '@/features/fleetTimeline/range'
import { useQueryChanges } from '@/lib/queryChanges'
import { CHOICE_KEYS, withFolded, type ChoiceKey } from '@/stores/dashboardChoice'
import { usePreferences } from '@/stores/preferences'
import { GROUPINGS, ORDERS, USUAL_ORDER, type Grouping, type Order } from './arrange'

export const VIEWS = ['grid', 'graph', 'timeline'] as const
export type FleetView = (typeof VIEWS)[number]
export const FILTERS = ['all', 'running', 'stopped', 'attention'] as const
export type FleetFilter = (typeof FILTERS)[number]

const USUAL: Readonly<Record<ChoiceKey, string>> = {
  view: 'grid',
  range: USUAL_RANGE,
  group: 'none',
  sort: USUAL_ORDER.key,
  state: 'all',
  tag: '',
}

const oneOf = <T extends string>(all: readonly T[], value: string): T =>
  all.find((one) => one === value) ?? (all[0] as T)

export function orderOf(said: string): Order {
  const [key = '', way] = said.split('.')
  const known = ORDERS.find((one) => one === key)
  return known === undefined ? USUAL_ORDER : { key: known, down: way === 'down' }
}

export interface DashboardQuery {
  view: WritableComputedRef<FleetView>
  range: WritableComputedRef<Range>
  group: WritableComputedRef<Grouping>
  order: WritableComputedRef<Order>
  filter: WritableComputedRef<FleetFilter>
  /** An agent has all of them. */
  tags: WritableComputedRef<readonly string[]>
  search: Ref<string>
  /** Something hides agents. */
  narrowed: ComputedRef<boolean>
  clear(): void
  isFolded(group: string): boolean
  fold(group: string): void
  needsFolded: WritableComputedRef<boolean>
}

/**
 * What is shown on the dashboard and how. It stands in the address, so that it can be sent and gone back to. How it was
 * left is remembered in this browser; whoever comes without a word about it in the address gets that.
 */
export function useDashboardQuery(): DashboardQuery {
  const route = useRoute()
  const preferences = usePreferences()

  const here = () => route.name === 'dashboard'
  /** Until the address says what was remembered. */
  const entering = ref(true)

  function said(key: ChoiceKey): string {
    const value = route.query[key]
    if (typeof value === 'string') return value
    return (entering.value ? preferences.dashboard[key] : undefined) ?? USUAL[key]
  }

  const go = useQueryChanges()

  function put(key: ChoiceKey, value: string): void {
    // Going back from a view is going back to the one before; everything else is the same place.
    void go(
      { [key]: value === USUAL[key] ? undefined : value },
      key === 'view' ? 'push' : 'replace',
    )
  }

  onMounted(async () => {
    const remembered = CHOICE_KEYS.filter((key) => said(key) !== USUAL[key])
    if (here() && remembered.some((key) => route.query[key] === undefined))
      await go(Object.fromEntries(remembered.map((key) => [key, said(key)])))
    entering.value = false
  })
  watch(
    () => (entering.value || !here() ? null : CHOICE_KEYS.map(said).join(' ')),
    (shown) => {
      if (shown === null) return
      const choice = Object.fromEntries(CHOICE_KEYS.map((key) => [key, said(key)]))
      preferences.dashboard = { ...preferences.dashboard, ...choice }
    },
  )

  // Typing is quicker than navigation, so the field has a value of its own.
  const search = ref(String(route.query.q ?? ''))
  watch(search, (value) => {
    if (here()) void go({ q: value === '' ? undefined : value })
  })
  watch(
    () => route.query.q,
    (q) => {
      if (here() && document.activeElement?.role !== 'searchbox') search.value = String(q ?? '')
    },
  )

  const view = computed({
    get: () => oneOf(VIEWS, said('view')),
    set: (value) => put('view', value),
  })
  const filter = computed({
    get: () => oneOf(FILTERS, said('state')),
    set: (value) => put('state', value),
  })
  const tags = computed<readonly string[]>({
    get: () => tagsOfAddress(said('tag')),
    set: (value) => put('tag', value.join(',')),
  })
  const group = computed({
    get: () => oneOf(GROUPINGS, said('group')),
    set: (value) => put('group', value),
  })
  const foldKey = (key: string) => `${group.value}/${key}`
  return {
    view,
    range: computed({
      get: () => rangeOf(said('range')),
      set: (value) => put('range', value),
    }),
    group,
    order: computed({
      get: () => orderOf(said('sort')),
      set: ({ key, down }) => put('sort', key + (down ? '.down' : '')),
    }),
    filter,
    tags,
    search,
    narrowed: computed(
      () => filter.value !== 'all' || tags.value.length > 0 || search.value.trim() !== '',
    ),
    clear() {
      search.value = ''
      void go({ q: undefined, state: undefined, tag: undefined })
    },
    isFolded: (key) => (preferences.dashboard.folded ?? []).includes(foldKey(key)),
    fold(key) {
      preferences.dashboard = withFolded(preferences.dashboard, foldKey(key))
    },
    needsFolded: computed({
      get: () =>
        view.value === 'grid'
          ? preferences.dashboard.needsFolded === true
          : preferences.dashboard.needsUnfolded !== true,
      set: (folded) => {
        const change = view.value === 'grid' ? { needsFolded: folded } : { needsUnfolded: !folded }
        preferences.dashboard = { ...preferences.dashboard, ...change }
      },
    }),
  }
}
