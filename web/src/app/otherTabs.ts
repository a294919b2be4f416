/** Signing out in one tab signs out in all. Returns the function that tells the others. */
export function shareSignOut(onSignedOut: () => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined
  const channel = new BroadcastChannel('trinity-session')
  channel.onmessage = (event) => {
    if (event.data === 'signed-out') onSignedOut()
  }
  return () => channel.postMessage('signed-out')
}
