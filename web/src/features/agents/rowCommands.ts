import { nextTick } from 'vue'
import { useCommands, type Command } from '@/app/commands'
import { text } from '@/text/en'

interface Rows {
  /** Names in the order of the list. */
  names: () => readonly string[]
  /** Scrolls to a row, which may not be drawn yet. */
  bring: (index: number) => void
  /** Left out where nothing can be chosen. */
  select?: (name: string) => void
}

/** Moving along the rows of a list by keys. The row one is in is the row that has the focus. */
export function useRowCommands(rows: Rows): { step: (by: number) => void } {
  let last: string | null = null

  function rowOf(name: string | null): HTMLElement | null {
    return name === null
      ? null
      : document.querySelector<HTMLElement>(`[data-agent="${CSS.escape(name)}"]`)
  }

  function here(): string | null {
    return document.activeElement?.closest<HTMLElement>('[data-agent]')?.dataset.agent ?? null
  }

  async function goTo(index: number): Promise<void> {
    const names = rows.names()
    const name = names[Math.max(0, Math.min(index, names.length - 1))]
    if (name === undefined) return
    last = name
    rows.bring(names.indexOf(name))
    await nextTick()
    rowOf(name)?.querySelector('a')?.focus({ preventScroll: true })
  }

  function step(by: number): void {
    const at = rows.names().indexOf(here() ?? last ?? '')
    // The first stroke begins where one was, or at the top.
    void goTo(at < 0 ? 0 : here() === null ? at : at + by)
  }

  const group = text.palette.groups.list
  const command = (id: string, label: string, keys: string, run: () => void): Command => ({
    id: `row:${id}`,
    label,
    group,
    keys,
    keyOnly: true,
    run,
  })
  const inRow = (run: (name: string) => void) => () => {
    const name = here() ?? last
    if (name !== null) run(name)
  }

  useCommands(() => [
    command('next', text.palette.nextRow, 'j', () => step(1)),
    command('previous', text.palette.previousRow, 'k', () => step(-1)),
    command('first', text.palette.firstRow, 'g g', () => void goTo(0)),
    command('last', text.palette.lastRow, 'shift+g', () => void goTo(Infinity)),
    command(
      'open',
      text.palette.openRow,
      'o',
      inRow((name) => rowOf(name)?.querySelector('a')?.click()),
    ),
    ...(rows.select === undefined
      ? []
      : [command('select', text.palette.selectRow, 'x', inRow(rows.select))]),
    command(
      'menu',
      text.palette.rowMenu,
      'm',
      // The menu opens by its own keys, so that the focus goes into it.
      inRow((name) => {
        const button = rowOf(name)?.querySelector<HTMLElement>('[aria-haspopup=menu]')
        button?.focus()
        button?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
      }),
    ),
  ])
  return { step }
}
