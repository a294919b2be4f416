// nginx with the same bytes as a static file: the measure for what serving a list can cost.
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { freePort, until } from '../tests/integration/harness.mjs'
import { SERVER_CORE, childrenOf, onCore } from './measure.mjs'
import { own } from './owned.mjs'

export class Peer {
  /** `equal`: it goes before nobody on its core. */
  static async start(folder, body, { equal = false } = {}) {
    const peer = new Peer()
    peer.folder = await mkdtemp(path.join(folder, 'nginx-'))
    await mkdir(path.join(peer.folder, 'files'))
    await writeFile(path.join(peer.folder, 'files/agents.json'), body)
    peer.paths = path.join(peer.folder, 'paths')
    await writeFile(peer.paths, '/agents.json\n')
    const port = await freePort()
    peer.address = `127.0.0.1:${port}`
    const configuration = path.join(peer.folder, 'nginx.conf')
    const text = await readFile(path.join(import.meta.dirname, 'nginx.conf'), 'utf8')
    await writeFile(configuration, text.replace('@PORT@', port))
    const nginx = ['nginx', '-p', peer.folder, '-c', configuration, '-g', 'daemon off;']
    const [program, ...rest] = onCore(SERVER_CORE, nginx, equal)
    peer.child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] })
    peer.stop = own(() => peer.#end())
    peer.ended = new Promise((resolve) => peer.child.once('exit', resolve))
    try {
      await until('nginx answers', () =>
        fetch(`http://${peer.address}/agents.json`).then(
          async (answer) => (await answer.text()) === body,
          () => false,
        ),
      )
    } catch (error) {
      await peer.stop()
      throw error
    }
    peer.worker = childrenOf(peer.child.pid)[0]
    return peer
  }

  async #end() {
    this.child.kill()
    await this.ended
    await rm(this.folder, { recursive: true, force: true })
  }
}
