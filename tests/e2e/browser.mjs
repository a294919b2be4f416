// Debian's Chromium, driven by playwright-core; no browser is downloaded.
import { chromium } from 'playwright-core'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'

const OUTPUT = path.join(import.meta.dirname, 'output')

/** A browser with one page. Errors of the page are collected in `faults`, requests in `requests`. */
export class Browser {
  faults = []
  requests = []

  static async open(address) {
    const self = new Browser()
    self.address = address
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
      ],
    })
    const context = await self.browser.newContext({ viewport: { width: 1280, height: 800 } })
    self.page = await context.newPage()
    self.page.setDefaultTimeout(15_000)
    self.page.on('pageerror', (error) => self.faults.push(String(error)))
    self.page.on('console', (message) => {
      if (message.type() === 'error') self.faults.push(message.text())
    })
    self.page.on('request', (request) =>
      self.requests.push({ at: Date.now(), method: request.method(), url: request.url() }),
    )
    return self
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
