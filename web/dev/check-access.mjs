// Checks of credentials, git, templates and what administrators decide: accessibility of their dialogs, and that pages
// ask once and are told the rest. See check.mjs, which runs them.

export async function checkAccess({ withMock, signIn, flip, open, axeRun, check }) {
  await withMock(8864, ['--agents', '6'], async (base) => {
    for (const [theme, viewport] of [
      ['dark', undefined],
      ['light', undefined],
      ['light', { width: 390, height: 844 }],
    ]) {
      const size = viewport ? 'small' : 'wide'
      const page = await open(base, theme, viewport)
      await signIn(page, base)
      const axe = async (name) => {
        await page.waitForTimeout(300)
        await axeRun(page, `${name} ${theme} ${size}`)
      }
      await page.goto(`${base}/credentials`)
      await page.getByTestId('credential-new').click()
      for (const kind of ['api_key', 'basic_auth', 'file', 'oauth2']) {
        await page.getByTestId(`kind-${kind}`).click()
        await axe(`new credential, ${kind}`)
      }
      await page.goto(`${base}/credentials`)
      await page.getByTestId('credential-import').click()
      await page.getByTestId('import-lines').fill('NEW_KEY=1\nSEARCH_API_KEY=2\nnothing')
      await axe('import')
      await page.getByTestId('import-submit').click()
      await page.getByTestId('import-preview').waitFor()
      await axe('preview of an import')
      await page.goto(`${base}/credentials`)
      await page.getByTestId('credential-menu-SEARCH_API_KEY').click()
      await page.getByTestId('credential-delete').click()
      await page.getByTestId('credential-delete-submit').waitFor()
      await axe('deleting a credential')

      await flip(base, 'git/research-desk/dirty')
      await page.goto(`${base}/agents/research-desk?tab=git`)
      await page.getByTestId('git-pull').click()
      await page.getByTestId('conflict-force_reset').click()
      await axe('git conflict')
      await page.goto(`${base}/agents/release-notes?tab=git`)
      await page.getByTestId('git-setup').click()
      await page.getByTestId('git-submit').click()
      await axe('setting up a repository')

      await page.goto(`${base}/templates`)
      await page.getByTestId('repository-address').fill('https://git.example.com/team/bad')
      await page.getByTestId('repository-check').click()
      await page.getByTestId('template-problems').waitFor()
      await axe('problems of a repository')
      await page.getByTestId('template-github:acme/agent-writer').getByRole('button').last().click()
      await page.getByTestId('required-needs').waitFor()
      await axe('what a template needs')

      await page.goto(`${base}/settings`)
      await page.getByTestId('key-google-set').click()
      await page.getByTestId('key-google-save').click()
      await axe('platform keys')
      await page.context().close()
    }

    const page = await open(base)
    await signIn(page, base)
    await page.waitForTimeout(500)
    page.rest.length = 0
    await page.goto(`${base}/credentials`)
    await page.getByTestId('credentials').waitFor()
    await page.waitForTimeout(4000)
    const asked = page.rest.filter((call) => !call.includes('session'))
    check('credentials are asked for once', asked.join() === 'GET /api/credentials', asked.join())

    await flip(base, 'git/research-desk/clean')
    await page.goto(`${base}/agents/research-desk?tab=git`)
    await page.getByTestId('git-commits').waitFor()
    await page.waitForTimeout(3000)
    page.rest.length = 0
    await page.waitForTimeout(4000)
    check('an open git tab asks nothing', page.rest.length === 0, page.rest.join())
    const started = Date.now()
    await flip(base, 'git/research-desk/commit')
    await page.getByText('Made inside the container').waitFor()
    check(
      'a commit inside is on the page within 500 ms',
      Date.now() - started < 500,
      `${Date.now() - started} ms`,
    )
    const ahead = await page.getByTestId('page-ahead').textContent()
    check('and in the header', ahead?.trim() === '1', ahead ?? '')
    await page.context().close()
  })
}
