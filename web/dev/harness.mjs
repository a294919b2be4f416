// What the tools of this folder share: the mock server as a child, the browser, and signing in.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const mock = fileURLToPath(new URL('./mock-server.mjs', import.meta.url))

export async function startMock(port, args) {
  const child = spawn(process.execPath, [mock, '--port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((ready, failed) => {
    child.stdout.once('data', ready)
    child.once('exit', () => failed(new Error('the mock server ended')))
  })
  return { base: `http://127.0.0.1:${port}`, stop: () => child.kill() }
}

export async function withMock(port, args, run) {
  const { base, stop } = await startMock(port, args)
  try {
    await run(base)
  } finally {
    stop()
  }
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** One of the mock server's switches. */
export const flip = (base, what) => fetch(`${base}/dev/${what}`, { method: 'POST' })

/** The frames that clients sent to the mock server. */
export const heard = async (base) => (await fetch(`${base}/dev/heard`)).json()

export async function signIn(page, base) {
  await page.goto(`${base}/login?next=/agents`)
  await page.getByTestId('login-password').fill('trinity-demo')
  await page.getByTestId('login-submit').click()
  await page.waitForURL('**/agents')
}
