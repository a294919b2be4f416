/**
 * How a person left the dashboard: kept in this browser, and only proposed. What it may say is judged by the page that
 * uses it, as what an address says is.
 */
export interface DashboardChoice {
  readonly view?: string
  readonly range?: string
  readonly group?: string
  readonly sort?: string
  readonly state?: string
  /** Tags, parted by commas. */
  readonly tag?: string
  /** What needs a person is folded to one line above the grid. */
  readonly needsFolded?: boolean
  /** And it is unfolded above the graph and the time line, which need the room. */
  readonly needsUnfolded?: boolean
  /** Groups that are folded, as "owner/maria". */
  readonly folded?: readonly string[]
}

export const CHOICE_KEYS = ['view', 'range', 'group', 'sort', 'state', 'tag'] as const
export type ChoiceKey = (typeof CHOICE_KEYS)[number]

/** The oldest ones are forgotten. */
export const MOST_FOLDED = 100

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 200

/** Whatever was stored: unknown and broken parts are left out. */
export function readDashboard(stored: string | null): DashboardChoice {
  if (stored === null) return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(stored)
  } catch {
    return {}
  }
  if (typeof parsed !== 'object' || parsed === null) return {}
  const raw = parsed as Record<string, unknown>
  const texts = CHOICE_KEYS.filter((key) => isText(raw[key])).map((key) => [key, raw[key]])
  const folded = Array.isArray(raw.folded) ? raw.folded.filter(isText).slice(-MOST_FOLDED) : []
  return {
    ...(Object.fromEntries(texts) as DashboardChoice),
    ...(raw.needsFolded === true ? { needsFolded: true } : {}),
    ...(raw.needsUnfolded === true ? { needsUnfolded: true } : {}),
    ...(folded.length > 0 ? { folded } : {}),
  }
}

/** With a group folded, or unfolded again. */
export function withFolded(choice: DashboardChoice, group: string): DashboardChoice {
  const now = choice.folded ?? []
  const folded = now.includes(group)
    ? now.filter((one) => one !== group)
    : [...now, group].slice(-MOST_FOLDED)
  return { ...choice, folded }
}

/** What may stay in a browser when the person signs out: no tags, and no groups, which are named after people and agents. */
export function withoutNames(choice: DashboardChoice): DashboardChoice {
  if (choice.tag === undefined && choice.folded === undefined) return choice
  const rest: { -readonly [Key in keyof DashboardChoice]: DashboardChoice[Key] } = { ...choice }
  delete rest.tag
  delete rest.folded
  return rest
}
