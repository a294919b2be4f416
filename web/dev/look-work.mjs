// The pictures of what an agent does, shows and keeps as files; see look.mjs, which takes them.

/** `shoot(base, name, run, options)` takes one picture per theme and size; `flip(base, switch)` changes the mock server. */
export async function lookAtWork({ withMock, shoot, flip }) {
  const page = (base, name, query = '') => `${base}/agents/${name}${query}`
  await withMock(8858, ['--agents', '3'], async (base) => {
    await shoot(base, 'activity', async (tab) => {
      await tab.goto(page(base, 'release-notes'))
      await tab.goto(page(base, 'research-desk'))
      await tab.getByTestId('activity-timeline').waitFor()
      await tab.waitForTimeout(2000)
    })
    await shoot(base, 'activity-open', async (tab) => {
      await tab.goto(page(base, 'research-desk'))
      const edit = tab.getByTestId('activity-timeline').getByRole('button', { name: /Edit/ })
      await edit.first().click()
      await tab.getByTestId('call-detail').getByText('new_string').waitFor()
      await tab.waitForTimeout(3000)
    })
    await shoot(base, 'activity-none', async (tab) => {
      await tab.goto(page(base, 'release-notes'))
      await tab.getByTestId('activity').waitFor()
    })
    await shoot(base, 'dashboard', async (tab) => {
      await flip(base, 'board/research-desk/whole')
      await tab.goto(page(base, 'research-desk', '?tab=dashboard'))
      await tab.getByText('Copper prices').waitFor()
    })
    await shoot(base, 'dashboard-end', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=dashboard'))
      await tab.getByText('Copper prices').waitFor()
      await tab.getByText('nowhere good').scrollIntoViewIfNeeded()
    })
    await shoot(base, 'dashboard-none', async (tab) => {
      await tab.goto(page(base, 'release-notes', '?tab=dashboard'))
      await flip(base, 'board/release-notes/none')
      await tab.getByTestId('dashboard-none').waitFor()
    })
    await shoot(base, 'dashboard-invalid', async (tab) => {
      await flip(base, 'board/inbox-triage/invalid')
      await tab.goto(page(base, 'inbox-triage', '?tab=dashboard'))
      await tab.getByTestId('dashboard-invalid').waitFor()
    })
    await shoot(base, 'files', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('file-report.json').waitFor()
    })
    await shoot(base, 'files-found', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByRole('searchbox').fill('day')
      await tab.getByTestId('found-notes/day.md').waitFor()
    })
    await shoot(base, 'files-text', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=src/compare.py'))
      await tab.getByTestId('file-text').waitFor()
    })
    await shoot(base, 'files-edit', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=report.json'))
      await tab.getByTestId('file-edit').click()
      await tab.getByTestId('file-text').click()
      await tab.keyboard.type('"new": true,')
    })
    await shoot(base, 'files-conflict', async (tab) => {
      await tab.goto(page(base, 'inbox-triage', '?tab=files&file=report.json'))
      await tab.getByTestId('file-edit').click()
      await tab.getByTestId('file-text').click()
      await tab.keyboard.type('"new": true,')
      await flip(base, 'write/inbox-triage/report.json')
      await tab.getByTestId('file-conflict').waitFor()
    })
    await shoot(base, 'files-leave', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=report.json'))
      await tab.getByTestId('file-edit').click()
      await tab.getByTestId('file-text').click()
      await tab.keyboard.type('x')
      await tab.getByTestId('tab-logs').click()
      await tab.getByTestId('discard-leave').waitFor()
    })
    await shoot(base, 'files-markdown', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=notes/day.md'))
      await tab.getByTestId('file-markdown').waitFor()
    })
    await shoot(base, 'files-image', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=charts/week.svg'))
      await tab.getByTestId('file-image').waitFor()
    })
    await shoot(base, 'files-binary', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=data.bin'))
      await tab.getByText('There is no preview').waitFor()
    })
    await shoot(base, 'files-large', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files&file=large.log'))
      await tab.getByTestId('file-show').waitFor()
    })
    await shoot(base, 'files-menu', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('file-CLAUDE.md').hover()
      await tab.getByTestId('file-menu-CLAUDE.md').click()
      await tab.getByTestId('file-delete').waitFor()
    })
    await shoot(base, 'files-delete', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('file-notes').hover()
      await tab.getByTestId('file-menu-notes').click()
      await tab.getByTestId('file-delete').click()
      await tab.getByTestId('file-delete-submit').waitFor()
    })
    await shoot(base, 'files-new', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('files-new').click()
      await tab.getByTestId('files-new-folder').click()
      await tab.getByTestId('file-name').fill('charts')
    })
    await shoot(base, 'files-uploads', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('file-report.json').waitFor()
      const file = (name, size) => ({ name, mimeType: 'text/plain', buffer: Buffer.alloc(size) })
      await tab
        .getByTestId('files-picker')
        .setInputFiles([
          file('report.json', 4000),
          file(`new-${Math.round(performance.now())}.txt`, 90_000),
          file('.env', 12),
        ])
      await tab.getByText('Replace it').waitFor()
      await tab.waitForTimeout(300)
    })
    await flip(base, 'kill/research-desk')
    await shoot(base, 'files-stopped', async (tab) => {
      await tab.goto(page(base, 'research-desk', '?tab=files'))
      await tab.getByTestId('files-stopped').waitFor()
    })
  })
}
