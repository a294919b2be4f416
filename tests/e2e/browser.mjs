// Debian's Chromium, driven by playwright-core; no browser is downloaded.
import { chromium } from 'playwright-core'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { networkAtRest } from '../support/network.mjs'

const OUTPUT = path.join(import.meta.dirname, 'output')

/** A browser with one page. Errors of the page are collected in `faults`, requests in `requests`, event sockets in `sockets`. */
export class Browser {
  faults = []
  requests = []
  /** Answers of 400 and more, as "STATUS METHOD path". */
  refusals = []
  sockets = []

  /** `context`: what playwright's newContext takes (viewport, colorScheme, ...). `args`: further flags of the browser. */
  static async open(address, { context: options = {}, args = [] } = {}) {
    const self = new Browser()
    self.address = address
    await networkAtRest()
    self.browser = await chromium.launch({
      executablePath: process.env.TRINITY_CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        ...args,
      ],
    })
    const context = await self.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    return self.#take(await context.newPage())
  }

  /** Another tab of the same browser, with its own books. It is closed with the browser. */
  async tab() {
    const other = new Browser()
    other.address = this.address
    other.browser = this.browser
    return other.#take(await this.page.context().newPage())
  }

  #take(page) {
    this.page = page
    this.page.setDefaultTimeout(15_000)
    this.page.on('pageerror', (error) => this.faults.push(String(error)))
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text())
    })
    this.page.on('request', (request) =>
      this.requests.push({ at: Date.now(), method: request.method(), url: request.url() }),
    )
    this.page.on('response', (answer) => {
      if (answer.status() < 400) return
      this.refusals.push(`${answer.status()} ${answer.request().method()} ${new URL(answer.url()).pathname}`)
    })
    this.page.on('websocket', (socket) => this.#listen(socket))
    return this
  }

  #listen(socket) {
    const entry = { at: Date.now(), url: socket.url(), open: true, sent: [], received: [] }
    this.sockets.push(entry)
    socket.on('framesent', ({ payload }) => entry.sent.push({ at: Date.now(), ...JSON.parse(payload) }))
    socket.on('framereceived', ({ payload }) => entry.received.push({ at: Date.now(), ...JSON.parse(payload) }))
    socket.on('close', () => (entry.open = false))
  }

  /** The REST calls since this moment, as "METHOD path". */
  calls(from = 0) {
    return this.requests
      .filter(({ at, url }) => at >= from && new URL(url).pathname.startsWith('/api/'))
      .map(({ method, url }) => `${method} ${new URL(url).pathname}`)
  }

  /**
   * What went wrong in the page, without what the browser itself notes about refused answers (see `refusals`) and about
   * the machine's network, which changes with each container.
   */
  troubles() {
    return this.faults.filter((text) => !/server responded with a status of 4\d\d|ERR_NETWORK_CHANGED/.test(text))
  }

  /** The topics that the newest socket has been given and not lost again. */
  topics() {
    const held = new Set()
    for (const frame of this.sockets.at(-1)?.received ?? []) {
      if (frame.type === 'subscribed') held.add(frame.topic)
      if (frame.type === 'unsubscribed') held.delete(frame.topic)
    }
    return [...held].sort()
  }

  /**
   * Signs in through the form and waits until the page is live. Begins anew when the browser has given up what it was
   * loading, because the machine's network changed.
   */
  async signIn(username, password) {
    for (let tries = 1; ; tries++) {
      const known = this.faults.length
      try {
        await this.go('/login')
        await this.at('login-username').fill(username)
        await this.at('login-password').fill(password)
        await this.at('login-submit').click()
        return await this.isLive()
      } catch (error) {
        const changed = [String(error), ...this.faults.slice(known)].some((text) =>
          text.includes('ERR_NETWORK_CHANGED'),
        )
        if (!changed || tries === 3) throw error
        this.sockets = []
      }
    }
  }

  /** What has happened, for whoever asks why a test failed: sockets with their topics, pages, faults. */
  account() {
    const clock = (at) => new Date(at).toISOString().slice(11, 23)
    const subscriptions = ({ received }) =>
      received
        .filter(({ type }) => /subscribed$|_error$/.test(type ?? ''))
        .map(({ at, type, topic }) => `${clock(at)} ${type} ${topic}`)
    return [
      ...this.sockets.map(
        (socket) =>
          `socket of ${clock(socket.at)}, ${socket.open ? 'open' : 'closed'}: ${subscriptions(socket).slice(-20).join(', ')}`,
      ),
      ...this.requests
        .filter(({ url }) => !new URL(url).pathname.startsWith('/api/'))
        .slice(-40)
        .map(({ at, method, url }) => `${clock(at)} ${method} ${new URL(url).pathname}`),
      ...this.faults.slice(-20).map((fault) => `fault: ${fault}`),
    ]
  }

  /** Waits until the page says that its socket is up. */
  isLive() {
    return this.page
      .locator('[data-state="ready"] [data-testid="connection-state"]')
      .first()
      .waitFor({ state: 'attached' })
  }

  /** The token is in the page's memory, the session in a cookie. */
  forgetSession() {
    return this.page.context().clearCookies()
  }

  go(target) {
    return this.page.goto(`http://${this.address}${target}`)
  }

  /** The element with this data-testid. */
  at(id) {
    return this.page.getByTestId(id)
  }

  /** Waits until the element's text matches; its text. */
  async text(id, pattern, ms = 15_000) {
    await this.page.waitForFunction(
      ([testId, source]) =>
        new RegExp(source, 'i').test(document.querySelector(`[data-testid="${testId}"]`)?.textContent ?? ''),
      [id, pattern.source],
      { timeout: ms },
    )
    return this.at(id).textContent()
  }

  /** Starts to watch an element: the promise gives the moment (milliseconds since 1970) when its text first matched. */
  async watch(id, pattern) {
    await this.page.evaluate(
      ([testId, source]) => {
        const expression = new RegExp(source, 'i')
        const matches = () => expression.test(document.querySelector(`[data-testid="${testId}"]`)?.textContent ?? '')
        window.__changedAt = new Promise((resolve) => {
          const observer = new MutationObserver(() => {
            if (!matches()) return
            observer.disconnect()
            const changed = performance.timeOrigin + performance.now()
            // A frame later the change is on the screen.
            requestAnimationFrame(() =>
              setTimeout(() => resolve({ changed, painted: performance.timeOrigin + performance.now() })),
            )
          })
          observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
        })
      },
      [id, pattern.source],
    )
    return () =>
      this.page.evaluate(() =>
        Promise.race([
          window.__changedAt,
          new Promise((_, no) => setTimeout(() => no(new Error('no change within 15 s')), 15_000)),
        ]),
      )
  }

  /** A picture for whoever looks into a failure. */
  async picture(name) {
    await mkdir(OUTPUT, { recursive: true })
    await this.page.screenshot({ path: path.join(OUTPUT, `${name}.png`) })
  }

  close() {
    return this.browser.close()
  }
}
