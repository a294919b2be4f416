import { watch } from 'vue'
import { useNow } from '@/lib/clock'
import { useSession } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'

const WARN_MS = 5 * 60_000

/** Says five minutes ahead that the session ends, and offers to go on. Once per session. */
export function useExpiryWarning(): void {
  const now = useNow()
  const session = useSession()
  const toasts = useToasts()
  let warnedFor: number | null = null

  async function goOn(): Promise<void> {
    const answer = await session.renew()
    if (answer === 'renewed') toasts.show('success', text.session.renewed)
    else if (answer === 'over') session.end()
    else
      toasts.show('error', text.session.renewFailed, text.errors.noAnswer, {
        label: text.common.retry,
        run: () => void goOn(),
      })
  }

  watch(now, (at) => {
    const end = session.expiresAt
    if (end === null || end === warnedFor || end - at > WARN_MS || end <= at) return
    warnedFor = end
    const minutes = Math.max(1, Math.round((end - at) / 60_000))
    toasts.show('warning', text.session.endsSoon(minutes), null, {
      label: text.session.goOn,
      run: () => void goOn(),
    })
  })
}
