// Clients that ask without pause, each on a connection of its own that it keeps, and count what becomes of each request.
import net from 'node:net'

/** A connection, or null when nobody lets us in: then nothing was asked. */
function connect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })
}

/** The next answer, {status, close}; null when the connection ends before it is whole. */
function answerOf(socket) {
  return new Promise((resolve) => {
    let text = ''
    const done = (answer) => {
      socket.off('data', take)
      socket.off('close', lost)
      resolve(answer)
    }
    const lost = () => done(null)
    const take = (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = text.slice(0, end)
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      done({ status: Number(head.slice(9, 12)), close: /\r\nconnection: close/i.test(head) })
    }
    socket.on('data', take)
    socket.on('close', lost)
  })
}

/**
 * Asks with these requests in turn until the server lets nobody in any more or `tally.stop` is set. Counts in `tally`: asked,
 * answered, lost, and answers by status.
 */
export async function hammer(port, requests, tally) {
  for (let turn = 0; !tally.stop;) {
    const socket = await connect(port)
    if (!socket) return
    socket.on('error', () => {})
    socket.setNoDelay(true)
    for (let close = false; !close && !tally.stop;) {
      const answer = answerOf(socket)
      tally.asked++
      socket.write(requests[turn++ % requests.length])
      const got = await answer
      if (!got) {
        tally.lost++
        break
      }
      tally.answered++
      tally.statuses.set(got.status, (tally.statuses.get(got.status) ?? 0) + 1)
      close = got.close
    }
    socket.destroy()
  }
}

export const emptyTally = () => ({ asked: 0, answered: 0, lost: 0, statuses: new Map(), stop: false })
