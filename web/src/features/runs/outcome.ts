/** What the server writes into the record of a run that somebody has stopped. */
const STOPPED = /terminated by user/i

export function wasStopped(error: string | null | undefined): boolean {
  return typeof error === 'string' && STOPPED.test(error)
}
