import { api } from '@/api/client'
import { messageOf } from '@/api/errors'
import { maskSecrets } from '@/lib/masking'
import { saveBlob } from '@/lib/saveBlob'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'

/** Hands a stored conversation to the browser as a file, as the page shows it: without secrets. */
export async function saveChat(
  agent: string,
  session: string,
  format: 'markdown' | 'json',
): Promise<void> {
  try {
    const written = await api.exportChat(agent, session, format)
    const blob = new Blob([maskSecrets(await written.text())], { type: written.type })
    const day = new Date().toISOString().slice(0, 10)
    saveBlob(blob, `${agent}-chat-${day}.${format === 'json' ? 'json' : 'md'}`)
  } catch (failure) {
    useToasts().show('error', text.chat.exportFailed, messageOf(failure))
  }
}
