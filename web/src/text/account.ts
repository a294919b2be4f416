/** Texts of getting in: first-time setup, signing in, the session. */
export const account = {
  session: {
    endedTitle: 'Your session has ended',
    endedBody: 'Sign in again to go on where you were. What you typed is still here.',
    endedAnother: 'For another person the page begins anew, and what was typed here is gone.',
    endedLeave: 'Leave this page',
    signedOut: 'You are signed out.',
    setupDone: 'The password is set. Sign in with it.',
    setupAlready: 'Setup was already finished. Sign in with the administrator password.',
    endsSoon: (minutes: number) => `Your session ends in ${minutes} min.`,
    goOn: 'Stay signed in',
    renewed: 'You stay signed in.',
    renewFailed: 'Your session could not be extended',
    signOut: 'Sign out',
    signOutFailed: 'You are still signed in: the server could not be told',
    signedInAs: 'Signed in as',
    account: 'Account',
    expires: 'Session ends',
    role: (role: string) => (role === 'admin' ? 'Administrator' : 'User'),
  },

  unreachable: {
    title: 'Trinity does not answer',
    body: 'The page is loaded, but the server behind it cannot be reached. It may be restarting; check the network or start it again.',
  },

  setup: {
    page: 'First-time setup',
    title: 'Choose the administrator password',
    intro:
      'This is a new Trinity. The password you choose belongs to the user “admin” and opens everything, so make it a long one.',
    password: 'Password',
    confirm: 'Password again',
    rule: 'At least 8 characters.',
    submit: 'Finish setup',
    short: (missing: number) =>
      missing === 1 ? 'One more character is needed.' : `${missing} more characters are needed.`,
    differs: 'The two passwords are not the same.',
    same: 'The passwords are the same.',
    strength: 'Strength',
    levels: ['weak', 'weak', 'fair', 'good', 'strong'] as const,
  },

  signIn: {
    page: 'Sign in',
    title: 'Sign in',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    usernameMissing: 'Enter your user name.',
    passwordMissing: 'Enter your password.',
  },
} as const
