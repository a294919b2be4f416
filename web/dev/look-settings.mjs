// The pictures of what the owner of an agent decides; see look.mjs, which takes them.

/** `shoot(base, name, run, options)` takes one picture per theme and size; `flip(base, switch)` changes the mock server. */
export async function lookAtSettings({ withMock, shoot, flip }) {
  const page = (base, tab) => `${base}/agents/research-desk${tab === '' ? '' : `?tab=${tab}`}`
  const toDialog = async (tab, base) => {
    await tab.goto(page(base, ''))
    await tab.getByTestId('page-menu').click()
    await tab.getByTestId('page-settings').click()
    await tab.getByTestId('settings-memory').waitFor()
  }
  let turn = 0
  /** Each picture changes something, whatever the one before it has set. */
  const another = (tab) =>
    tab.getByTestId('settings-memory').selectOption(['2g', '16g', '8g', '32g'][turn++ % 4])
  await withMock(8856, ['--agents', '24'], async (base) => {
    const permissions = async (tab) => {
      await tab.goto(page(base, 'permissions'))
      await tab.getByTestId('permissions').waitFor()
    }
    await shoot(base, 'sharing-empty', async (tab) => {
      await tab.goto(page(base, 'sharing'))
      await tab.getByTestId('shares-empty').waitFor()
    })
    await flip(base, 'share/research-desk/3')
    await shoot(base, 'sharing-people', async (tab) => {
      await tab.goto(page(base, 'sharing'))
      await tab.getByTestId('shares').waitFor()
      await tab.getByTestId('share-email').fill('Ann@example.com')
    })
    await shoot(base, 'sharing-remove', async (tab) => {
      await tab.goto(page(base, 'sharing'))
      await tab.getByTestId('unshare-ann@example.com').click()
      await tab.getByTestId('unshare-submit').waitFor()
    })
    await shoot(base, 'permissions', permissions)
    await shoot(base, 'permissions-filtered', async (tab) => {
      await permissions(tab)
      await tab.getByRole('searchbox').fill('do')
      await tab.getByTestId('permission-docs-keeper').click()
    })
    await flip(base, 'refuse/POST/permissions/changelog')
    await flip(base, 'refuse/DELETE/permissions/changelog')
    await shoot(base, 'permissions-refused', async (tab) => {
      await permissions(tab)
      await tab.getByTestId('permission-changelog').click()
      await tab.getByTestId('permissions-retry').waitFor()
    })
    await flip(base, 'refuse/GET/permissions')
    await flip(base, 'refuse/GET/shares')
    await shoot(base, 'permissions-failed', async (tab) => {
      await tab.goto(page(base, 'permissions'))
      await tab.getByRole('alert').waitFor()
    })
    await flip(base, 'accept')
    await shoot(base, 'settings-dialog', (tab) => toDialog(tab, base))
    await shoot(base, 'settings-changed', async (tab) => {
      await toDialog(tab, base)
      await tab.getByTestId('settings-memory').selectOption('8g')
      await tab.getByTestId('rights-restricted').click()
    })
    await shoot(base, 'settings-restarting', async (tab) => {
      await toDialog(tab, base)
      await another(tab)
      await tab.getByTestId('settings-restart').click()
      await tab.waitForTimeout(700)
    })
    await shoot(base, 'settings-saved', async (tab) => {
      await toDialog(tab, base)
      await another(tab)
      await tab.getByTestId('settings-save').click()
      await tab.getByTestId('page-limits-wait').waitFor()
      await tab.waitForTimeout(300)
    })
    await shoot(base, 'autonomy-list', async (tab) => {
      for (const name of ['research-desk', 'docs-keeper', 'changelog']) {
        const toggle = tab.getByTestId(`autonomy-${name}`)
        await toggle.waitFor()
        if ((await toggle.getAttribute('aria-checked')) === 'false') await toggle.click()
      }
      await tab.waitForTimeout(500)
    })
    await shoot(base, 'autonomy-menu', async (tab) => {
      await tab.goto(page(base, ''))
      await tab.getByTestId('page-menu').click()
      await tab.getByTestId('page-settings').waitFor()
    })
  })
  await withMock(8857, ['--agents', '3', '--as-user'], async (base) => {
    await shoot(base, 'sharing-denied', async (tab) => {
      await tab.goto(page(base, 'sharing'))
      await tab.getByTestId('managers-only').waitFor()
    })
  })
}
