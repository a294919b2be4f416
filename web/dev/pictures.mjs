// Makes the pictures of README.md from the real UI of a running server, in both themes.
//
//   ADMIN_PASSWORD=... ./trinity up --demo
//   ADMIN_PASSWORD=... npm --prefix web run pictures [-- --address http://127.0.0.1:8000] [--settle 300]
//
// It waits until the demo agents have figures, and then `settle` seconds, so that the curves are full.
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from './harness.mjs'

const MOST_BYTES = 300_000
const DASHBOARD = { width: 1280, height: 560 }
const AGENT = { width: 1280, height: 790 }
const args = process.argv.slice(2)
const option = (name, otherwise) => {
  const at = args.indexOf(`--${name}`)
  return at >= 0 ? args[at + 1] : otherwise
}
const address = option('address', 'http://127.0.0.1:8000')
const settle = Number(option('settle', '300'))
const password = process.env.ADMIN_PASSWORD
if (!password) throw new Error('ADMIN_PASSWORD is not set')
const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url))

const browser = await launch()

async function open(colorScheme) {
  const context = await browser.newContext({
    colorScheme,
    viewport: DASHBOARD,
    deviceScaleFactor: 1.5,
    locale: 'en-GB',
  })
  const page = await context.newPage()
  await page.goto(`${address}/login?next=/`)
  await page.getByTestId('login-username').fill('admin')
  await page.getByTestId('login-password').fill(password)
  await page.getByTestId('login-submit').click()
  await page.getByTestId('fleet-grid').getByText('%').first().waitFor()
  return page
}

async function take(page, name) {
  // Nothing points at anything: no hover, no tip.
  await page.mouse.move(0, 0)
  await page.waitForTimeout(600)
  const path = `${folder}${name}.png`
  await page.screenshot({ path })
  const { size } = statSync(path)
  console.log(`${path}: ${size} bytes`)
  if (size > MOST_BYTES) throw new Error(`${name}.png is larger than ${MOST_BYTES} bytes`)
}

const pages = new Map()
for (const theme of ['dark', 'light']) pages.set(theme, await open(theme))
const [first] = pages.values()
console.log(`waiting ${settle} s for full curves`)
await first.waitForTimeout(settle * 1000)

for (const [theme, page] of pages) {
  await take(page, `dashboard-${theme}`)
  const running = page.locator('[data-testid^=fleet-row-]', { hasText: 'Running' }).first()
  await page.setViewportSize(AGENT)
  await running.getByRole('link').click()
  await page.locator('.uplot').nth(1).waitFor()
  await take(page, `agent-${theme}`)
}
await browser.close()
