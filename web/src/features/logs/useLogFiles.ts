import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { saveBlob } from '@/lib/saveBlob'
import { useCopying } from '@/stores/copying'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { plainText } from './ansi'
import type { LogRow } from './line'
import { maskSecrets } from '@/lib/masking'
import { textOf } from './view'

/** What the server keeps at most for one answer. */
export const MOST_LINES = 10_000

/** The ways by which lines leave the page. */
export function useLogFiles(
  name: () => string,
  rows: () => readonly LogRow[],
  times: () => boolean,
): { copy: () => Promise<void>; save: () => void; download: () => Promise<void> } {
  const toasts = useToasts()
  const copying = useCopying()

  return {
    async copy() {
      const lines = rows()
      if (await copying.copy(textOf(lines, times())))
        toasts.show('success', text.logs.copied(lines.length))
    },
    save() {
      saveText(`${name()}.log`, textOf(rows(), times()))
    },
    async download() {
      try {
        const whole = await api.logs(name(), MOST_LINES)
        saveText(`${name()}.log`, whole.split('\n').map(readable).join('\n'))
      } catch (failure) {
        toasts.show('error', text.logs.downloadFailed, messageOf(failure))
      }
    },
  }
}

const readable = (line: string) => plainText(maskSecrets(line))

function saveText(file: string, content: string): void {
  saveBlob(new Blob([content], { type: 'text/plain' }), file)
}
