import { nextTick, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { messageOf } from '@/api/errors'
import { useSession, type SignInReason } from '@/stores/session'
import { useToasts } from '@/stores/toasts'
import { text } from '@/text/en'
import { shareSession } from './otherTabs'

export interface Leaving {
  /** The session ended by itself: the page stands, and asks to sign in again. */
  lost(): void
  /** The person does not go on: nothing of the page stays. */
  leave(why: SignInReason): void
  signOut(): Promise<void>
}

/** The ways out of a session, the same in all tabs of the browser. */
export function useLeaving(): Leaving {
  const route = useRoute()
  const router = useRouter()
  const session = useSession()
  const toasts = useToasts()

  function lost(): void {
    if (route.meta.open === true) leave('signed-out')
    else session.end()
  }

  function leave(why: SignInReason): void {
    if (!session.present) return
    session.forget(why)
    void router.replace({ name: 'sign-in' })
  }

  const announce = shareSession((news) => {
    if (news === 'signed-out') leave('signed-out')
    // The cookie is good again, for this person or another one.
    else if (session.state === 'ended') void session.renew()
  })

  async function signOut(): Promise<void> {
    if (session.leaving) return
    try {
      await session.signOut()
    } catch (failure) {
      toasts.show('error', text.session.signOutFailed, messageOf(failure), {
        label: text.common.retry,
        run: () => void signOut(),
      })
      return
    }
    announce('signed-out')
    await router.replace({ name: 'sign-in' })
  }

  watch(
    () => session.state,
    (state, before) => {
      if (state === 'signed-in' && (before === 'ended' || before === 'signed-out'))
        announce('signed-in')
      // A page of another person begins with nothing: not even what scripts remember. The page that stood is gone by now,
      // so nobody is asked about what was typed on it.
      if (state === 'changing') void nextTick(() => window.location.replace('/'))
    },
    { flush: 'post' },
  )

  return { lost, leave, signOut }
}
