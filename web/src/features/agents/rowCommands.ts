import { nextTick } from 'vue'
import { useCommands, type Command } from '@/app/commands'
import { text } from '@/text/en'

interface Rows {
  /** What marks the rows, in the order of the list: each stands as `data-row` on its row. */
  rows: () => readonly string[]
  /** Scrolls to a row, which may not be drawn yet. */
  bring: (index: number) => void
  /** Left out where nothing can be chosen. */
  select?: (row: string) => void
}

/** Moving along the rows of a list by keys. The row one is in is the row that has the focus. */
export function useRowCommands(list: Rows): { step: (by: number) => void } {
  let last: string | null = null

  function rowOf(row: string | null): HTMLElement | null {
    return row === null
      ? null
      : document.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`)
  }

  function here(): string | null {
    return document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row ?? null
  }

  async function goTo(index: number): Promise<void> {
    const all = list.rows()
    const at = Math.max(0, Math.min(index, all.length - 1))
    const row = all[at]
    if (row === undefined) return
    last = row
    list.bring(at)
    await nextTick()
    rowOf(row)?.querySelector('a')?.focus({ preventScroll: true })
  }

  function step(by: number): void {
    const at = list.rows().indexOf(here() ?? last ?? '')
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
  const inRow = (run: (row: string) => void) => () => {
    const row = here() ?? last
    if (row !== null) run(row)
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
      inRow((row) => rowOf(row)?.querySelector('a')?.click()),
    ),
    ...(list.select === undefined
      ? []
      : [command('select', text.palette.selectRow, 'x', inRow(list.select))]),
    command(
      'menu',
      text.palette.rowMenu,
      'm',
      // The menu opens by its own keys, so that the focus goes into it.
      inRow((row) => {
        const button = rowOf(row)?.querySelector<HTMLElement>('[aria-haspopup=menu]')
        button?.focus()
        button?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))
      }),
    ),
  ])
  return { step }
}
