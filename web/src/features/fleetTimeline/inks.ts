import { themeName } from '@/lib/theme'

/** The tokens that are drawn with on canvases. */
const NAMES = [
  'surface-0',
  'surface-1',
  'surface-2',
  'surface-3',
  'surface-4',
  'hairline',
  'control-edge',
  'text-1',
  'text-2',
  'text-3',
  'accent',
  'accent-soft',
  'working',
  'working-soft',
  'good',
  'attention',
  'bad',
  'bad-soft',
  'chart-line',
] as const
export type Inks = Readonly<Record<(typeof NAMES)[number], string>>

let kept: { theme: string; inks: Inks } | null = null

/** The colours of the style sheet, read again only when the theme has changed. */
export function inksNow(): Inks {
  const theme = themeName.value
  if (kept?.theme !== theme) {
    const style = getComputedStyle(document.documentElement)
    const read = NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])
    kept = { theme, inks: Object.fromEntries(read) as Inks }
  }
  return kept.inks
}
