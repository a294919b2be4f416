// A road between browser and server that can be cut for the event socket alone. Plain TCP: the first line of a
// connection tells what it is for.
import net from 'node:net'

export class CuttableRoad {
  #server
  #sockets = new Set()
  #pairs = new Set()
  /** While true, event sockets are refused at once. */
  cut = false

  /** A free port that leads to `address` ("host:port"). */
  static async to(address) {
    const road = new CuttableRoad()
    const [host, port] = address.split(':')
    road.#server = net.createServer((near) => road.#carry(near, host, Number(port)))
    await new Promise((resolve, reject) => road.#server.once('error', reject).listen(0, '127.0.0.1', resolve))
    road.address = `127.0.0.1:${road.#server.address().port}`
    return road
  }

  #carry(near, host, port) {
    const far = net.connect(port, host)
    const pair = { near, far }
    this.#pairs.add(pair)
    const end = () => {
      near.destroy()
      far.destroy()
      this.#pairs.delete(pair)
      this.#sockets.delete(pair)
    }
    for (const side of [near, far]) side.on('error', end).on('close', end)
    near.on('data', (bytes) => {
      // A browser sends the head of a handshake in one piece.
      if (bytes.subarray(0, 8).toString('latin1') === 'GET /ws ') {
        if (this.cut) return end()
        this.#sockets.add(pair)
      }
      far.write(bytes)
    })
    far.pipe(near)
  }

  /** Ends all event sockets and refuses new ones. */
  cutSockets() {
    this.cut = true
    for (const { near, far } of [...this.#sockets]) {
      near.resetAndDestroy()
      far.destroy()
    }
  }

  mend() {
    this.cut = false
  }

  async close() {
    for (const { near, far } of [...this.#pairs]) {
      near.destroy()
      far.destroy()
    }
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
