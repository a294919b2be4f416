// Pictures of the dashboard: the fleet at a glance, and what needs a person.

async function toDashboard(page, base, query = '') {
  await page.goto(`${base}/${query}`)
  await page.getByTestId('dashboard').waitFor()
}

export async function lookAtFleet({ withMock, shoot, flip }) {
  await withMock(8856, ['--agents', '200'], async (base) => {
    const opened = async (page, query) => {
      await toDashboard(page, base, query)
      await page.getByTestId('fleet-grid').getByText('%').first().waitFor()
    }
    await shoot(base, 'fleet-200', async (page) => opened(page))
    await shoot(base, 'fleet-200-groups', async (page) => {
      await opened(page, '?group=owner&sort=cpu.down')
      await page.locator('#content').hover()
      await page.mouse.wheel(0, 900)
    })
    await shoot(
      base,
      'fleet-200-whole-list',
      async (page) => {
        await opened(page)
        await page.getByTestId('attention-all').click()
      },
      { themes: ['dark'] },
    )
    await shoot(
      base,
      'fleet-200-folded',
      async (page) => {
        await opened(page, '?state=attention')
        await page.getByTestId('attention-fold').click()
      },
      { themes: ['light'] },
    )
    await shoot(
      base,
      'fleet-200-order',
      async (page, size) => {
        await opened(page)
        await page.getByTestId(size === 'small' ? 'fleet-arrange' : 'fleet-order').click()
      },
      { themes: ['dark'] },
    )
    await shoot(
      base,
      'fleet-200-none-fits',
      async (page) => {
        await opened(page)
        await page.getByRole('searchbox').fill('zzz')
      },
      { themes: ['dark'] },
    )
    await shoot(
      base,
      'fleet-stop-run',
      async (page) => {
        await opened(page)
        await page.locator('[data-kind=stuck]').first().waitFor()
        await page
          .getByRole('button', { name: /^Stop run/ })
          .first()
          .click()
        await page.getByTestId('attention-stop-submit').waitFor()
      },
      { themes: ['dark'], sizes: ['wide'] },
    )
    for (const view of ['graph', 'timeline'])
      await shoot(base, `fleet-200-${view}`, async (page) => {
        await toDashboard(page, base, `?view=${view}`)
        await page.getByTestId('attention').waitFor()
        await page.waitForTimeout(1200)
      })
  })
  await withMock(8857, ['--agents', '8', '--calm'], async (base) => {
    await shoot(base, 'fleet-calm', async (page) => {
      await toDashboard(page, base)
      await page.getByTestId('fleet-grid').getByText('%').first().waitFor()
    })
    await flip(base, 'engine-away/140')
    await shoot(base, 'fleet-engine-away', async (page) => toDashboard(page, base), {
      themes: ['dark'],
      sizes: ['wide'],
    })
  })
  await withMock(8858, ['--agents', '0'], async (base) => {
    await shoot(base, 'fleet-empty', async (page) => {
      await toDashboard(page, base)
      await page.getByTestId('dashboard-create').waitFor()
    })
  })
  await withMock(8859, ['--agents', '3'], async (base) => {
    await flip(base, 'refuse-sockets')
    await flip(base, 'slow-on')
    await shoot(base, 'fleet-loading', async (page) => {
      await page.keyboard.press('g')
      await page.keyboard.press('d')
      await page.waitForTimeout(700)
    })
  })
}
