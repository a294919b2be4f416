// Takes pictures of every page in both themes and at two widths, from the built UI and the mock server, for judging the
// look by eye. Not a test.   npm run build && node dev/look.mjs [folder] [part of a name]
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flip, launch, signIn as enter, withMock } from './harness.mjs'
import { lookAtAccess } from './look-access.mjs'
import { lookAtFleet } from './look-fleet.mjs'
import { lookAtPressure } from './look-pressure.mjs'
import { lookAtSettings } from './look-settings.mjs'
import { lookAtTalk } from './look-talk.mjs'
import { lookAtWork } from './look-work.mjs'

const folder = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'trinity-look-'))
const only = process.argv[3] ?? ''
mkdirSync(folder, { recursive: true })

const SIZES = { wide: { width: 1440, height: 900 }, small: { width: 390, height: 844 } }

const browser = await launch()
const problems = []

async function shoot(
  base,
  name,
  run,
  { signIn = true, themes = ['dark', 'light'], sizes = ['wide', 'small'] } = {},
) {
  if (!name.includes(only)) return
  for (const theme of themes) {
    for (const size of sizes) {
      const context = await browser.newContext({
        viewport: SIZES[size],
        colorScheme: theme,
        hasTouch: size === 'small',
      })
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' && !/401|503|WebSocket connection/.test(message.text()))
          problems.push(`${name} ${theme} ${size}: ${message.text()}`)
      })
      page.on('pageerror', (error) => problems.push(`${name} ${theme} ${size}: ${error.message}`))
      if (signIn) await enter(page, base)
      try {
        await run(page, size)
        await page.waitForTimeout(350)
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - window.innerWidth,
        )
        if (wide > 0) problems.push(`${name} ${theme} ${size}: ${wide} px too wide`)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${size}.png`) })
      } catch (error) {
        problems.push(`${name} ${theme} ${size}: ${error.message.split('\n')[0]}`)
        await page.screenshot({ path: join(folder, `${name}-${theme}-${size}-failed.png`) })
      }
      await context.close()
    }
  }
}

await lookAtAccess({ withMock, shoot, flip })
await lookAtFleet({ withMock, shoot, flip })
await lookAtPressure({ withMock, shoot, flip })
await lookAtSettings({ withMock, shoot, flip })
await lookAtWork({ withMock, shoot, flip })
await lookAtTalk({ withMock, shoot, flip })
await withMock(8851, ['--setup-open'], async (base) => {
  await shoot(
    base,
    'setup',
    async (page) => {
      await page.goto(base)
      await page.getByTestId('setup-password').fill('Trinity-9')
      await page.getByTestId('setup-confirm').fill('Trinity-X')
    },
    { signIn: false },
  )
})
await withMock(8852, ['--agents', '0'], async (base) => {
  await shoot(
    base,
    'signin',
    async (page) => {
      await page.goto(`${base}/agents/some?tab=logs`)
      await page.getByTestId('login-password').fill('wrong')
      await page.getByTestId('login-submit').click()
      await page.getByRole('alert').waitFor()
    },
    { signIn: false },
  )
  await shoot(base, 'agents-empty', async (page) =>
    page.getByRole('heading', { level: 2 }).waitFor(),
  )
  await shoot(base, 'gone', async (page) => page.goto(`${base}/agents/nobody`), {
    themes: ['dark'],
  })
  await shoot(base, 'not-found', async (page) => page.goto(`${base}/no/such/page`), {
    themes: ['dark'],
  })
})
await withMock(8853, ['--agents', '3'], async (base) => {
  const opened = async (page) =>
    page.getByTestId('agent-cpu-research-desk').getByText('%').waitFor()
  await shoot(base, 'agents-3', opened)
  await shoot(base, 'create', async (page) => {
    await opened(page)
    await page.getByTestId('create-open').click()
    await page.getByTestId('create-name').fill('My new Agent')
    await page.locator('[data-template]').nth(2).waitFor()
  })
  await shoot(
    base,
    'create-taken',
    async (page) => {
      await opened(page)
      await page.getByTestId('create-open').click()
      await page.getByTestId('create-name').fill('Research desk')
      await page.locator('[data-template]').nth(2).click()
      await page.getByTestId('create-submit').click()
    },
    { themes: ['dark'], sizes: ['wide'] },
  )
  await shoot(
    base,
    'delete',
    async (page) => {
      await opened(page)
      await page.getByTestId('agent-menu-research-desk').click()
      await page.getByTestId('agent-delete-research-desk').click()
      await page.getByTestId('confirm-name').fill('research')
    },
    { themes: ['dark'] },
  )
  await shoot(
    base,
    'menu',
    async (page) => {
      await opened(page)
      await page.getByTestId('agent-menu-research-desk').click()
      await page.getByTestId('agent-delete-research-desk').waitFor()
    },
    { themes: ['light'] },
  )
  await shoot(base, 'agent', async (page) => {
    await page.goto(`${base}/agents/research-desk`)
    await page.locator('.uplot').first().waitFor()
  })
  await shoot(base, 'agent-logs', async (page) => {
    await page.goto(`${base}/agents/research-desk?tab=logs`)
    await page.getByTestId('logs-text').waitFor()
  })
  await shoot(
    base,
    'agent-logs-search',
    async (page) => {
      await page.goto(`${base}/agents/research-desk?tab=logs`)
      await page.getByTestId('logs-text').waitFor()
      await page.getByRole('searchbox').fill('answered')
    },
    { themes: ['dark'] },
  )
  await shoot(base, 'agent-logs-skipped', async (page) => {
    await page.goto(`${base}/agents/research-desk?tab=logs`)
    await page.getByTestId('logs-text').waitFor()
    await fetch(`${base}/dev/flood/research-desk/12/1/1234`, { method: 'POST' })
    await page.waitForTimeout(500)
    await page.getByTestId('logs-text').hover()
    await page.mouse.wheel(0, -150)
    await page.getByTestId('logs-to-end').waitFor()
  })
  await shoot(base, 'agent-logs-menu', async (page) => {
    await page.goto(`${base}/agents/research-desk?tab=logs`)
    await page.getByTestId('logs-text').waitFor()
    await page.getByTestId('logs-menu').click()
  })
  await shoot(
    base,
    'agent-logs-jump',
    async (page) => {
      await page.goto(`${base}/agents/research-desk?tab=logs`)
      await page.getByTestId('logs-text').waitFor()
      await page.getByTestId('logs-menu').click()
      await page.getByRole('menuitem', { name: 'Jump to a time' }).click()
      await page.getByTestId('jump-time').waitFor()
    },
    { themes: ['light'] },
  )
  await shoot(base, 'agent-info', async (page) => {
    await page.goto(`${base}/agents/research-desk?tab=info`)
    await page.getByRole('heading', { name: 'Good for' }).waitFor()
  })
  await shoot(
    base,
    'agent-pointed',
    async (page) => {
      await page.goto(`${base}/agents/research-desk`)
      await page.locator('.uplot').first().hover()
    },
    { themes: ['dark'], sizes: ['wide'] },
  )
  await shoot(base, 'palette', async (page) => {
    await opened(page)
    await page.keyboard.press('Control+k')
    await page.getByTestId('palette-input').fill('re')
    await page.locator('[data-item]').first().waitFor()
  })
  await shoot(
    base,
    'keys',
    async (page) => {
      await opened(page)
      await page.keyboard.press('?')
      await page.getByTestId('keys').waitFor()
    },
    { themes: ['dark'] },
  )
  await shoot(
    base,
    'row-focus',
    async (page) => {
      await opened(page)
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('x')
    },
    { themes: ['dark', 'light'], sizes: ['wide'] },
  )
  await shoot(base, 'templates', async (page) => page.goto(`${base}/templates`))
  await shoot(base, 'settings', async (page) => {
    await page.goto(`${base}/settings`)
    await page.getByRole('meter').first().waitFor()
  })
  await flip(base, 'slow-create')
  await shoot(
    base,
    'creating',
    async (page, size) => {
      await opened(page)
      await page.getByTestId('create-open').click()
      await page.getByTestId('create-name').fill(`Made ${size} ${Math.round(performance.now())}`)
      await page.locator('[data-template]').nth(2).click()
      await page.getByTestId('create-submit').click()
      await page.waitForTimeout(4600)
    },
    { themes: ['dark'] },
  )
  await flip(base, 'kill/inbox-triage')
  await shoot(base, 'agent-killed', async (page) => page.goto(`${base}/agents/inbox-triage`), {
    themes: ['dark'],
  })
  await flip(base, 'engine-away/140')
  await shoot(base, 'engine-away', opened)
  await shoot(
    base,
    'engine-away-toast',
    async (page) => {
      await opened(page)
      await page.getByTestId('agent-stop-research-desk').click()
    },
    { themes: ['dark'] },
  )
  await flip(base, 'engine-ok')
  await flip(base, 'refuse-sockets')
  await shoot(
    base,
    'socket-away',
    async (page) => {
      await page.getByTestId('agent-row-research-desk').waitFor()
      await page.waitForTimeout(6500)
    },
    { themes: ['dark'] },
  )
})
await withMock(8855, ['--agents', '3'], async (base) => {
  await flip(base, 'refuse-sockets')
  await flip(base, 'slow-on')
  await shoot(base, 'agents-loading', async (page) => page.waitForTimeout(600), {
    themes: ['dark'],
  })
  await shoot(
    base,
    'agent-loading',
    async (page) => {
      await page.goto(`${base}/agents/research-desk`)
      await page.waitForTimeout(2300)
    },
    { themes: ['light'] },
  )
})
await withMock(8854, ['--agents', '30'], async (base) => {
  const opened = async (page) => page.getByTestId('agents-table').getByText('%').first().waitFor()
  await shoot(base, 'agents-30', opened)
  await shoot(
    base,
    'agents-30-compact',
    async (page) => {
      await opened(page)
      await page.evaluate(() => localStorage.setItem('trinity-compact:admin', 'true'))
      await page.reload()
      await opened(page)
    },
    { sizes: ['wide'] },
  )
  await shoot(
    base,
    'agents-30-cards',
    async (page) => {
      await opened(page)
      await page.evaluate(() => localStorage.setItem('trinity-agents-view:admin', 'cards'))
      await page.reload()
      await opened(page)
    },
    { sizes: ['wide'], themes: ['light'] },
  )
  await shoot(
    base,
    'agents-30-chosen',
    async (page) => {
      await opened(page)
      await page.getByLabel('Select changelog').check()
      await page.getByLabel('Select issue-sorter').check({ force: true })
      await page.getByLabel('Select log-reader').check({ force: true })
    },
    { themes: ['dark'] },
  )
  await shoot(
    base,
    'agents-30-bulk-stop',
    async (page) => {
      await opened(page)
      await page.getByLabel('Select all 30 agents').check()
      await page.getByTestId('bulk-stop').click()
      await page.getByTestId('bulk-submit').waitFor()
    },
    { sizes: ['wide'] },
  )
  await shoot(
    base,
    'rail-open',
    async (page) => {
      await page.getByRole('button', { name: 'Show names' }).click()
      await opened(page)
    },
    { sizes: ['wide'] },
  )
  await shoot(
    base,
    'agents-filtered',
    async (page) => {
      await opened(page)
      await page.getByRole('searchbox').fill('zzz')
    },
    { themes: ['dark'] },
  )
})

await browser.close()
console.log(`pictures in ${folder}`)
for (const problem of problems) console.log('PROBLEM', problem)
