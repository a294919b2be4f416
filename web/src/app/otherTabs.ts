/** What tabs of one browser tell each other: they share the session's cookie. */
export type SessionNews = 'signed-out' | 'signed-in'

/** Signing out in one tab signs out in all, and signing in again lets all go on. Returns the function that tells the others. */
export function shareSession(onNews: (news: SessionNews) => void): (news: SessionNews) => void {
  if (typeof BroadcastChannel === 'undefined') return () => undefined
  const channel = new BroadcastChannel('trinity-session')
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === 'signed-out' || data === 'signed-in') onNews(data)
  }
  return (news) => channel.postMessage(news)
}
